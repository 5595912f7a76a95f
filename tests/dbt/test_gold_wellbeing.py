"""Instability, music low in both, escapes and what listeners share, recomputed by definition from silver."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon

from tests.dbt.test_gold_cognitive import (
    PLAIN,
    frame,
    in_week,
    one,
)

WEEK = "2024-07-01"


@pytest.fixture(scope="module")
def plays(studied: Path) -> Any:
    """Measured plays of one listener, each with whether it lies low in valence and energy both."""
    rows = frame(studied, f"from silver.listening_with_features {PLAIN} order by started_at, play_id")
    rows = rows[rows["is_measured"]]
    medians = rows[["valence", "energy"]].median()
    return rows.assign(
        low=(rows["valence"] < 0.5) & (rows["energy"] < 0.5),
        relative=(rows["valence"] < medians["valence"]) & (rows["energy"] < medians["energy"]),
    )


@pytest.fixture(scope="module")
def week(studied: Path) -> Any:
    """The step behind the table, before the gates: these listeners have one session a day."""
    return one(studied, f"from silver.weekly_dynamics {PLAIN} and week_start = date '{WEEK}'")


@pytest.fixture(scope="module")
def of_week(plays: Any) -> Any:
    """The plays of the sessions that began in the week."""
    began = plays.groupby("session_id")["listening_date"].transform("min")
    return in_week(plays.assign(listening_date=began), WEEK)


@pytest.mark.parametrize("feature", ["valence", "energy"])
def test_rmssd_is_of_sessions_in_a_row(of_week: Any, week: Any, feature: str) -> None:
    means = of_week.groupby("session_id", sort=False)[feature].mean()
    assert week["n_sessions"] == len(means) > 3
    assert week[f"{feature}_rmssd"] == pytest.approx(np.sqrt((means.diff().dropna() ** 2).mean()))


@pytest.mark.parametrize(("column", "low"), [("low_low", "low"), ("relative_low_low", "relative")])
def test_low_share_is_of_minutes(of_week: Any, week: Any, column: str, low: str) -> None:
    share = (of_week["minutes"] * of_week[low]).sum() / of_week["minutes"].sum()
    assert 0 < week[f"{column}_share"] == pytest.approx(share)


def test_runs_and_escapes_are_of_neighbours_in_a_session(studied: Path, of_week: Any, week: Any) -> None:
    runs = steps = escapes = 0
    expected = np.zeros(2)
    for _, session in of_week.groupby("session_id"):
        low = session["low"].tolist()
        runs += sum(is_low and not (i and low[i - 1]) for i, is_low in enumerate(low))
        steps += sum(low[:-1])
        escapes += sum(is_low and not then for is_low, then in pairwise(low))
        expected += sum(low) * np.array([len(low) - 1, len(low) - sum(low)]) / len(low)
    assert (week["low_low_steps"], week["escapes"]) == (steps, escapes)
    assert escapes > 0
    assert week["low_low_run_length"] == pytest.approx(of_week["low"].sum() / runs)
    sums = one(
        studied,
        f"""select sum(expected_steps) as steps, sum(expected_escapes) as escapes from silver.low_low_sessions
        inner join silver.session_sums using (listener_id, session_id) {PLAIN}
        and date_trunc('week', listening_date) = date '{WEEK}'""",
    )
    assert [sums["steps"], sums["escapes"]] == pytest.approx(expected.tolist())


def test_without_measured_plays_nothing_is_said(studied: Path) -> None:
    rows = frame(studied, "from gold.wellbeing_indicators where listener_id = 'unknown'")
    assert rows[["low_low_share", "valence_rmssd", "escape_probability", "avg_valence"]].isna().all().all()
    assert rows["reason"].str.contains("escape: needs 20 plays low in both, has 0").all()


def test_taste_distance_is_that_of_jensen_and_shannon(studied: Path) -> None:
    plays = frame(
        studied,
        """select listener_id, artist_name, count(*) as plays from silver.listening_with_features
        where artist_name is not null group by all""",
    ).pivot_table(index="artist_name", columns="listener_id", values="plays", fill_value=0)
    pairs = frame(studied, "from gold.household_overlap where taste_distance is not null")
    assert len(pairs) >= 6
    for pair in pairs.to_dict("records"):
        one_, other = plays[pair["listener_id"]], plays[pair["other_listener_id"]]
        assert pair["taste_distance"] == pytest.approx(jensenshannon(one_, other, base=2), abs=1e-9)
        assert pair["shared_artists"] == ((one_ > 0) & (other > 0)).sum()
