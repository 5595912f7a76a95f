"""Forecasts of the mean valence and energy of a listener's next seven days, and how they did so far."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from spotiflow.ml.data.features import Codes
from spotiflow.ml.engine.sources import DAYS, LEAST_PLAYS_A_DAY
from spotiflow.ml.forecasts.rolling import (
    Backtest,
    Series,
    backtest,
    best_method,
    bounded,
    first_tested,
    score,
)
from spotiflow.ml.forecasts.task import Forecast, Forecasts

MODEL = "daily_forecast"
LEAST_DAYS = 60
HORIZONS = range(1, 8)
DAYS_A_WEEK = 7


def forecast(series: Series) -> Forecast:
    """Forecast the next seven days of one listener and score the forecasts of the days so far.

    Days before max(60, a third of all) are only learned from. Under 60 days there is a reason instead.
    """
    n_days = len(series.places)
    if n_days < LEAST_DAYS:
        reason = (
            f"not enough data yet: {n_days} days with at least {LEAST_PLAYS_A_DAY} measured plays, "
            f"{LEAST_DAYS} needed"
        )
        return Forecast(n_days, reason=reason)
    tests = {horizon: backtest(series, horizon) for horizon in HORIZONS}
    first = first_tested(n_days, LEAST_DAYS)
    past = _rows(series.places[first:], series.places[first:] - 1, tests[1], slice(first, -1))
    last = series.places[-1]
    ahead = [
        _rows(last + np.array([h]), np.array([last]), test, slice(-1, None)) for h, test in tests.items()
    ]
    judge = partial(score, series, tests[1], first, series.places // DAYS_A_WEEK)
    return Forecast(n_days, pd.concat([past, *ahead], ignore_index=True), judge, best_method(tests[1]))


def _rows(days: Codes, made_on: Codes, test: Backtest, places: slice) -> pd.DataFrame:
    """Return rows of ml.forecasts."""
    dates = {"target_date": days.astype("datetime64[D]"), "made_on": made_on.astype("datetime64[D]")}
    return pd.DataFrame(dates | {"horizon_days": days - made_on} | bounded(test, places))


class DailyForecasts(Forecasts):
    """Forecasts of the next seven days of every listener."""

    name = MODEL
    table = "forecasts"
    query = DAYS
    reads = refreshes = (DAYS, *Forecasts.reads)
    least = LEAST_DAYS
    what = "days"

    def series(self, rows: pd.DataFrame, target: str) -> Series:
        """Make the series of one listener's days."""
        dates = pd.to_datetime(rows["listening_date"]).to_numpy().astype("datetime64[D]")
        return Series(dates.astype(np.int64), rows[target].to_numpy(dtype=np.float64), DAYS_A_WEEK)

    def forecast(self, rows: pd.DataFrame, series: Series) -> Forecast:  # noqa: ARG002
        """Forecast the days ahead."""
        return forecast(series)
