"""Two hundred listeners without an effect raise no more alarms than promised; planted effects are found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.dbt import listeners as made
from tests.dbt.project import query, run_dbt

pytestmark = pytest.mark.long
N_NULL, N_PLANTED = 200, 100
# With these every table has what it tests; the least effects that four of five times are found (power .8).
TESTED = {
    "gold.mood_time_correlations": 27,
    "gold.feature_correlations": 36,
    "gold.weekend_vs_weekday": 11,
    "gold.part_of_day_drivers": 35,
    "gold.mood_feature_contrast": 8,
    "gold.sequential_patterns": 25,
    "gold.mood_intervention_triggers": 50,
    "gold.optimal_listening_times": 15,
    "silver.listening_changes": 200,
}
# Sessions of one kind, and sessions whose length hangs on the hour: neither has an effect.
KINDS = ("null", "short")
RHYTHM = np.sqrt(19.3 / made.DAYS)
WEEKEND = 2.8 * np.sqrt(1 / 56 + 1 / 140)
LAST_WEEK = 3 / np.sqrt(7)


def rhythm(started: pd.DatetimeIndex) -> Any:
    """A wave over the day whose top is at 18 h."""
    hours = (started - started.normalize()) / pd.Timedelta(hours=1)
    return RHYTHM * np.cos(2 * np.pi * (hours - 18) / 24)


def weekend(started: pd.DatetimeIndex) -> Any:
    return np.where(started.day_of_week >= 5, WEEKEND, 0)


def last_week(started: pd.DatetimeIndex) -> Any:
    """Days end at 04:00, and with them weeks; three deviations of a week's mean."""
    days = (started - pd.Timedelta(hours=4)).normalize()
    return np.where(days >= made.MONDAY + pd.Timedelta(days=made.DAYS - 7), LAST_WEEK, 0)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("alarms")
    people = [made.without_effect(f"null{n:03d}_", seed=n) for n in range(N_NULL)]
    people += [
        made.without_effect(f"short{n:03d}_", seed=20_000 + n, length=made.short_mornings)
        for n in range(N_NULL)
    ]
    for name, shift in (("rhythm", rhythm), ("weekend", weekend), ("week", last_week)):
        people += [made.with_effect(f"{name}{n:03d}_", 1000 + n, shift) for n in range(N_PLANTED)]
    people += [made.alternating(f"turns{n:02d}_", 5000 + n) for n in range(10)]
    made.write(place, people)
    wanted = ["+" + table.split(".")[1] for table in TESTED] + ["listening_anomalies"]
    done = run_dbt(place, "run", "--select", *wanted, variables={"allow_synthetic": False})
    assert done.success, [entry.message for entry in done.result or () if entry.status != "success"]
    return place


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("table", TESTED)
def test_one_in_twenty_tests_of_nothing_is_below_5_percent(home: Path, table: str, kind: str) -> None:
    ((n, share, deviation),) = query(
        home,
        f"""select avg(n), sum(alarms) / sum(n), stddev(alarms / n) / sqrt(count(*)) from (
            select listener_id, count(p_value) as n, count(*) filter (where p_value < 0.05) as alarms
            from {table} where listener_id like '{kind}%' group by listener_id)""",
    )
    # A week of mornings has fewer plays than days are compared by.
    assert n >= TESTED[table] / (1 if kind == "null" else 2)
    # Tests of one listener hang together, so the listener is the unit of this error too.
    assert share <= 0.05 + 0.005 + 3 * deviation, share
    if kind == "null":
        assert share >= 0.05 - 0.005 - 3 * deviation, share


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("table", [table for table in TESTED if table.startswith("gold.")])
def test_one_listener_in_ten_without_effect_has_a_q_up_to_10_percent(
    home: Path, table: str, kind: str
) -> None:
    ((share,),) = query(
        home,
        f"""select avg(alarmed::int) from (
            select listener_id, coalesce(min(q_value), 1) <= 0.1 as alarmed
            from {table} where listener_id like '{kind}%' group by listener_id)""",
    )
    assert share <= 0.1 + 3 * np.sqrt(0.09 / N_NULL), share


@pytest.mark.parametrize("kind", KINDS)
def test_anomalies_are_of_one_listener_in_ten(home: Path, kind: str) -> None:
    ((share,),) = query(
        home,
        f"""select count(distinct listener_id) / {N_NULL} from gold.listening_anomalies
        where listener_id like '{kind}%'""",
    )
    assert share <= 0.1 + 3 * np.sqrt(0.09 / N_NULL), share


@pytest.mark.parametrize("kind", KINDS)
def test_the_interval_of_an_amplitude_leaves_out_nothing_where_there_is_no_rhythm(
    home: Path, kind: str
) -> None:
    ((share, deviation),) = query(
        home,
        f"""select avg(part), stddev(part) / sqrt(count(*)) from (
            select listener_id, avg((ci_low > 0)::int) as part from gold.mood_time_correlations
            where listener_id like '{kind}%' group by listener_id)""",
    )
    assert share <= 0.05 + 0.005 + 3 * deviation, share


@pytest.mark.parametrize(
    ("group", "table", "condition"),
    [
        ("rhythm", "mood_time_correlations", "feature = 'valence' and period = '24 h'"),
        ("weekend", "weekend_vs_weekday", "metric = 'valence'"),
    ],
)
def test_effects_of_the_planted_size_are_found_four_of_five_times(
    home: Path, group: str, table: str, condition: str
) -> None:
    ((power,),) = query(
        home,
        f"""select avg((p_value < 0.05)::int) from gold.{table}
        where listener_id like '{group}%' and {condition}""",
    )
    assert power == pytest.approx(0.8, abs=3 * np.sqrt(0.16 / N_PLANTED)), power


def test_the_top_of_a_rhythm_lies_within_its_interval(home: Path) -> None:
    ((bias, coverage),) = query(
        home,
        """select median(peak_hour) - 18, avg((abs(peak_hour - 18) <= peak_half_width)::int)
        from gold.mood_time_correlations where listener_id like 'rhythm%' and feature = 'valence'
            and period = '24 h' and peak_half_width is not null""",
    )
    assert abs(bias) < 0.5
    assert coverage > 0.85


def test_a_week_three_deviations_off_is_found_as_often_as_stated(home: Path) -> None:
    # One false alarm a quarter (1 in 13 weeks) with a baseline of half a year: recall .87.
    sql = """select avg((t_value > 1.82)::int) from silver.listening_changes
        where listener_id like 'week0%' and period = 'week' and metric = 'valence'
            and period_start = date '2024-07-08'"""
    ((recall,),) = query(home, sql)
    assert recall == pytest.approx(0.87, abs=0.1), recall


def test_turns_are_found_in_their_direction(home: Path) -> None:
    rows = query(
        home,
        """select pattern, min(lift), max(lift), max(q_value) from gold.sequential_patterns
        where listener_id like 'turns%' and pattern_length = 2 and p_value is not null group by pattern""",
    )
    found = {pattern: (low, high, q) for pattern, low, high, q in rows}
    assert set(found) == {
        f"{a} > {b}" for a in ("Happy_Energetic", "Sad_Calm") for b in ("Happy_Energetic", "Sad_Calm")
    }
    for pattern, (low, high, q) in found.items():
        first, last = pattern.split(" > ")
        assert q < 0.001
        assert high < 1 if first == last else low > 1
