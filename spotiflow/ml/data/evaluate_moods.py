"""Metrics of the mood category: accuracy, macro F1, calibration and the top two, by cluster bootstrap."""

from __future__ import annotations

import numpy as np

from spotiflow.ml.data.evaluate import Clusters, Metric, Statistic
from spotiflow.ml.data.features import MOODS, Codes, Matrix

ECE_BINS = 15


def _class_columns(truth: Codes, probability: Matrix) -> Matrix:
    """Columns: n, hits, hits in the top two; per class hits, predicted, actual; per bin hits, confidence."""
    order = np.argsort(-probability, axis=1, kind="stable")
    guess, confidence = order[:, 0], probability.max(axis=1)
    hit = guess == truth
    in_top_two = (order[:, :2] == truth[:, None]).any(axis=1)
    classes = np.arange(len(MOODS))
    is_guess, is_truth = guess[:, None] == classes, truth[:, None] == classes
    bins = np.minimum((confidence * ECE_BINS).astype(np.int64), ECE_BINS - 1)
    in_bin = bins[:, None] == np.arange(ECE_BINS)
    counts = [np.ones((len(truth), 1)), hit[:, None], in_top_two[:, None]]
    per_class = [is_guess & is_truth, is_guess, is_truth]
    per_bin = [in_bin * hit[:, None], in_bin * confidence[:, None]]
    return np.hstack([*counts, *per_class, *per_bin]).astype(np.float64)


def _macro_f1(s: Matrix) -> Matrix:
    hits, guessed, actual = np.split(s[..., 3 : 3 + 3 * len(MOODS)], 3, axis=-1)
    both = guessed + actual
    f1 = np.where(both > 0, 2 * hits / np.where(both > 0, both, 1), np.nan)
    mean: Matrix = np.nanmean(f1, axis=-1)
    return mean


def _ece(s: Matrix) -> Matrix:
    hits, confidence = np.split(s[..., 3 + 3 * len(MOODS) :], 2, axis=-1)
    error: Matrix = np.abs(hits - confidence).sum(axis=-1) / s[..., 0]
    return error


_CLASSIFICATION: dict[str, Statistic] = {
    "accuracy": lambda s: s[..., 1] / s[..., 0],
    "macro_f1": _macro_f1,
    "ece": _ece,
    "top2_accuracy": lambda s: s[..., 2] / s[..., 0],
}


def classification_metrics(
    truth: Codes, probability: Matrix, baseline: Matrix, baseline_name: str, clusters: Clusters
) -> list[Metric]:
    """Return accuracy, macro F1 (over moods that occur), expected calibration error and top-2 accuracy.

    probability, baseline: one column per mood. The calibration error is of the most likely mood, 15 bins.
    """
    ours, theirs = _class_columns(truth, probability), _class_columns(truth, baseline)
    metrics = []
    for name, statistic in _CLASSIFICATION.items():
        value, low, high = clusters.interval(ours, statistic)
        base = float(statistic(theirs.sum(axis=0)))
        metrics.append(Metric(name, value, low, high, clusters.n_rows, baseline_name, base))
    return metrics


def log_loss(truth: Codes, probability: Matrix) -> Matrix:
    """Return the loss of each row of a classification: -ln of the probability of the true mood."""
    given = probability[np.arange(len(truth)), truth]
    return -np.log(np.clip(given, 1e-6, 1.0))
