"""Forecasts of a series of means, at every point from what was known before: candidates, mixture, interval.

Candidates are the mean of all values so far, exponentially weighted means and, for days, the same weekday of
the last known week. They are mixed by how well each has forecast so far (weights fall off exponentially in
the squared error lost against the mean, as in Vovk's aggregating algorithm); a richer model of one listener's
days has not been found to beat that. Until the others together outweigh the mean, the mean itself is used and
is called so. Intervals are conformal with a level that widens after misses (Gibbs and Candes 2021).
"""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np

from spotiflow.ml.data.evaluate import (
    Clusters,
    Metric,
    Predicted,
    regression_metrics,
)
from spotiflow.ml.data.features import Codes, Mask, Matrix

MEAN = "mean"
EWMA_ALPHAS = (0.05, 0.1, 0.2, 0.3)
WEEKDAY = "same_weekday"
METHODS = (MEAN, *(f"ewma_{alpha}" for alpha in EWMA_ALPHAS), WEEKDAY)
# Belief in each candidate before any forecast, in nats below the mean: fast ones and the weekday rarely win.
DOUBTS = np.array([0.0, 1.0, 1.0, 1.0, 1.5, 3.0])
# How fast losses count: a quarter of what a likelihood would say, as errors of neighbouring days go together.
RATE = 0.25
# The first values have seen too little for their errors to say which method is good.
WARM_UP = 10
RESIDUALS_KEPT = 200
LEVEL = 0.9
# How far each miss (or hit) moves the level of the next interval.
LEVEL_STEP = 0.05
# Beyond the largest residual so far an interval has only a guess.
BEYOND_LARGEST = 1.1


@dataclass(frozen=True)
class Series:
    """Values in order of time. places: their days, or their running numbers. period: of a week, if any."""

    places: Codes
    values: Matrix
    period: int | None = None


@dataclass(frozen=True)
class Backtest:
    """Forecasts of every value, and of the one `horizon` places after the last, from what was known before.

    served, mean: the forecast that is shown, and the mean of all values so far; NaN where nothing was known.
    weights: of each method (row per method). half_width, mean_half_width: of the 90 % intervals.
    """

    served: Matrix
    mean: Matrix
    weights: Matrix
    half_width: Matrix
    mean_half_width: Matrix

    @property
    def is_mean(self) -> Mask:
        """Where the mean itself is served."""
        is_mean: Mask = self.weights[0] >= 1.0
        return is_mean


def backtest(series: Series, horizon: int) -> Backtest:
    """Replay the past: at each place mix, forecast and put an interval around, from earlier places only."""
    forecasts = candidates(series, horizon)
    known = known_before(series, horizon)
    errors = (series.values - forecasts[:, :-1]) ** 2
    weights = _weights(errors)[:, np.maximum(known + 1, 0)]
    served = (weights * np.where(np.isnan(forecasts), forecasts[0], forecasts)).sum(axis=0)
    return Backtest(
        served,
        forecasts[0],
        weights,
        _half_widths(series.values - served[:-1], known),
        _half_widths(series.values - forecasts[0, :-1], known),
    )


def candidates(series: Series, horizon: int) -> Matrix:
    """Forecast every value, and the one `horizon` places after the last, by every method (row per method).

    Uses only values at least `horizon` places before.
    """
    known = known_before(series, horizon)
    after = np.vstack([_expanding_mean(series.values), *(_ewma(series.values, a) for a in EWMA_ALPHAS)])
    forecasts = np.where(known >= 0, after[:, known], np.nan)
    return np.vstack([forecasts, _a_period_ago(series, horizon, forecasts[0])])


def _targets(series: Series, horizon: int) -> Codes:
    return np.append(series.places, series.places[-1] + horizon)


def known_before(series: Series, horizon: int) -> Codes:
    """Return the index of the last value known when each is forecast; -1 for none."""
    origin = _targets(series, horizon) - horizon
    return np.searchsorted(series.places, origin, side="right").astype(np.int64) - 1


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


def _a_period_ago(series: Series, horizon: int, otherwise: Matrix) -> Matrix:
    """Return the value of the same weekday in the last known week, or `otherwise` where there is none."""
    if series.period is None:
        return otherwise
    back = series.period * -(-horizon // series.period)
    wanted = _targets(series, horizon) - back
    place = np.minimum(np.searchsorted(series.places, wanted), len(series.places) - 1)
    value: Matrix = np.where(series.places[place] == wanted, series.values[place], otherwise)
    return value


def _weights(errors: Matrix) -> Matrix:
    """Return the weight of each method after each number of values: column i knows the errors of i values."""
    scored = np.where(np.isnan(errors), 0.0, errors)
    scored[:, :WARM_UP] = 0.0
    total = np.hstack([np.zeros((len(errors), 1)), np.cumsum(scored, axis=1)])
    n_scored = np.maximum(np.arange(total.shape[1]) - WARM_UP, 1)
    variance = np.maximum(total[0] / n_scored, 1e-9)
    belief = -RATE * (total - total[0]) / (2 * variance) - DOUBTS[:, None]
    weights: Matrix = np.exp(belief - belief.max(axis=0))
    weights = weights / weights.sum(axis=0)
    weights[:, weights[0] > 0.5] = np.eye(len(METHODS))[:, :1]
    return weights


def _half_widths(residuals: Matrix, known: Codes) -> Matrix:
    """Return the 90 % half width for each forecast from the last residuals known then.

    The level follows what the intervals have held so far: a miss raises the next, a hit lowers it a little.
    """
    widths = np.full(len(known), np.nan)
    missed, taken = 1 - LEVEL, WARM_UP
    sizes, recent = np.abs(residuals), _Recent()
    for place, last in enumerate(known):
        for now in range(taken, last + 1):
            if not np.isnan(widths[now]):
                is_miss = bool(sizes[now] > widths[now])
                missed = min(max(missed + LEVEL_STEP * (1 - LEVEL - is_miss), 0.005), 0.5)
            recent.add(float(sizes[now]))
        taken = max(taken, last + 1)
        widths[place] = recent.quantile(1 - missed)
    return widths


class _Recent:
    """The last RESIDUALS_KEPT sizes, in order of size: putting each in its place is cheaper than sorting."""

    def __init__(self) -> None:
        self._by_time: deque[float] = deque()
        self._by_size: list[float] = []

    def add(self, size: float) -> None:
        """Take in the next size; NaN says nothing."""
        if math.isnan(size):
            return
        self._by_time.append(size)
        insort(self._by_size, size)
        if len(self._by_time) > RESIDUALS_KEPT:
            del self._by_size[bisect_left(self._by_size, self._by_time.popleft())]

    def quantile(self, level: float) -> float:
        """Return the ceil((n + 1) level)-th smallest; a guess beyond the largest; NaN under 9."""
        n = len(self._by_size)
        if n < round(1 / (1 - LEVEL)) - 1:
            return math.nan
        rank = math.ceil((n + 1) * level)
        return self._by_size[rank - 1] if rank <= n else self._by_size[-1] * BEYOND_LARGEST


def score(series: Series, test: Backtest, first: int, blocks: Codes) -> list[Metric]:
    """Score the replayed forecasts from place `first` on. blocks: what is drawn, such as weeks."""
    truth = series.values[first:]
    ours = Predicted(truth, test.served[first:-1], test.half_width[first:-1])
    mean = Predicted(truth, test.mean[first:-1], test.mean_half_width[first:-1])
    return regression_metrics(ours, mean, "mean_so_far", Clusters(blocks[first:]))


def first_tested(n_values: int, least: int) -> int:
    """Return the place from which on forecasts are scored: before it, values are only learned from."""
    return max(least, n_values // 3)


def best_method(test: Backtest) -> str:
    """Return the method with the largest weight in the next forecast."""
    return METHODS[int(np.argmax(test.weights[:, -1]))]


def bounded(test: Backtest, places: slice) -> dict[str, Any]:
    """Return the columns predicted, lower_90, upper_90, baseline and is_baseline of some forecasts."""
    served, width = test.served[places], test.half_width[places]
    return {
        "predicted": np.clip(served, 0.0, 1.0),
        "lower_90": np.clip(served - width, 0.0, 1.0),
        "upper_90": np.clip(served + width, 0.0, 1.0),
        "baseline": np.clip(test.mean[places], 0.0, 1.0),
        "is_baseline": test.is_mean[places],
    }
