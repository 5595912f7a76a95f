"""The report speaks of listening and of music, never of a person's state."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.settings import Settings
from report.terminal import build_report
from tests.paths import ROOT
from tests.report.conftest import PLAYS
from tests.report.sample import full_report, printed

FORBIDDEN = re.compile(
    r"diagnos|depress|anxi|symptom|disorder|treatment|therap|you are sad|you are happy|your mood|your feeling"
    r"|mental health|wellbeing score|you feel",
    re.IGNORECASE,
)


@pytest.mark.parametrize("path", sorted((ROOT / "report").rglob("*.py")), ids=lambda path: path.name)
def test_no_module_holds_a_forbidden_word(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not FORBIDDEN.search(text), FORBIDDEN.search(text)


@pytest.mark.slow
@pytest.mark.parametrize("listener", PLAYS)
def test_a_report_holds_no_forbidden_word(small_warehouse: Settings, listener: str) -> None:
    assert not FORBIDDEN.search(printed(build_report(small_warehouse, listener)))


def test_the_mood_is_said_to_be_the_musics() -> None:
    assert "Mood of the music, not you" in printed(full_report())
