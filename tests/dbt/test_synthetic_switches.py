"""All four settings of the synthetic features build everything, and in none a synthetic value is a result."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from spotiflow.core.settings import load_settings
from spotiflow.warehouse.database import open_warehouse
from tests.dbt.project import build_dbt, contents, query

pytestmark = pytest.mark.long
PLANTED = 0.987654
# What is told of a listener's sound: correlations, tests, rankings by mood, changes.
RESULTS = (
    *("feature_correlations", "mood_feature_contrast", "mood_shift_patterns", "mood_time_correlations"),
    *("part_of_day_drivers", "weekend_vs_weekday", "sequential_patterns", "listening_anomalies"),
    *("mood_intervention_triggers", "optimal_listening_times", "wellbeing_indicators", "mood_by_hour"),
    *("mood_category_shares", "top_tracks_by_mood", "behavioral_segments", "music_by_month"),
)


def results(home: Path) -> dict[str, list[str]]:
    gold = contents(home, "gold")
    return {name: gold[f"gold.{name}"] for name in RESULTS}


@pytest.fixture
def planted(own: Path) -> tuple[Path, dict[str, list[str]]]:
    """A home whose synthetic tracks are all alike, bright and loud, and its results before that."""
    before = results(own)
    with open_warehouse(load_settings(home=own)) as db:
        db.execute(
            "update bronze.my_tracks_features_bronze_synthetic set valence = ?, energy = ?, tempo = 1",
            [PLANTED, PLANTED],
        )
    return own, before


def build(home: Path, allow: bool, scope: str) -> Any:
    return build_dbt(home, variables={"allow_synthetic": allow, "synthetic_scope": scope})


def test_what_is_planted_shows_nowhere_and_the_switch_changes_no_result(
    planted: tuple[Path, dict[str, list[str]]],
) -> None:
    home, before = planted
    build(home, True, "uncovered")
    planted_plays = "select count(*) from silver.listening_with_features where valence = ?"
    assert query(home, planted_plays, PLANTED) > [(500,)]
    assert before["top_tracks_by_mood"]
    assert results(home) == before
    for scope in ("uncovered", "all"):
        build(home, False, scope)
        assert results(home) == before
        assert query(home, planted_plays, PLANTED) == [(0,)]


def test_where_everything_is_synthetic_nothing_is_said(planted: tuple[Path, dict[str, list[str]]]) -> None:
    home, _ = planted
    build(home, True, "all")
    assert query(home, "select distinct feature_source from silver.track_features") == [("synthetic",)]
    assert query(home, "select count(*) from gold.top_tracks_by_mood") == [(0,)]
    for table, value in (
        ("feature_correlations", "r"),
        ("weekend_vs_weekday", "case when metric not in ('minutes', 'plays') then difference end"),
        ("mood_category_shares", "share"),
        ("mood_by_hour", "avg_valence"),
        ("music_by_month", "avg_valence"),
    ):
        ((rows, values, reasons),) = query(
            home, f"select count(*), count({value}), count(reason) from gold.{table}"
        )
        assert rows > 0, table
        assert values == 0, table
        assert reasons > 0, table
