"""Forecasts of the mean valence and energy of a listener's next session, and how they did so far."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from spotiflow.ml.engine.sources import LEAST_PLAYS_A_SESSION, SESSIONS
from spotiflow.ml.forecasts.rolling import (
    Series,
    backtest,
    best_method,
    bounded,
    first_tested,
    score,
)
from spotiflow.ml.forecasts.task import Forecast, Forecasts

MODEL = "session_forecast"
LEAST_SESSIONS = 60
DAYS_A_WEEK = 7


def forecast(rows: pd.DataFrame, series: Series) -> Forecast:
    """Forecast the next session of one listener and score the forecasts of the sessions so far.

    rows: session_id and started_at of each session of the series. Sessions before max(60, a third of all) are
    only learned from. Under 60 there is a reason instead.
    """
    n_sessions = len(series.places)
    if n_sessions < LEAST_SESSIONS:
        reason = (
            f"not enough data yet: {n_sessions} sessions with at least {LEAST_PLAYS_A_SESSION} measured "
            f"plays, {LEAST_SESSIONS} needed"
        )
        return Forecast(n_sessions, reason=reason)
    test, first = backtest(series, 1), first_tested(n_sessions, LEAST_SESSIONS)
    places = slice(first, None)
    found = pd.DataFrame(bounded(test, places))
    # The session ahead has no id and no beginning yet.
    found["session_id"] = [*rows["session_id"].iloc[places], None]
    found["session_number"] = np.arange(first + 1, n_sessions + 2)
    found["known_until"] = rows["started_at"].iloc[first - 1 :].to_numpy()
    days = pd.to_datetime(rows["started_at"]).to_numpy().astype("datetime64[D]").astype(np.int64)
    judge = partial(score, series, test, first, days // DAYS_A_WEEK)
    return Forecast(n_sessions, found, judge, best_method(test))


class SessionForecasts(Forecasts):
    """A forecast of the next session of every listener."""

    name = MODEL
    table = "session_forecasts"
    query = SESSIONS
    reads = refreshes = (SESSIONS, *Forecasts.reads)
    least = LEAST_SESSIONS
    what = "sessions"

    def series(self, rows: pd.DataFrame, target: str) -> Series:
        """Make the series of one listener's sessions."""
        return Series(np.arange(len(rows)), rows[target].to_numpy(dtype=np.float64))

    def forecast(self, rows: pd.DataFrame, series: Series) -> Forecast:
        """Forecast the session ahead."""
        return forecast(rows, series)
