"""Forecasts of the mean valence and energy of a listener's next days, and how such forecasts did so far.

Candidates are the mean of all days so far, exponentially weighted means and the same weekday a week ago. At
every day the one with the smallest squared error on the days before it serves; where that is the mean, the
forecast says so. Lagged values as forecasts are worse than the mean unless days resemble each other strongly,
and with one listener's days nothing richer has been found to beat these.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.evaluate import Clusters, Metric, Predicted, regression_metrics
from ml.features import Codes, Matrix
from ml.models.fitting import conformal_quantile
from ml.sources import LEAST_PLAYS_A_DAY

MODEL = "daily_forecast"
LEAST_DAYS = 60
HORIZONS = range(1, 8)
EWMA_ALPHAS = (0.05, 0.1, 0.2, 0.3)
MEAN = "mean"
METHODS = (MEAN, *(f"ewma_{alpha}" for alpha in EWMA_ALPHAS), "same_weekday")
# The first days have seen too little for their errors to say which method is good.
WARM_UP_DAYS = 10
# A rival of the mean must have been better by this share of the squared error, or chance picks it.
LEAST_LEAD = 0.02
RESIDUALS_KEPT = 200

Days = NDArray[np.datetime64]


@dataclass(frozen=True)
class Series:
    """Daily means of one feature on the days with enough measured plays, in order of time."""

    days: Days
    values: Matrix


@dataclass(frozen=True)
class Backtest:
    """Forecasts of every day from what was known `horizon` days before; NaN where nothing was.

    served, mean: the forecast that would have been shown, and the mean of all days so far.
    chosen: index into METHODS. half_width, mean_half_width: of the 90 % intervals, from residuals before.
    """

    served: Matrix
    mean: Matrix
    chosen: Codes
    half_width: Matrix
    mean_half_width: Matrix


@dataclass(frozen=True)
class ListenerForecast:
    """What there is to store for one listener and target; `reason` says why there is nothing."""

    listener_id: str
    target: str
    n_days: int
    rows: pd.DataFrame | None = None
    metrics: list[Metric] | None = None
    method: str | None = None
    reason: str | None = None


def forecast(listener_id: str, target: str, series: Series) -> ListenerForecast:
    """Forecast the next seven days of one listener and score the forecasts of the days so far.

    Days before max(60, a third of all) are only learned from. Under 60 days there is a reason instead.
    """
    n_days = len(series.days)
    if n_days < LEAST_DAYS:
        reason = (
            f"not enough data yet: {n_days} days with at least {LEAST_PLAYS_A_DAY} measured plays, "
            f"{LEAST_DAYS} needed"
        )
        return ListenerForecast(listener_id, target, n_days, reason=reason)
    tests = {horizon: backtest(series, horizon) for horizon in HORIZONS}
    first = max(LEAST_DAYS, n_days // 3)
    past = _past_rows(series, tests[1], first)
    rows = pd.concat([past, _future_rows(series, tests)], ignore_index=True)
    rows = rows.assign(listener_id=listener_id, target=target)
    method = METHODS[_choose(_errors(series, 1))[-1]]
    return ListenerForecast(listener_id, target, n_days, rows, _metrics(series, tests[1], first), method)


def candidates(series: Series, horizon: int) -> Matrix:
    """Forecast every day, and the day `horizon` days after the last, by every method (row per method).

    Uses only days at least `horizon` days before the forecast day.
    """
    known = _known_before(series, horizon)
    after = np.vstack([_expanding_mean(series.values), *(_ewma(series.values, a) for a in EWMA_ALPHAS)])
    forecasts = np.where(known >= 0, after[:, known], np.nan)
    return np.vstack([forecasts, _same_weekday(series, horizon, forecasts[0])])


def backtest(series: Series, horizon: int) -> Backtest:
    """Replay the past: at each day choose, forecast and put an interval around, from earlier days only."""
    forecasts = candidates(series, horizon)[:, :-1]
    chosen = _choose(_errors(series, horizon))
    known = _known_before(series, horizon)
    of_day = np.where(known[:-1] >= 0, chosen[known[:-1] + 1], 0)
    served = forecasts[of_day, np.arange(len(of_day))]
    return Backtest(
        served,
        forecasts[0],
        of_day,
        _half_widths(series.values - served, known),
        _half_widths(series.values - forecasts[0], known),
    )


def _target_days(series: Series, horizon: int) -> Days:
    return np.append(series.days, series.days[-1] + np.timedelta64(horizon, "D"))


def _known_before(series: Series, horizon: int) -> Codes:
    """Return the index of the last day known when each day is forecast; -1 for none."""
    origin = _target_days(series, horizon) - np.timedelta64(horizon, "D")
    return np.searchsorted(series.days, origin, side="right").astype(np.int64) - 1


def _expanding_mean(values: Matrix) -> Matrix:
    return np.cumsum(values) / np.arange(1, len(values) + 1)


def _ewma(values: Matrix, alpha: float) -> Matrix:
    """Exponentially weighted mean after each value; weights add up to one from the first value on."""
    total, weight = 0.0, 0.0
    means = np.empty(len(values))
    for place, value in enumerate(values):
        total = (1 - alpha) * total + alpha * value
        weight = (1 - alpha) * weight + alpha
        means[place] = total / weight
    return means


def _same_weekday(series: Series, horizon: int, otherwise: Matrix) -> Matrix:
    """Return the value of the same weekday in the last known week, or `otherwise` where there is none."""
    weeks_back = np.timedelta64(7 * -(-horizon // 7), "D")
    wanted = _target_days(series, horizon) - weeks_back
    place = np.searchsorted(series.days, wanted)
    found = (place < len(series.days)) & (series.days[np.minimum(place, len(series.days) - 1)] == wanted)
    return np.where(found, series.values[np.minimum(place, len(series.days) - 1)], otherwise)


def _errors(series: Series, horizon: int) -> Matrix:
    return (series.values - candidates(series, horizon)[:, :-1]) ** 2


def _choose(errors: Matrix) -> Codes:
    """Return the method to serve after each number of days: entry i knows the errors of i days."""
    scored = np.where(np.isnan(errors), 0.0, errors)
    scored[:, :WARM_UP_DAYS] = 0.0
    total = np.hstack([np.zeros((len(errors), 1)), np.cumsum(scored, axis=1)])
    best = np.argmin(total, axis=0)
    leads = total.min(axis=0) < (1 - LEAST_LEAD) * total[0]
    return np.where(leads, best, 0).astype(np.int64)


def _half_widths(residuals: Matrix, known: Codes) -> Matrix:
    """Return the 90 % half width for each forecast day from the last residuals known then."""
    widths = np.full(len(known), np.nan)
    for place, last in enumerate(known):
        past = residuals[WARM_UP_DAYS : last + 1]
        widths[place] = conformal_quantile(past[~np.isnan(past)][-RESIDUALS_KEPT:])
    return widths


def _past_rows(series: Series, test: Backtest, first: int) -> pd.DataFrame:
    days = series.days[first:]
    return _rows(
        days,
        days - np.timedelta64(1, "D"),
        np.column_stack([test.served, test.half_width[:-1], test.mean, test.chosen])[first:],
    )


def _future_rows(series: Series, tests: dict[int, Backtest]) -> pd.DataFrame:
    last = series.days[-1]
    days = last + np.array(list(HORIZONS), dtype="timedelta64[D]")
    numbers = []
    for horizon, test in tests.items():
        ahead = candidates(series, horizon)[:, -1]
        method = _choose(_errors(series, horizon))[-1]
        numbers.append([ahead[method], test.half_width[-1], ahead[0], method])
    return _rows(days, np.repeat(last, len(days)), np.array(numbers))


def _rows(days: Days, made_on: Days, numbers: Matrix) -> pd.DataFrame:
    """Return rows of ml.forecasts; numbers: forecast, half width, mean, index of the method."""
    predicted, half_width, mean, method = numbers.T
    return pd.DataFrame(
        {
            "target_date": days,
            "made_on": made_on,
            "horizon_days": (days - made_on).astype(np.int64),
            "predicted": np.clip(predicted, 0.0, 1.0),
            "lower_90": np.clip(predicted - half_width, 0.0, 1.0),
            "upper_90": np.clip(predicted + half_width, 0.0, 1.0),
            "baseline": np.clip(mean, 0.0, 1.0),
            "is_baseline": method == METHODS.index(MEAN),
        }
    )


def _metrics(series: Series, test: Backtest, first: int) -> list[Metric]:
    """Score the replayed forecasts; weeks are the unit that is drawn, as days of a week belong together."""
    truth = series.values[first:]
    model = Predicted(truth, test.served[first:], test.half_width[first:-1])
    mean = Predicted(truth, test.mean[first:], test.mean_half_width[first:-1])
    weeks = series.days[first:].astype("datetime64[D]").astype(np.int64) // 7
    return regression_metrics(model, mean, "mean_so_far", Clusters(weeks))
