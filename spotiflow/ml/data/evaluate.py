"""Metrics, each with its n, a 95 % interval by cluster bootstrap and a baseline beside it.

Rows of one artist resemble each other, so artists are drawn with replacement and not rows. Every metric here
is a function of sums over rows, so the sums are taken once per cluster and a bootstrap is one matrix product.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from spotiflow.ml.data.features import Codes, Matrix
from spotiflow.ml.data.reproducible import SEED

N_BOOTSTRAPS = 1000
TAIL_PERCENT = 2.5
NO_LISTENER = "-"

Statistic = Callable[[Matrix], Matrix]


@dataclass(frozen=True)
class Metric:
    """One measured number. baseline_value is the same metric of the baseline on the same rows."""

    name: str
    value: float
    low: float
    high: float
    n: int
    baseline_name: str
    baseline_value: float


@lru_cache(maxsize=4)
def _drawn(n_clusters: int, n_bootstraps: int) -> Matrix:
    """Return how often each bootstrap draws each cluster; the same for the same numbers."""
    if not n_clusters:
        return np.zeros((n_bootstraps, 0))
    share = np.full(n_clusters, 1 / n_clusters)
    draws = np.random.default_rng(SEED).multinomial(n_clusters, share, size=n_bootstraps)
    return draws.astype(np.float64)


class Clusters:
    """Rows grouped into clusters, and how often each bootstrap draws each cluster."""

    def __init__(self, codes: Codes, n_bootstraps: int = N_BOOTSTRAPS) -> None:
        """Draw the clusters; codes: the cluster of each row."""
        _, self._codes = np.unique(codes, return_inverse=True)
        self.n_rows = len(codes)
        self.n_clusters = int(self._codes.max(initial=-1)) + 1
        self._weights = _drawn(self.n_clusters, n_bootstraps)

    def sums(self, columns: Matrix) -> tuple[Matrix, Matrix]:
        """Return the sums of each column over all rows, and over the rows of each bootstrap."""
        per_cluster = np.column_stack(
            [
                np.bincount(self._codes, weights=column, minlength=self.n_clusters)
                for column in np.ascontiguousarray(columns.T)
            ]
        )
        return per_cluster.sum(axis=0), self._weights @ per_cluster

    def interval(self, columns: Matrix, statistic: Statistic) -> tuple[float, float, float]:
        """Return the statistic of the sums and its 95 % percentile interval; NaN where undefined.

        Some statistics, as a calibration error near 0, are larger in nearly every draw than on the rows
        themselves; the interval is then stretched to hold what it is the interval of.
        """
        if self.n_rows == 0:
            return float("nan"), float("nan"), float("nan")
        total, drawn = self.sums(columns)
        with np.errstate(divide="ignore", invalid="ignore"):
            value = float(statistic(total))
            values = np.asarray(statistic(drawn))
        values = values[np.isfinite(values)]
        if self.n_clusters < 2 or not len(values):
            return value, float("nan"), float("nan")
        low, high = np.percentile(values, [TAIL_PERCENT, 100 - TAIL_PERCENT])
        return value, min(float(low), value), max(float(high), value)


# Columns of the sums that regression metrics are made of.
_N, _Y, _Y2, _SE, _AE, _IN, _WIDTH, _BASE_SE = range(8)


def _r2(s: Matrix) -> Matrix:
    return 1 - s[..., _SE] / (s[..., _Y2] - s[..., _Y] ** 2 / s[..., _N])


def _mean_of(column: int) -> Statistic:
    return lambda s: s[..., column] / s[..., _N]


def _rmse(s: Matrix) -> Matrix:
    return np.sqrt(s[..., _SE] / s[..., _N])


def _mse_skill(s: Matrix) -> Matrix:
    return 1 - s[..., _SE] / s[..., _BASE_SE]


_REGRESSION: dict[str, Statistic] = {
    "r2": _r2,
    "rmse": _rmse,
    "mae": _mean_of(_AE),
    "mse_skill": _mse_skill,
    "coverage_90": _mean_of(_IN),
    "interval_width_90": _mean_of(_WIDTH),
}
# Less spread a row than this is a constant with errors of rounding.
_LEAST_SPREAD = 1e-12
_NEED_INTERVALS = {"coverage_90", "interval_width_90"}


@dataclass(frozen=True)
class Predicted:
    """Predictions of a number beside the truth; half_width: of the 90 % interval, NaN without one."""

    truth: Matrix
    prediction: Matrix
    half_width: Matrix

    def bounds(self) -> tuple[Matrix, Matrix]:
        """Return the interval, cut to 0..1."""
        low, high = self.prediction - self.half_width, self.prediction + self.half_width
        return np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)

    def columns(self, baseline: Matrix) -> Matrix:
        """Return the columns whose sums the metrics need."""
        low, high = self.bounds()
        inside = ((self.truth >= low) & (self.truth <= high)).astype(np.float64)
        error = self.truth - self.prediction
        one = np.ones_like(self.truth)
        base_error = self.truth - baseline
        return np.column_stack(
            [one, self.truth, self.truth**2, error**2, np.abs(error), inside, high - low, base_error**2]
        )


def regression_metrics(
    model: Predicted, baseline: Predicted, baseline_name: str, clusters: Clusters
) -> list[Metric]:
    """Return R2, RMSE, MAE, skill against the baseline, and coverage and width where there are intervals."""
    ours, theirs = model.columns(baseline.prediction), baseline.columns(baseline.prediction)
    metrics = []
    for name, statistic in _REGRESSION.items():
        if name in _NEED_INTERVALS and np.isnan(model.half_width).any():
            continue
        value, low, high = clusters.interval(ours, statistic)
        with np.errstate(divide="ignore", invalid="ignore"):
            base = float(statistic(theirs.sum(axis=0)))
        metrics.append(Metric(name, value, low, high, clusters.n_rows, baseline_name, base))
    return metrics


def correlation(truth: Matrix, prediction: Matrix, baseline_name: str, clusters: Clusters) -> Metric:
    """Return Pearson's correlation with the truth; a baseline that tells no rows apart has 0."""
    one = np.ones_like(truth)
    columns = np.column_stack([one, truth, prediction, truth**2, prediction**2, truth * prediction])
    value, low, high = clusters.interval(columns, _pearson)
    return Metric("correlation", value, low, high, clusters.n_rows, baseline_name, 0.0)


def _pearson(s: Matrix) -> Matrix:
    n, y, p, y2, p2, yp = (s[..., column] for column in range(6))
    spread = np.sqrt((y2 - y**2 / n) * (p2 - p**2 / n))
    return np.where(spread > _LEAST_SPREAD * n, (yp - y * p / n) / spread, np.nan)


def squared_error(truth: Matrix, prediction: Matrix) -> Matrix:
    """Return the loss of each row of a regression."""
    return (truth - prediction) ** 2


def relative_gain(
    ours: Matrix, theirs: Matrix, clusters: Clusters, *, rooted: bool
) -> tuple[float, float, float]:
    """Return 1 - loss / rival's loss on the same rows with its paired 95 % interval; rooted: as RMSE."""
    power = 0.5 if rooted else 1.0
    return clusters.interval(np.column_stack([ours, theirs]), lambda s: 1 - (s[..., 0] / s[..., 1]) ** power)


def metric_rows(
    metrics: list[Metric],
    model: str,
    version: str,
    *,
    dataset: str,
    split: str,
    part: str = "all",
    listener_id: str = NO_LISTENER,
) -> pd.DataFrame:
    """Return rows of ml.model_metrics (without created_at); undefined numbers are missing values."""
    rows = [
        {
            "model": model,
            "version": version,
            "dataset": dataset,
            "split": split,
            "slice": part,
            "metric": metric.name,
            "listener_id": listener_id,
            "value": metric.value,
            "n": metric.n,
            "ci_low": metric.low,
            "ci_high": metric.high,
            "baseline_name": metric.baseline_name,
            "baseline_value": metric.baseline_value,
        }
        for metric in metrics
    ]
    frame = pd.DataFrame(rows)
    numbers = ["value", "ci_low", "ci_high", "baseline_value"]
    return frame.assign(**{name: frame[name].replace([np.inf, -np.inf], np.nan) for name in numbers})
