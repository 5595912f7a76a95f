"""Weeks, changes, transitions and times on listeners of whom the truth is known, recomputed by definition."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from spotiflow.core.settings import load_settings
from spotiflow.warehouse.database import open_warehouse
from tests.dbt.project import build_dbt, copy_home

PLAIN = "where listener_id = 'plain'"


def frame(home: Path, sql: str) -> Any:
    with duckdb.connect(str(home / "spotiflow.duckdb"), read_only=True) as db:
        return db.execute(sql).df()


def one(home: Path, sql: str) -> Any:
    (row,) = frame(home, sql).to_dict("records")
    return row


@pytest.fixture(scope="module")
def plays(studied: Path) -> Any:
    return frame(studied, f"from silver.listening_with_features {PLAIN} order by started_at, play_id")


@pytest.fixture(scope="module")
def week(studied: Path) -> Any:
    return one(studied, f"from gold.wellbeing_indicators {PLAIN} and week_start = date '2024-07-01'")


def in_week(plays: Any, start: str) -> Any:
    first = pd.Timestamp(start)
    return plays[
        (plays["listening_date"] >= first) & (plays["listening_date"] < first + pd.Timedelta(days=7))
    ]


def test_variety_of_the_first_fifty_plays(plays: Any, week: Any) -> None:
    shares = in_week(plays, "2024-07-01").head(50)["track_id"].value_counts(normalize=True)
    assert week["repetition"] == pytest.approx(1 - len(shares) / 50)
    assert week["effective_tracks"] == pytest.approx(math.exp(stats.entropy(shares)))


def test_novelty_is_of_tracks_first_heard_in_four_weeks(plays: Any, week: Any) -> None:
    first = plays.groupby("track_id")["listening_date"].transform("min")
    of_week = in_week(plays.assign(first=first), "2024-07-01")
    assert week["novelty"] == pytest.approx((of_week["first"] >= pd.Timestamp("2024-06-10")).mean())


def test_sound_of_a_week_with_the_session_as_unit(studied: Path, plays: Any, week: Any) -> None:
    rows = frame(studied, f"from silver.session_sums {PLAIN}")
    rows = in_week(rows, "2024-07-01")
    values = in_week(plays, "2024-07-01")["valence"]
    assert week["avg_valence"] == pytest.approx(values.mean())
    if len(rows) >= 8:
        assert week["valence_variability"] == pytest.approx(rows["avg_valence"].std())
        assert week["valence_ci_low"] < values.mean() < week["valence_ci_high"]
    else:
        assert "interval: needs 8 sessions" in week["reason"]


def test_inertia_by_its_definition(plays: Any, week: Any) -> None:
    days = plays.groupby("listening_date")["valence"].mean().asfreq("D")
    before = days.shift()[: pd.Timestamp("2024-07-07")].tail(120)
    days = days[: pd.Timestamp("2024-07-07")].tail(120)
    pairs = ((days - days.mean()) * (before - days.mean())).dropna()
    r = pairs.mean() / days.var(ddof=0)
    assert week["inertia_days"] == days.count()
    assert week["valence_inertia"] == pytest.approx(r + (1 + 3 * r) / len(pairs))
    half = 1.959964 * math.sqrt((1 - r * r) / len(pairs))
    assert week["inertia_ci_high"] - week["valence_inertia"] == pytest.approx(half, rel=1e-6)


def test_regularity_by_its_definition(plays: Any, week: Any) -> None:
    days = pd.date_range("2024-06-10", "2024-07-07")
    grid = plays.pivot_table(index="listening_date", columns="hour_of_day", values="minutes", aggfunc="sum")
    grid = grid.reindex(index=days, columns=range(24)).fillna(0).to_numpy()
    mean = grid.mean()
    expected = 672 * ((grid.mean(axis=0) - mean) ** 2).sum() / (24 * ((grid - mean) ** 2).sum())
    assert week["regularity"] == pytest.approx(expected)


@pytest.mark.parametrize("metric", ["valence", "minutes"])
def test_a_change_is_a_t_test_of_one_week_against_those_before(studied: Path, metric: str) -> None:
    rows = frame(
        studied, f"from silver.listening_changes {PLAIN} and period = 'week' and metric = '{metric}'"
    )
    rows = rows.sort_values("period_start")
    last, before = rows.iloc[-1], rows.iloc[:-1]["value"].tail(26)
    tested = np.cbrt if metric == "minutes" else np.asarray
    reference = stats.ttest_ind([tested(last["value"])], tested(before))
    assert last["n_baseline"] == len(before)
    assert (last["t_value"], last["p_value"]) == pytest.approx(
        (reference.statistic, reference.pvalue), rel=1e-7
    )
    mad = stats.median_abs_deviation(before)
    assert last["robust_z"] == pytest.approx(0.6745 * (last["value"] - before.median()) / mad)


def test_days_are_held_against_days_of_their_kind(studied: Path) -> None:
    rows = frame(studied, f"from silver.listening_changes {PLAIN} and period = 'day' and metric = 'energy'")
    day = rows.sort_values("period_start").iloc[-1]
    gap = day["period_start"] - rows["period_start"]
    same_kind = (rows["period_start"].dt.day_of_week >= 5) == (day["period_start"].day_of_week >= 5)
    past = rows[(gap > pd.Timedelta(0)) & (gap <= pd.Timedelta(days=84)) & same_kind]["value"]
    assert day["n_baseline"] == len(past)
    assert day["t_value"] == pytest.approx(stats.ttest_ind([day["value"]], past).statistic)


def test_triggers_correct_for_all_weeks(studied: Path) -> None:
    for _, rows in frame(studied, "from gold.mood_intervention_triggers").groupby("listener_id"):
        tested = rows.dropna(subset="p_value")
        # Twice: days are looked at as well.
        q = np.minimum(1, 2 * stats.false_discovery_control(tested["p_value"])) if len(tested) else []
        assert tested["q_value"].tolist() == pytest.approx(list(q), abs=1e-12)
        assert (rows["p_value"].isna() == rows["reason"].notna()).all()
        assert (rows["level"].notna() == rows["message"].notna()).all()


def test_a_week_has_one_level_wherever_it_is_shown(studied: Path) -> None:
    rows = frame(
        studied,
        """select count(*) as n, count(*) filter (where level is distinct from severity) as others
        from gold.mood_intervention_triggers inner join gold.listening_anomalies using (listener_id, metric)
        where period = 'week' and period_start = week_start""",
    )
    assert rows["others"][0] == 0


def test_transitions_of_the_sessions(studied: Path, plays: Any) -> None:
    found = frame(studied, f"from gold.sequential_patterns {PLAIN} and pattern_length = 2").set_index(
        "pattern"
    )
    before = plays.groupby("session_id")["mood_category"].shift()
    pairs = (before + " > " + plays["mood_category"]).value_counts()
    assert found["occurrences"].sum() == len(plays) - plays["session_id"].nunique()
    assert found["occurrences"].reindex(pairs.index).to_dict() == pairs.to_dict()
    assert found["expected_occurrences"].sum() == pytest.approx(found["occurrences"].sum())
    assert found.groupby("from_mood")["probability"].sum().to_numpy() == pytest.approx(1)


def test_times_are_drawn_from_a_hypergeometric(studied: Path) -> None:
    rows = frame(studied, f"from gold.optimal_listening_times {PLAIN} and activity = 'calm'")
    sessions = frame(studied, f"from silver.session_sums {PLAIN}")
    sizes = np.floor(np.log2(sessions["n_measured"]))
    classes = [group for _, group in sessions.groupby(sizes)]
    low = pd.concat([(-group["avg_energy"]).rank() > len(group) * 2 / 3 for group in classes])
    for row in rows.itertuples():
        mean = variance = 0.0
        for group in classes:
            here = (group["part_of_day"] == row.part_of_day).sum()
            chance = stats.hypergeom(len(group), low[group.index].sum(), here)
            mean, variance = mean + chance.mean(), variance + chance.var()
        here = sessions.index[sessions["part_of_day"] == row.part_of_day]
        assert (row.n_sessions, row.n_matching) == (len(here), low[here].sum())
        assert row.lift == pytest.approx(low[here].sum() / mean)
        z = (low[here].sum() - mean) / np.sqrt(variance)
        assert row.p_value == pytest.approx(2 * stats.norm.sf(abs(z)), abs=1e-9)


def test_one_track_on_repeat_is_said_to_be_that(studied: Path) -> None:
    found = one(studied, "from gold.behavioral_segments where listener_id = 'repeat'")
    assert (found["clock_type"], found["midpoint_hour"]) == ("morning", pytest.approx(9.5))
    assert found["regularity"] > 0.9
    assert frame(studied, "from gold.listening_anomalies where listener_id = 'repeat'").empty


def test_a_day_like_no_other_stands_out_with_what_was_played(studied: Path, tmp_path: Path) -> None:
    own = copy_home(studied, tmp_path / "own")
    with open_warehouse(load_settings(home=own)) as db:
        day = f"select track_id from silver.listening_with_features {PLAIN} and listening_date = '2024-07-09'"
        db.execute("update raw.kaggle_tracks set valence = 0.45 + valence / 10, energy = 0.45 + energy / 10")
        db.execute(f"update raw.kaggle_tracks set valence = 0.02, energy = 0.03 where track_id in ({day})")
    branches = ("cognitive", "prescriptive")
    build_dbt(own, "--select", *(f"kaggle_tracks_bronze+,+gold.{branch}" for branch in branches))
    found = frame(own, f"from gold.listening_anomalies {PLAIN} and period_start = date '2024-07-09'")
    played = frame(own, f"from silver.listening_with_features {PLAIN} and listening_date = date '2024-07-09'")
    assert set(found["metric"]) == {"valence", "energy"}
    assert set(found["direction"]) == {"lower"}
    assert set(found["plays"]) == {len(played)}
    assert found["top_artist"].isin(played["artist_name"].mode()).all()


def test_zones_are_there_once_they_were_trained(studied: Path, tmp_path: Path) -> None:
    assert frame(studied, "from gold.mood_state_clusters").empty
    own = copy_home(studied, tmp_path / "own")
    with open_warehouse(load_settings(home=own)) as db:
        db.execute(
            f"""insert into ml.zone_assignments
            select listener_id, track_id, (valence > 0.5)::integer, 'kmeans', 'zones', '1', now()::timestamp
            from silver.heard_tracks {PLAIN}"""
        )
        db.execute(
            """insert into ml.zone_metrics
            values ('plain', 'kmeans', 2, true, 0.4, 0.3, 0.9, 'zones', '1', now())"""
        )
    build_dbt(own, "--select", "mood_state_clusters+")
    zones = frame(own, "from gold.mood_state_clusters")
    assert zones["play_share"].sum() == pytest.approx(1)
    assert zones["silhouette"].tolist() == [0.4, 0.4]
    assert frame(own, "from gold.mood_clusters")["example_3"].notna().all()
