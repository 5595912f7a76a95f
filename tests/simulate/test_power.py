"""What `--effects` plants is found by gold as often as its size promises, and nothing where nothing is."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest

from spotiflow.core.settings import load_settings
from spotiflow.simulate import simulate
from spotiflow.simulate.features import ENERGY
from spotiflow.simulate.loaded import load_world
from spotiflow.warehouse.database import open_warehouse
from tests.dbt.project import query, run_dbt

pytestmark = pytest.mark.long
LISTENERS = {"none": 20, "weekend": 16, "rhythm": 16, "week": 40, "transition": 6}
START, DAYS = date(2025, 1, 6), 252
TABLES = ("mood_time_correlations", "weekend_vs_weekday", "sequential_patterns", "listening_changes")
# How one finds each: the table, its rows about what was planted, and which of them count as found.
WEEKEND = "gold.weekend_vs_weekday", "metric = 'energy'", "p_value < 0.05 and hedges_g > 0"
RHYTHM = "gold.mood_time_correlations", "feature = 'energy' and period = '24 h'", "p_value < 0.05"
TURNS = (
    "gold.sequential_patterns",
    "pattern in ('Happy_Energetic > Sad_Calm', 'Sad_Calm > Happy_Energetic') and p_value is not null",
    "q_value < 0.1 and lift > 1",
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("power")
    settings = load_settings(home=place)
    for effect, n in LISTENERS.items():
        simulate(settings, listeners=n, days=DAYS, seed=11, effect=effect, start=START)
    wanted = [f"+{table}" for table in TABLES]
    done = run_dbt(place, "run", "--select", *wanted, variables={"allow_synthetic": False})
    assert done.success, [entry.message for entry in done.result or () if entry.status != "success"]
    return place


def found(home: Path, effect: str, table: str, rows: str, condition: str) -> tuple[float, int]:
    """Return the share of listeners' rows in which it is found, and of how many listeners they are."""
    ((share, n),) = query(
        home,
        f"""select avg(coalesce({condition}, false)::int), count(distinct listener_id) from {table}
        where listener_id like 'sim-{effect}-%' and {rows} and p_value is not null""",
    )
    return share, n


@pytest.mark.parametrize(
    ("effect", "where"), [("weekend", WEEKEND), ("rhythm", RHYTHM), ("transition", TURNS)]
)
def test_a_planted_effect_is_found_four_times_of_five(
    home: Path, effect: str, where: tuple[str, str, str]
) -> None:
    share, n = found(home, effect, *where)
    assert n >= 0.6 * LISTENERS[effect]
    assert share >= 0.8 - 2 * np.sqrt(0.16 / n), share


@pytest.mark.parametrize("where", [WEEKEND, RHYTHM, TURNS], ids=["weekend", "rhythm", "transition"])
def test_the_same_is_rarely_found_where_nothing_was_planted(home: Path, where: tuple[str, str, str]) -> None:
    share, n = found(home, "none", *where)
    assert n >= 10
    assert share <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / n), share


def test_the_rhythm_is_highest_when_it_was_planted(home: Path) -> None:
    sql = (
        f"""select median(peak_hour) from {RHYTHM[0]} where listener_id like 'sim-rhythm-%' and {RHYTHM[1]}"""
    )
    ((peak,),) = query(home, sql)
    assert peak == pytest.approx(18, abs=1.5)


def test_weekends_differ_by_what_was_planted_and_are_found_as_often_as_that_promises(home: Path) -> None:
    with open_warehouse(load_settings(home=home), read_only=True) as db:
        deviation = load_world(db).sound.audio[:, ENERGY].std()
    planted, difference, error, p = np.array(
        query(
            home,
            f"""select size, difference, sqrt(power(std_dev_weekend, 2) / n_weekend
                + power(std_dev_weekday, 2) / n_weekday), p_value
            from {WEEKEND[0]} inner join raw.simulated_effects using (listener_id)
            where effect = 'weekend' and {WEEKEND[1]} and p_value is not null""",
        )
    ).T
    assert set(planted) == {0.3}
    off = difference - planted * deviation
    assert abs(off.mean()) < 3 * np.sqrt((error**2).sum()) / len(error), off.mean()
    power = np.array([NormalDist().cdf(z) for z in planted * deviation / error - 1.96])
    noise = np.sqrt((power * (1 - power)).sum()) / len(power)
    assert abs((p < 0.05).mean() - power.mean()) < 3 * noise, (p < 0.05).mean()


def test_the_planted_week_is_three_deviations_off_and_found_as_often_as_stated(home: Path) -> None:
    # One false alarm a quarter: t over 1.82. Of weeks that are three deviations off that finds 87 %.
    ((n, distance, recall),) = query(
        home,
        """select count(*), avg((value - baseline_mean) / baseline_std_dev), avg((t_value > 1.82)::int)
        from silver.listening_changes
        inner join raw.simulated_effects as planted using (listener_id)
        where period = 'week' and metric = 'energy' and period_start = planted.first_date
            and planted.effect = 'week' and t_value is not null""",
    )
    assert n >= 15
    assert distance == pytest.approx(3.1, abs=3 * 1.1 / np.sqrt(n)), distance
    assert recall >= 0.87 - 2.5 * np.sqrt(0.87 * 0.13 / n), recall
