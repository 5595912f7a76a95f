"""The report speaks of listening and of music, never of a person's state."""

from __future__ import annotations

import pytest

from spotiflow.core.settings import Settings
from spotiflow.report.sections.report import build_report
from tests.report.conftest import PLAYS
from tests.report.sample import full_report, printed
from tests.wording import FORBIDDEN


@pytest.mark.slow
@pytest.mark.parametrize("listener", PLAYS)
def test_a_report_holds_no_forbidden_word(small_warehouse: Settings, listener: str) -> None:
    assert not FORBIDDEN.search(printed(build_report(small_warehouse, listener)))


def test_the_mood_is_said_to_be_the_musics() -> None:
    assert "Mood of the music, not you" in printed(full_report())
