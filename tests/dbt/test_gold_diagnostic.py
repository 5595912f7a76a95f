"""The diagnostic branch on listeners of whom the truth is known, recomputed with scipy and pandas."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tests.dbt.project import build_dbt, copy_home, query
from tests.dbt.test_statistics_macros import cosinor

TESTED = {
    "mood_time_correlations": 27,
    "feature_correlations": 36,
    "weekend_vs_weekday": 11,
    "part_of_day_drivers": 36,
    "mood_feature_contrast": 9,
    "sequential_patterns": 150,
    "optimal_listening_times": 16,
}
TABLES = [*TESTED, "part_of_day_profile", "mood_shift_patterns", "feature_source_comparison"]
TABLES += ["listening_anomalies", "behavioral_segments", "wellbeing_indicators", "mood_intervention_triggers"]


def frame(home: Path, sql: str) -> Any:
    with duckdb.connect(str(home / "spotiflow.duckdb"), read_only=True) as db:
        return db.execute(sql).df()


def one(home: Path, sql: str) -> dict[str, Any]:
    (row,) = frame(home, sql).to_dict("records")
    return {str(name): value for name, value in row.items()}


@pytest.fixture(scope="module")
def sessions(studied: Path) -> Any:
    return frame(studied, "from silver.session_sums where listener_id = 'plain'")


@pytest.fixture(scope="module")
def plays(studied: Path) -> Any:
    return frame(
        studied,
        """from silver.listening_with_features where listener_id = 'half' and is_measured
        order by session_id, started_at, play_id""",
    )


@pytest.mark.parametrize(("period", "hours"), [("24 h", 24), ("12 h", 12), ("week", 168)])
@pytest.mark.parametrize("feature", ["valence", "tempo"])
def test_rhythms(studied: Path, sessions: Any, feature: str, period: str, hours: int) -> None:
    found = one(
        studied,
        f"""from gold.mood_time_correlations
        where listener_id = 'plain' and feature = '{feature}' and period = '{period}'""",
    )
    clock = sessions["local_started_at"].dt
    angle = 2 * np.pi * (24 * clock.day_of_week + clock.hour + clock.minute / 60) / hours
    n = sessions[f"n_{feature}"]
    weights = (n / (1 + 0.2 * (n - 1))).to_numpy()
    r, amplitude, half, peak, _, p = cosinor(angle.to_numpy(), sessions[f"avg_{feature}"].to_numpy(), weights)
    assert found["n_sessions"] == len(sessions)
    assert (found["r"], found["amplitude"], found["p_value"]) == pytest.approx((r, amplitude, p), rel=1e-8)
    assert found["peak_hour"] == pytest.approx(peak * hours / 24, rel=1e-8)
    assert (found["ci_low"], found["ci_high"]) == pytest.approx((max(0, amplitude - half), amplitude + half))
    assert (found["ci_low"] > 0) == (p < 0.05)


def test_a_wave_is_found_where_it_is(studied: Path) -> None:
    found = frame(studied, "from gold.mood_time_correlations where listener_id = 'wave' and q_value < 0.01")
    assert found[["feature", "period"]].values.tolist() == [["valence", "24 h"]]
    assert abs(found["peak_hour"][0] - 18) <= found["peak_half_width"][0]
    assert found["ci_low"][0] < 0.1 < found["ci_high"][0]


@pytest.mark.parametrize(
    ("table", "keys", "is_first"),
    [
        ("weekend_vs_weekday", "metric = 'energy'", "is_weekend"),
        ("part_of_day_drivers", "feature = 'energy' and part_of_day = 'evening'", "part_of_day = 'evening'"),
    ],
)
def test_contrasts_of_sessions(studied: Path, sessions: Any, table: str, keys: str, is_first: str) -> None:
    found = one(studied, f"from gold.{table} where listener_id = 'plain' and {keys}")
    side = sessions.eval(is_first.replace(" = ", " == "))
    first, second = sessions.loc[side, "avg_energy"], sessions.loc[~side, "avg_energy"]
    reference = stats.ttest_ind(first, second, equal_var=False)
    interval = reference.confidence_interval()
    pooled = np.sqrt(
        ((len(first) - 1) * first.var() + (len(second) - 1) * second.var()) / (len(sessions) - 2)
    )
    assert found["difference"] == pytest.approx(first.mean() - second.mean(), abs=1e-12)
    assert found["p_value"] == pytest.approx(reference.pvalue, abs=1e-9)
    assert (found["ci_low"], found["ci_high"]) == pytest.approx((interval.low, interval.high), abs=1e-7)
    assert found["hedges_g"] == pytest.approx(found["difference"] / pooled, rel=0.01)


@pytest.mark.parametrize("table", TESTED)
def test_q_values_are_those_of_one_table_and_listener(studied: Path, table: str) -> None:
    for _, rows in frame(studied, f"from gold.{table}").groupby("listener_id"):
        assert len(rows) == TESTED[table]
        tested = rows.dropna(subset="p_value")
        assert tested["q_value"].isna().sum() == 0
        assert rows["q_value"].count() == len(tested)
        if len(tested):
            assert tested["q_value"].to_numpy() == pytest.approx(
                stats.false_discovery_control(tested["p_value"]), abs=1e-12
            )


@pytest.mark.parametrize("table", TESTED)
def test_a_row_has_a_statistic_or_a_reason(studied: Path, table: str) -> None:
    rows = frame(studied, f"from gold.{table}")
    assert (rows["p_value"].isna() == rows["reason"].notna()).all()
    for name in ("one", "fifty", "unknown"):
        assert rows.loc[rows["listener_id"] == name, "p_value"].isna().all(), name
    assert rows.loc[rows["listener_id"] == "plain", "p_value"].count() > 7


@pytest.mark.parametrize("table", TABLES)
def test_no_number_is_nan_or_endless(studied: Path, table: str) -> None:
    doubles = query(
        studied,
        f"""select column_name from duckdb_columns()
        where schema_name = 'gold' and table_name = '{table}' and data_type = 'DOUBLE'""",
    )
    bad = " or ".join(f"not isfinite({name})" for (name,) in doubles)
    assert query(studied, f"select count(*) from gold.{table} where {bad}") == [(0,)]


def test_correlations_over_distinct_tracks(studied: Path) -> None:
    tracks = frame(studied, "from silver.heard_tracks where listener_id = 'half' and is_measured")
    known = frame(studied, "from silver.kaggle_tracks")
    rows = frame(studied, "from gold.feature_correlations where listener_id = 'half'")
    for row in rows.itertuples():
        r = tracks[row.feature_a].corr(tracks[row.feature_b])
        assert (row.n_tracks, row.n_artists) == (len(tracks), tracks["artist_name"].nunique())
        assert row.r == pytest.approx(r, abs=1e-12)
        assert row.catalogue_r == pytest.approx(known[row.feature_a].corr(known[row.feature_b]), abs=1e-12)
        assert row.ci_low < r < row.ci_high


def test_bright_and_dark_tracks(studied: Path) -> None:
    tracks = frame(studied, "from silver.heard_tracks where listener_id = 'half' and is_measured")
    bright, dark = tracks[tracks["valence"] >= 0.6], tracks[tracks["valence"] < 0.4]
    found = one(studied, "from gold.mood_feature_contrast where listener_id = 'half' and feature = 'tempo'")
    assert (found["n_positive"], found["n_negative"]) == (len(bright), len(dark))
    assert (found["mean_positive"], found["mean_negative"]) == pytest.approx(
        (bright["tempo"].mean(), dark["tempo"].mean())
    )


def test_shifts_against_orders_of_chance(studied: Path, plays: Any) -> None:
    found = frame(studied, "from gold.mood_shift_patterns where listener_id = 'half'")
    found = found.groupby("shift_magnitude")["shift_count"].sum()
    assert found.to_dict() == shift_counts(plays).to_dict()
    expected = frame(
        studied,
        """from silver.mood_shifts
        where session_id in (select session_id from silver.sessions where listener_id = 'half')""",
    )
    expected = expected.groupby("shift_magnitude")["expected_shifts"].sum()
    sums = dict.fromkeys(expected.index, 0.0)
    for _, session in plays.groupby("session_id"):
        pairs = [magnitude(a, b) for a, b in combinations(session[["valence", "energy"]].to_numpy(), 2)]
        for name, n in Counter(pairs).items():
            sums[name] += (len(session) - 1) * n / len(pairs)
    assert expected.to_dict() == pytest.approx(sums)


def shift_counts(plays: Any) -> Any:
    sessions = [session[["valence", "energy"]].to_numpy() for _, session in plays.groupby("session_id")]
    return pd.Series([magnitude(a, b) for session in sessions for a, b in pairwise(session)]).value_counts()


def magnitude(a: Any, b: Any) -> str:
    distance = np.hypot(*(a - b))
    return "Large" if distance >= 0.5 else "Medium" if distance >= 0.2 else "Small"


def test_parts_of_the_day(studied: Path) -> None:
    found = frame(studied, "from gold.part_of_day_profile where listener_id = 'plain'").set_index(
        "part_of_day"
    )
    plays = frame(studied, "from silver.listening_with_features where listener_id = 'plain'")
    streams = frame(studied, "from silver.music_streams where listener_id = 'plain'")
    new = streams["times_heard"].eq(1).groupby(streams["part_of_day"]).mean()
    assert found["plays"].to_dict() == plays["part_of_day"].value_counts().to_dict()
    assert found["play_share"].sum() == pytest.approx(1)
    assert found["new_track_share"].to_dict() == pytest.approx(new.to_dict())
    assert (found["new_track_ci_low"] < found["new_track_share"]).all()


def test_no_synthetic_value_enters_a_statistic(studied: Path, tmp_path: Path) -> None:
    own = copy_home(studied, tmp_path / "own")
    before = {table: frame(own, f"from gold.{table} order by all") for table in TABLES}
    with duckdb.connect(str(own / "spotiflow.duckdb")) as db:
        db.execute(
            "update bronze.my_tracks_features_bronze_synthetic set valence = 0.99, energy = 0.99, tempo = 1"
        )
    branches = ("diagnostic", "cognitive", "prescriptive")
    build_dbt(own, "--select", *(f"track_features+,+gold.{branch}" for branch in branches))
    for table, old in before.items():
        new = frame(own, f"from gold.{table} order by all")
        if table == "feature_source_comparison":
            assert not new["mean_synthetic"].equals(old["mean_synthetic"])
            new, old = new[["feature", "mean_measured"]], old[["feature", "mean_measured"]]
        pd.testing.assert_frame_equal(new, old, rtol=1e-9)
