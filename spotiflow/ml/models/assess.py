"""How good a model is on the frozen test of the catalogue: its metrics, and its losses for promotion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from spotiflow.ml.data.catalogue import Catalogue, nearest_neighbour_predictions
from spotiflow.ml.data.evaluate import (
    Clusters,
    Metric,
    Predicted,
    metric_rows,
    regression_metrics,
    squared_error,
)
from spotiflow.ml.data.evaluate_moods import classification_metrics, log_loss
from spotiflow.ml.data.features import (
    MOODS,
    Codes,
    GenreLabels,
    Mask,
    Matrix,
    known_means,
)
from spotiflow.ml.engine.promotion import Trial
from spotiflow.ml.models.fitting import conformal_quantile
from spotiflow.ml.models.routed import RoutedModel, target_values

SPLIT = "artist_grouped_test"
LEAK_MODEL = "nearest_neighbour_leak"
# The same test tracks, predicted as if their genre were unknown.
GENRE_HIDDEN = "genre_hidden"


@dataclass(frozen=True)
class Assessment:
    """A model on the frozen test. baseline_loss: of the train mean, or of the moods' shares in training."""

    rows: pd.DataFrame
    trial: Trial
    baseline_loss: Matrix


@dataclass(frozen=True)
class TestSet:
    """The frozen test for one target: tracks, truth, artist clusters, and the truth of the training part."""

    tracks: pd.DataFrame
    genres: GenreLabels
    truth: Matrix
    clusters: Codes
    train_truth: Matrix
    dataset: str

    @classmethod
    def of(cls, catalogue: Catalogue, target: str) -> TestSet:
        """Take the test tracks whose target is known."""
        truth = target_values(catalogue.canonical, target)
        known = ~np.isnan(truth)
        test: Mask = catalogue.is_test & known
        return cls(
            catalogue.canonical[test],
            catalogue.genres.take(test),
            truth[test],
            catalogue.clusters[test],
            truth[known & ~catalogue.is_test],
            catalogue.dataset,
        )

    def views(self, model: RoutedModel) -> dict[str, GenreLabels]:
        """Return the genres the model is shown, per slice."""
        hidden = {GENRE_HIDDEN: GenreLabels.of([None] * len(self.tracks))} if len(model.routes) > 1 else {}
        return {"all": self.genres} | hidden


def assess(model: RoutedModel, name: str, version: str, test: TestSet) -> Assessment:
    """Score a model on the frozen test, beside its baseline."""
    judged = _judge_classes if model.is_classifier else _judge_numbers
    clusters = Clusters(test.clusters)
    frames, losses, coverage, baseline_loss = [], {}, None, np.array([])
    for part, genres in test.views(model).items():
        metrics, losses[part], baseline_loss = judged(model, genres, test, clusters)
        frames.append(metric_rows(metrics, name, version, dataset=test.dataset, split=SPLIT, part=part))
        if part == "all":
            coverage = next((m.value for m in metrics if m.name == "coverage_90"), None)
    trial = Trial(losses, rooted=not model.is_classifier, coverage=coverage)
    return Assessment(pd.concat(frames, ignore_index=True), trial, baseline_loss)


def trial_of(model: RoutedModel, test: TestSet) -> Trial:
    """Return a champion's losses on the same test, without metrics."""
    losses = {part: _loss(model, genres, test) for part, genres in test.views(model).items()}
    return Trial(losses, rooted=not model.is_classifier)


def _loss(model: RoutedModel, genres: GenreLabels, test: TestSet) -> Matrix:
    prediction, _ = model.predict(test.tracks, genres)
    if model.is_classifier:
        return log_loss(test.truth.astype(np.int64), prediction)
    return squared_error(test.truth, prediction[:, 0])


Judged = tuple[list[Metric], Matrix, Matrix]


def _judge_numbers(model: RoutedModel, genres: GenreLabels, test: TestSet, clusters: Clusters) -> Judged:
    prediction, half_width = model.predict(test.tracks, genres)
    mean = float(test.train_truth.mean())
    spread = conformal_quantile(test.train_truth - mean)
    n_rows = len(test.truth)
    baseline = Predicted(test.truth, np.full(n_rows, mean), np.full(n_rows, spread))
    ours = Predicted(test.truth, prediction[:, 0], half_width)
    metrics = regression_metrics(ours, baseline, "train_mean", clusters)
    # The skill against the train mean says what R2 says, in other words.
    kept = [metric for metric in metrics if metric.name != "mse_skill"]
    losses = squared_error(test.truth, ours.prediction), squared_error(test.truth, baseline.prediction)
    return kept, *losses


def _judge_classes(model: RoutedModel, genres: GenreLabels, test: TestSet, clusters: Clusters) -> Judged:
    truth = test.truth.astype(np.int64)
    probability, _ = model.predict(test.tracks, genres)
    shares = np.bincount(test.train_truth.astype(np.int64), minlength=len(MOODS)) / len(test.train_truth)
    baseline = np.tile(shares, (len(truth), 1))
    metrics = classification_metrics(truth, probability, baseline, "train_majority", clusters)
    return metrics, log_loss(truth, probability), log_loss(truth, baseline)


def leak_rows(catalogue: Catalogue) -> pd.DataFrame:
    """Return the leak detector's row: R2 of copying the nearest training track; its version is the split."""
    truth, copied, clusters = nearest_neighbour_predictions(catalogue)
    learned = target_values(catalogue.canonical, "valence")[~catalogue.is_test]
    mean = np.full(len(truth), known_means(learned[:, None])[0])
    none = np.full(len(truth), np.nan)
    metrics = regression_metrics(
        Predicted(truth, copied, none), Predicted(truth, mean, none), "train_mean", Clusters(clusters)
    )
    r2 = [metric for metric in metrics if metric.name == "r2"]
    return metric_rows(r2, LEAK_MODEL, catalogue.split_id, dataset=catalogue.dataset, split=SPLIT)
