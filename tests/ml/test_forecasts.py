"""Forecasts: nothing from the future, the mean where it wins, intervals that hold, a gate."""

from __future__ import annotations

import numpy as np
import pytest

from ml.forecasts.daily import HORIZONS, METHODS, Series, backtest, candidates, forecast


def _series(n_days: int, *, drift: float = 0.0, every: int = 1, seed: int = 0) -> Series:
    draw = np.random.default_rng(seed)
    values = 0.5 + drift * np.cumsum(draw.normal(size=n_days)) + draw.normal(0, 0.06, n_days)
    days = np.datetime64("2024-01-01") + every * np.arange(n_days)
    return Series(days, np.clip(values, 0, 1))


@pytest.mark.parametrize("horizon", [1, 3, 7])
def test_the_future_changes_no_forecast_of_the_past(horizon: int) -> None:
    series = _series(120, drift=0.02)
    changed = series.values.copy()
    changed[80:] = 1 - changed[80:]
    before, after = backtest(series, horizon), backtest(Series(series.days, changed), horizon)
    for name in ("served", "mean", "chosen", "half_width"):
        early, late = (getattr(test, name)[: 80 + horizon - 1] for test in (before, after))
        np.testing.assert_array_equal(early, late)
    assert not np.array_equal(before.served[81 + horizon :], after.served[81 + horizon :])


def test_same_weekday_is_the_one_of_the_last_known_week() -> None:
    series = Series(np.datetime64("2024-01-01") + np.arange(30), np.arange(30) / 30)
    week_ago = candidates(series, 3)[METHODS.index("same_weekday")]
    assert week_ago[20] == series.values[13]
    assert week_ago[30] == series.values[25]


def test_the_mean_serves_a_steady_listener_and_says_so() -> None:
    skills = []
    for seed in range(10):
        found = forecast("me", "energy", _series(240, seed=seed))
        assert found.metrics is not None
        skills.append(next(m.value for m in found.metrics if m.name == "mse_skill"))
        assert found.rows is not None
    assert np.mean(skills) > -0.01
    flat = forecast("me", "energy", _series(240, seed=1))
    assert flat.method == "mean"
    assert flat.rows is not None
    assert flat.rows.tail(7)["is_baseline"].all()


def test_a_listener_who_drifts_gets_a_weighted_mean_that_beats_the_mean() -> None:
    found = forecast("me", "valence", _series(300, drift=0.02))
    assert found.method is not None
    assert found.method.startswith("ewma_")
    assert found.metrics is not None
    skill = next(m for m in found.metrics if m.name == "mse_skill")
    assert skill.low > 0.1
    assert skill.baseline_name == "mean_so_far"


def test_intervals_hold_nine_days_in_ten() -> None:
    held = []
    for seed in range(10):
        series = _series(300, drift=0.01, seed=seed)
        test = backtest(series, 1)
        inside = np.abs(series.values - test.served) <= test.half_width[:-1]
        held.append(inside[60:].mean())
    assert 0.86 < np.mean(held) < 0.94


def test_the_next_seven_days_and_the_days_so_far_are_rows() -> None:
    found = forecast("me", "energy", _series(90, every=2))
    assert found.rows is not None
    future = found.rows.tail(7)
    assert future["horizon_days"].tolist() == list(HORIZONS)
    assert (future["made_on"] == np.datetime64("2024-06-27")).all()
    past = found.rows.iloc[:-7]
    assert len(past) == 30
    assert (past["horizon_days"] == 1).all()
    assert not found.rows.duplicated(["target", "target_date", "made_on"]).any()
    assert (
        (found.rows["lower_90"] <= found.rows["predicted"])
        & (found.rows["predicted"] <= found.rows["upper_90"])
    ).all()


@pytest.mark.parametrize("n_days", [0, 1, 59])
def test_under_the_gate_there_is_a_reason_and_nothing_else(n_days: int) -> None:
    found = forecast("me", "energy", _series(n_days))
    assert found.rows is None
    assert found.metrics is None
    assert found.reason == (f"not enough data yet: {n_days} days with at least 5 measured plays, 60 needed")
