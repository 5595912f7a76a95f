"""Under the least sample a value is NULL and the reason says what is missing; odd clocks, odd listeners."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.dbt import listeners
from tests.dbt.project import build_dbt, query

# One of each table's statistics, and what it is missing for whom.
MISSING = [
    ("mood_time_correlations", "r", "one", "needs 60 sessions, has 1"),
    ("mood_time_correlations", "r", "fifty", "needs 60 sessions, has 50"),
    ("mood_time_correlations", "r", "hundreds", "needs sessions at 8 hours of the day, has 1"),
    ("mood_time_correlations", "r", "unknown", "needs 60 sessions, has 0"),
    ("mood_time_correlations", "r", "repeat", "needs sessions at 8 hours of the day, has 1"),
    ("feature_correlations", "r", "one", "needs 60 measured tracks, has 1"),
    ("feature_correlations", "r", "fifty", "needs 60 measured tracks, has 50"),
    ("feature_correlations", "r", "unknown", "needs 60 measured tracks, has 0"),
    ("feature_correlations", "r", "repeat", "needs 60 measured tracks, has 1"),
    ("weekend_vs_weekday", "difference", "one", "needs 30 sessions on each side, has 0 and 1"),
    ("weekend_vs_weekday", "difference", "fifty", "needs 30 sessions on each side, has 14 and 36"),
    ("part_of_day_drivers", "difference", "one", None),
    ("mood_feature_contrast", "difference", "fifty", None),
    ("mood_feature_contrast", "difference", "unknown", "needs 30 artists on each side, has 0 and 0"),
    ("sequential_patterns", "lift", "one", "needs 20 by chance, has 0.0"),
    ("sequential_patterns", "lift", "hundreds", "needs 20 by chance, has 0.0"),
    ("optimal_listening_times", "lift", "unknown", "needs 30 sessions, has 0"),
]


@pytest.mark.parametrize(("table", "value", "listener", "reason"), MISSING)
def test_under_the_gate_there_is_a_reason_and_no_value(
    studied: Path, table: str, value: str, listener: str, reason: str | None
) -> None:
    metrics = "and metric not in ('minutes', 'plays')" if table == "weekend_vs_weekday" else ""
    found = query(
        studied,
        f"select {value}, p_value, q_value, reason from gold.{table} where listener_id = ? {metrics}",
        listener,
    )
    assert found
    for *values, given in found:
        assert values == [None] * 3
        assert str(given).startswith("needs ")
        assert reason is None or given == reason


def test_two_hundred_plays_a_day_apart_have_what_they_have_enough_for(studied: Path) -> None:
    for table, condition in (
        ("feature_correlations", "true"),
        ("weekend_vs_weekday", "metric not in ('minutes', 'plays')"),
        ("mood_feature_contrast", "feature <> 'valence'"),
    ):
        sql = f"""select count(*), count(p_value), count(reason) from gold.{table}
            where listener_id = 'hundreds' and {condition}"""
        ((n, tested, missing),) = query(studied, sql)
        assert (tested, missing) == (n, 0), table
        assert n > 7


def test_fifteen_hundred_plays_have_everything(studied: Path) -> None:
    ((plays,),) = query(studied, "select sum(plays) from silver.heard_tracks where listener_id = 'plain'")
    assert 1_400 < plays < 1_700
    for table in ("mood_time_correlations", "feature_correlations", "weekend_vs_weekday"):
        sql = f"select count(reason), count(*) - count(p_value) from gold.{table} where listener_id = 'plain'"
        assert query(studied, sql) == [(0, 0)], table


def test_one_track_for_a_year_never_varies(studied: Path) -> None:
    rows = query(
        studied,
        """select distinct difference, p_value, reason from gold.weekend_vs_weekday
        where listener_id = 'repeat'""",
    )
    assert rows == [(None, None, "all values are the same")]


def test_who_never_played_has_no_rows_and_breaks_nothing(studied: Path) -> None:
    assert query(studied, "select count(*) from bronze.listeners_bronze where listener_id = 'nobody'") == [
        (1,)
    ]
    tables = query(
        studied,
        """select table_name from duckdb_columns()
        where schema_name = 'gold' and column_name = 'listener_id'""",
    )
    for (table,) in tables:
        assert query(studied, f"select count(*) from gold.{table} where listener_id = 'nobody'") == [(0,)]
    assert len(tables) > 10


def test_half_an_hour_of_a_zone_counts(studied: Path) -> None:
    sql = "select distinct hour_of_day, extract(minute from local_started_at), part_of_day"
    assert query(studied, f"{sql} from silver.sessions where listener_id = 'india'") == [
        (14, 30, "afternoon")
    ]


def test_after_a_move_the_clock_is_that_of_the_new_place(studied: Path) -> None:
    found = query(
        studied,
        """select started_at >= timestamp '2024-04-10', started_at >= timestamp '2024-03-31 01:00',
            min(hour_of_day), max(hour_of_day)
        from silver.sessions where listener_id = 'moved' group by all order by all""",
    )
    # 09:00 UTC: winter and summer in Berlin, then India.
    assert found == [(False, False, 10, 10), (False, True, 11, 11), (True, True, 14, 14)]


def test_the_night_that_lacks_an_hour_and_the_night_that_has_one_twice(studied: Path) -> None:
    found = query(
        studied,
        """select month(local_date), hour_of_day, count(*) from silver.listening_with_features
        where listener_id = 'nights' group by all order by all""",
    )
    spring, autumn = ((1, 3), (3, 3), (4, 3), (5, 3)), ((2, 6), (3, 3), (4, 3))
    assert found == [*((3, *counted) for counted in spring), *((10, *counted) for counted in autumn)]
    sessions = query(
        studied,
        """select listening_date::varchar, part_of_day, minutes > 0, started_at < ended_at
        from silver.sessions where listener_id = 'nights' order by started_at""",
    )
    assert sessions == [("2024-03-30", "night", True, True), ("2024-10-26", "night", True, True)]


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty listeners, one of whom played fifty thousand times."""
    home = tmp_path_factory.mktemp("crowd")
    people = [listeners.without_effect(f"person{n:02d}", seed=n) for n in range(39)]
    listeners.write(home, [*people, listeners.of_many_plays("heavy", 50_000)])
    build_dbt(home)
    return home


@pytest.mark.long
def test_forty_listeners_and_fifty_thousand_plays(crowd: Path) -> None:
    assert query(crowd, "select plays from gold.listening_overview where listener_id = 'heavy'") == [
        (50_000,)
    ]
    for table, rows in (("mood_time_correlations", 27), ("feature_correlations", 36)):
        found = query(
            crowd,
            f"""select count(*), count(distinct listener_id), count(p_value), count(reason),
                min(q_value) >= min(p_value) from gold.{table}""",
        )
        assert found == [(40 * rows, 40, 40 * rows, 0, True)], table
    ((pairs,),) = query(crowd, "select count(*) from gold.household_overlap")
    assert pairs == 40 * 39
