"""Every number of the report is recomputed from gold; every number printed is one of the report's."""

from __future__ import annotations

from typing import Any

import pytest

from spotiflow.core.settings import Settings
from spotiflow.report.sections.report import build_report
from spotiflow.warehouse.database import open_warehouse
from tests.report.conftest import PLAYS
from tests.report.recomputed import Recomputed

pytestmark = pytest.mark.slow
# Names of tables and sentences; test_printed.py compares the sentences with the figures.
NOT_NUMBERS = ("source", "text")


def flat(value: Any, path: str = "") -> dict[str, Any]:
    """Return every leaf under its path, so that none is left out of a comparison."""
    if isinstance(value, dict):
        kept = {key: item for key, item in value.items() if key not in NOT_NUMBERS}
        return {k: v for key, item in kept.items() for k, v in flat(item, f"{path}.{key}").items()}
    if isinstance(value, list | tuple):
        return {k: v for i, item in enumerate(value) for k, v in flat(item, f"{path}[{i}]").items()}
    return {path: value}


def _check(settings: Settings, listener: str) -> None:
    report = build_report(settings, listener)
    keys = [finding.key for finding in report.findings]
    with open_warehouse(settings, read_only=True) as db:
        expected = flat(Recomputed(db, listener).report(keys))
    found = flat(report.to_dict())
    assert found.keys() == expected.keys()
    numbers = {path for path, value in expected.items() if isinstance(value, float)}
    assert {path: found[path] for path in numbers} == pytest.approx(
        {path: expected[path] for path in numbers}, rel=1e-9
    )
    others = expected.keys() - numbers
    assert {path: found[path] for path in others} == {path: expected[path] for path in others}


@pytest.mark.parametrize("listener", PLAYS)
def test_every_value_is_recomputed_from_gold(small_warehouse: Settings, listener: str) -> None:
    _check(small_warehouse, listener)


def test_every_value_of_a_long_history_is_recomputed_from_gold(demo_warehouse: Settings) -> None:
    _check(demo_warehouse, "demo")


@pytest.mark.parametrize(("listener", "n_plays"), PLAYS.items())
def test_the_parts_add_up(small_warehouse: Settings, listener: str, n_plays: int) -> None:
    report = build_report(small_warehouse, listener)
    assert report.who.plays == n_plays
    assert sum(map(sum, report.clock.cells)) == n_plays
    assert sum(year.plays for year in report.years.years) == n_plays
    assert sum(source.plays for source in report.sources.sources) == n_plays
    assert sum(zone.plays for zone in report.mood.zones) == report.mood.n_measured
