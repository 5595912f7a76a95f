"""Forecasts: nothing from the future, the mean where it wins, intervals that hold, a gate."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from spotiflow.ml.forecasts import sessions
from spotiflow.ml.forecasts.daily import HORIZONS, forecast
from spotiflow.ml.forecasts.rolling import (
    METHODS,
    Series,
    backtest,
    candidates,
)


def _series(n_days: int, *, drift: float = 0.0, every: int = 1, seed: int = 0) -> Series:
    draw = np.random.default_rng(seed)
    values = 0.5 + drift * np.cumsum(draw.normal(size=n_days)) + draw.normal(0, 0.06, n_days)
    first_day = np.datetime64("2024-01-01").astype(np.int64)
    return Series(first_day + every * np.arange(n_days), np.clip(values, 0, 1), 7)


@pytest.mark.parametrize("horizon", [1, 3, 7])
def test_the_future_changes_no_forecast_of_the_past(horizon: int) -> None:
    series = _series(120, drift=0.02)
    changed = series.values.copy()
    changed[80:] = 1 - changed[80:]
    before, after = backtest(series, horizon), backtest(Series(series.places, changed, 7), horizon)
    for name in ("served", "mean", "weights", "half_width"):
        early, late = (getattr(test, name)[..., : 80 + horizon - 1] for test in (before, after))
        np.testing.assert_array_equal(early, late)
    assert not np.array_equal(before.served[81 + horizon :], after.served[81 + horizon :])


def test_same_weekday_is_the_one_of_the_last_known_week() -> None:
    series = Series(100 + np.arange(30), np.arange(30) / 30, 7)
    week_ago = candidates(series, 3)[METHODS.index("same_weekday")]
    assert week_ago[20] == series.values[13]
    assert week_ago[30] == series.values[25]


def _skill(series: Series) -> float:
    metrics = forecast(series).metrics
    assert metrics is not None
    return next(metric.value for metric in metrics if metric.name == "mse_skill")


def test_the_mean_serves_a_steady_listener_and_says_so() -> None:
    skills = [_skill(_series(240, seed=seed)) for seed in range(20)]
    assert np.mean(skills) > -0.01
    flat = forecast(_series(240, seed=1))
    assert flat.method == "mean"
    assert flat.rows is not None
    assert flat.rows.tail(7)["is_baseline"].all()
    assert (flat.rows.tail(7)["predicted"] == flat.rows.tail(7)["baseline"]).all()


@pytest.mark.parametrize("drift", [0.008, 0.015, 0.03])
def test_who_drifts_gets_nearly_the_best_weighted_mean_in_hindsight(drift: float) -> None:
    lost = []
    for seed in range(12):
        series = _series(240, drift=drift, seed=seed)
        all_of_them, first = candidates(series, 1)[:, 80:-1], 80
        loss = ((series.values[first:] - all_of_them) ** 2).sum(axis=1)
        lost.append(max(1 - loss[1:5] / loss[0]) - _skill(series))
    assert np.mean(lost) < 0.02


def test_the_gain_over_the_mean_stands_beside_it() -> None:
    found = forecast(_series(300, drift=0.02))
    assert found.metrics is not None
    skill = next(m for m in found.metrics if m.name == "mse_skill")
    assert skill.low > 0.1
    assert skill.baseline_name == "mean_so_far"


@pytest.mark.parametrize("horizon", [1, 7])
@pytest.mark.parametrize("change", [1.0, 2.0])
def test_intervals_hold_nine_days_in_ten_also_when_days_get_wilder(horizon: int, change: float) -> None:
    held = []
    for seed in range(10):
        series = _series(160, drift=0.01, seed=seed)
        wilder = np.where(np.arange(160) > 90, change, 1.0)
        values = 0.5 + (series.values - 0.5) * wilder
        test = backtest(Series(series.places, values, 7), horizon)
        inside = np.abs(values - test.served[:-1]) <= test.half_width[:-1]
        held.append(inside[60:].mean())
    assert 0.86 <= np.mean(held) <= 0.94


def test_the_next_seven_days_and_the_days_so_far_are_rows() -> None:
    found = forecast(_series(90, every=2))
    assert found.rows is not None
    future = found.rows.tail(7)
    assert future["horizon_days"].tolist() == list(HORIZONS)
    assert (future["made_on"] == np.datetime64("2024-06-27")).all()
    past = found.rows.iloc[:-7]
    assert len(past) == 30
    assert (past["horizon_days"] == 1).all()
    assert not found.rows.duplicated(["target_date", "made_on"]).any()
    assert (
        (found.rows["lower_90"] <= found.rows["predicted"])
        & (found.rows["predicted"] <= found.rows["upper_90"])
    ).all()


@pytest.mark.parametrize("n_days", [0, 1, 59])
def test_under_the_gate_there_is_a_reason_and_nothing_else(n_days: int) -> None:
    found = forecast(_series(n_days))
    assert found.rows is None
    assert found.metrics is None
    assert found.reason == (f"not enough data yet: {n_days} days with at least 5 measured plays, 60 needed")


def _sessions(n_sessions: int) -> tuple[pd.DataFrame, Series]:
    starts = pd.Timestamp("2024-01-01 08:00") + pd.to_timedelta(np.arange(n_sessions) * 11, unit="h")
    rows = pd.DataFrame({"session_id": [f"s{n}" for n in range(n_sessions)], "started_at": starts})
    return rows, Series(np.arange(n_sessions), _series(n_sessions, drift=0.02).values)


def test_the_next_session_is_forecast_and_those_so_far_are_scored() -> None:
    rows, series = _sessions(150)
    found = sessions.forecast(rows, series)
    assert found.rows is not None
    assert found.metrics is not None
    ahead, last = found.rows.iloc[-1], found.rows.iloc[-2]
    assert pd.isna(ahead["session_id"])
    assert ahead["session_number"] == 151
    assert ahead["known_until"] == rows["started_at"].iloc[-1]
    assert (last["session_id"], last["session_number"]) == ("s149", 150)
    assert last["known_until"] == rows["started_at"].iloc[-2]
    assert {metric.n for metric in found.metrics} == {90}
    assert ahead["lower_90"] < ahead["predicted"] < ahead["upper_90"]


def test_a_session_is_forecast_from_what_came_before_it() -> None:
    rows, series = _sessions(150)
    changed = np.where(np.arange(150) >= 100, 1 - series.values, series.values)
    before, after = (sessions.forecast(rows, Series(series.places, v)) for v in (series.values, changed))
    assert before.rows is not None
    assert after.rows is not None
    columns = ["predicted", "lower_90", "upper_90", "baseline"]
    same = (before.rows[columns] == after.rows[columns]).all(axis=1)
    early = before.rows["session_number"] <= 101
    assert same[early].all()
    assert not same[~early].all()


@pytest.mark.parametrize("n_sessions", [1, 59])
def test_too_few_sessions_get_a_reason(n_sessions: int) -> None:
    found = sessions.forecast(*_sessions(n_sessions))
    assert found.rows is None
    assert found.reason == (
        f"not enough data yet: {n_sessions} sessions with at least 3 measured plays, 60 needed"
    )
