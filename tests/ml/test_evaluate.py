"""Metrics: the textbook numbers, each with n, interval and baseline."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import f1_score, mean_absolute_error, r2_score, root_mean_squared_error

from spotiflow.ml.data.evaluate import (
    Clusters,
    Metric,
    Predicted,
    correlation,
    metric_rows,
    regression_metrics,
    relative_gain,
)
from spotiflow.ml.data.evaluate_moods import classification_metrics


def _regression(n_rows: int = 400, n_clusters: int = 40) -> tuple[dict[str, Metric], Predicted]:
    draw = np.random.default_rng(0)
    truth = draw.random(n_rows)
    model = Predicted(truth, truth + draw.normal(0, 0.1, n_rows), np.full(n_rows, 0.2))
    mean = Predicted(truth, np.full(n_rows, 0.5), np.full(n_rows, 0.45))
    clusters = Clusters(draw.integers(0, n_clusters, n_rows))
    return {metric.name: metric for metric in regression_metrics(model, mean, "train_mean", clusters)}, model


def test_regression_metrics_are_those_of_the_textbook() -> None:
    metrics, model = _regression()
    assert metrics["r2"].value == pytest.approx(r2_score(model.truth, model.prediction))
    assert metrics["rmse"].value == pytest.approx(root_mean_squared_error(model.truth, model.prediction))
    assert metrics["mae"].value == pytest.approx(mean_absolute_error(model.truth, model.prediction))
    low, high = model.bounds()
    inside = (model.truth >= low) & (model.truth <= high)
    assert metrics["coverage_90"].value == pytest.approx(inside.mean())


def test_every_metric_has_n_interval_and_baseline() -> None:
    for metric in _regression()[0].values():
        assert metric.n == 400
        assert metric.low <= metric.value <= metric.high
        assert metric.baseline_name == "train_mean"
        assert np.isfinite(metric.baseline_value)


def test_the_interval_is_wider_when_rows_of_a_cluster_resemble_each_other() -> None:
    draw = np.random.default_rng(1)
    group = np.repeat(np.arange(50), 40)
    error = np.repeat(draw.normal(0, 0.2, 50), 40)
    truth = np.clip(draw.random(2000), 0, 1)
    model = Predicted(truth, truth + error, np.full(2000, np.nan))
    mean = Predicted(truth, np.full(2000, 0.5), np.full(2000, np.nan))

    def width(codes: np.ndarray) -> float:
        rmse = next(m for m in regression_metrics(model, mean, "mean", Clusters(codes)) if m.name == "rmse")
        return rmse.high - rmse.low

    assert width(group) > 3 * width(np.arange(2000))


def test_classification_metrics_are_those_of_the_textbook() -> None:
    draw = np.random.default_rng(2)
    probability = draw.dirichlet(np.ones(5), 500)
    truth = np.array([draw.choice(5, p=row) for row in probability])
    shares = np.tile(np.bincount(truth, minlength=5) / 500, (500, 1))
    clusters = Clusters(np.arange(500))
    metrics = {m.name: m for m in classification_metrics(truth, probability, shares, "majority", clusters)}
    guess = probability.argmax(axis=1)
    assert metrics["accuracy"].value == pytest.approx((guess == truth).mean())
    assert metrics["macro_f1"].value == pytest.approx(f1_score(truth, guess, average="macro"))
    in_two = [truth[row] in probability[row].argsort()[-2:] for row in range(500)]
    assert metrics["top2_accuracy"].value == pytest.approx(np.mean(in_two))
    assert metrics["ece"].value < 0.08
    assert metrics["accuracy"].baseline_value == pytest.approx(shares[0].max())


def test_overconfidence_shows_in_the_calibration_error() -> None:
    truth = np.zeros(200, dtype=np.int64)
    truth[100:] = 1
    sure = np.tile([1.0, 0, 0, 0, 0], (200, 1))
    metrics = classification_metrics(truth, sure, sure, "same", Clusters(np.arange(200)))
    assert next(m for m in metrics if m.name == "ece").value == pytest.approx(0.5)


def test_what_is_larger_in_every_draw_still_lies_in_its_own_interval() -> None:
    """As a calibration error near 0; a build refuses figures outside of their intervals."""
    error = np.random.default_rng(5).normal(size=200)
    columns = np.column_stack([np.ones(400), np.concatenate([error, -error])])
    clusters = Clusters(np.arange(400))
    value, low, high = clusters.interval(columns, lambda s: np.abs(s[..., 1] / s[..., 0]))
    assert low <= value <= high
    assert (np.abs(clusters.sums(columns)[1][:, 1] / 400) > value).all()


def test_a_constant_truth_has_no_r2_and_stores_no_number() -> None:
    flat = Predicted(np.full(50, 0.5), np.full(50, 0.4), np.full(50, np.nan))
    metrics = regression_metrics(flat, flat, "mean", Clusters(np.arange(50)))
    frame = metric_rows(metrics, "m", "v", dataset="listener", split="global_time")
    assert pd.isna(frame.loc[frame["metric"] == "r2", "value"]).all()


def test_no_rows_and_one_cluster_do_not_break() -> None:
    empty = Predicted(*(np.array([]) for _ in range(3)))
    assert np.isnan(regression_metrics(empty, empty, "mean", Clusters(np.array([], dtype=np.int64)))[0].value)
    one = Predicted(np.array([0.1, 0.4]), np.array([0.2, 0.3]), np.array([0.1, 0.1]))
    metric = regression_metrics(one, one, "mean", Clusters(np.zeros(2, dtype=np.int64)))[1]
    assert np.isnan(metric.low)
    assert metric.value == pytest.approx(0.1)


def test_paired_gain_sees_a_small_difference_that_separate_intervals_hide() -> None:
    draw = np.random.default_rng(5)
    error = draw.normal(0, 0.2, 1000) ** 2
    value, low, high = relative_gain(0.96 * error, error, Clusters(np.arange(1000)), rooted=True)
    assert value == pytest.approx(1 - 0.96**0.5)
    assert 0 < low <= value <= high


def test_correlation_is_pearsons_and_undefined_for_a_constant() -> None:
    draw = np.random.default_rng(3)
    truth = draw.random(300)
    predicted = 0.4 + 1e-3 * (truth + 0.5 * draw.random(300))
    clusters = Clusters(np.arange(300) // 3)
    found = correlation(truth, predicted, "listener_mean", clusters)
    assert found.value == pytest.approx(np.corrcoef(truth, predicted)[0, 1], abs=1e-9)
    assert found.low < found.value < found.high
    assert (found.n, found.baseline_value) == (300, 0.0)
    assert np.isnan(correlation(truth, np.full(300, 0.1), "listener_mean", clusters).value)
