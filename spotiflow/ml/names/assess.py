"""How good models on names are on unseen songs and unseen artists of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from spotiflow.ml.data.catalogue import LEAST_TEST_TRACKS, enough
from spotiflow.ml.data.evaluate import (
    Clusters,
    Metric,
    Predicted,
    metric_rows,
    regression_metrics,
    squared_error,
)
from spotiflow.ml.data.features import Codes, Mask, Matrix
from spotiflow.ml.engine.promotion import Trial
from spotiflow.ml.models.fitting import conformal_quantile
from spotiflow.ml.names.model import (
    ARTIST,
    KNOWN_FROM,
    TEXT,
    NamesModel,
)
from spotiflow.ml.names.reader import Reader
from spotiflow.ml.names.tables import TARGETS
from spotiflow.ml.names.training import (
    BY_ARTIST,
    BY_SONG,
    Course,
    Lesson,
)

KNOWN_ARTIST, UNKNOWN_ARTIST = "known_artist", "unknown_artist"


@dataclass(frozen=True)
class Exam:
    """The test tracks of one split for one feature. slices: which of them each covers."""

    split: str
    rows: Mask
    truth: Matrix
    mean: float
    spread: float
    clusters: Codes
    slices: dict[str, Mask]

    @classmethod
    def of(cls, course: Course, split: str, target: str) -> Exam:
        """Take the test tracks whose feature is known; the baseline is the mean of the training part."""
        lesson, truth = course.lessons[split], course.truth(target)
        known = ~np.isnan(truth)
        rows: Mask = lesson.is_test & known
        learned = truth[known & ~lesson.is_test]
        mean = float(learned.mean())
        spread = conformal_quantile(learned - mean)
        clusters = course.catalogue.clusters[rows]
        return cls(split, rows, truth[rows], mean, spread, clusters, _slices(lesson, rows))

    def metrics(self, prediction: Matrix, half_width: Matrix, part: str) -> list[Metric]:
        """Score predictions of the test tracks on one slice, beside the mean of the training part."""
        rows = self.slices[part]
        truth, n_rows = self.truth[rows], int(rows.sum())
        baseline = Predicted(truth, np.full(n_rows, self.mean), np.full(n_rows, self.spread))
        ours = Predicted(truth, prediction[rows], half_width[rows])
        found = regression_metrics(ours, baseline, "train_mean", Clusters(self.clusters[rows]))
        # The skill against the train mean says what R2 says, in other words.
        return [metric for metric in found if metric.name != "mse_skill"]

    def losses(self, prediction: Matrix) -> dict[str, Matrix]:
        """Return the loss of each test track per slice, 0 for those outside: rules compare sums."""
        loss = squared_error(self.truth, prediction)
        return {part: np.where(rows, loss, 0.0) for part, rows in self.slices.items()}

    @property
    def baseline_loss(self) -> Matrix:
        """The loss of each test track when the mean is predicted."""
        return squared_error(self.truth, np.full(len(self.truth), self.mean))


def _slices(lesson: Lesson, rows: Mask) -> dict[str, Mask]:
    everything = np.ones(int(rows.sum()), dtype=bool)
    if lesson.split == BY_ARTIST:
        return {"all": everything}
    known = lesson.inputs.known.n_artist[rows] >= KNOWN_FROM
    return {"all": everything, KNOWN_ARTIST: known, UNKNOWN_ARTIST: ~known}


@dataclass(frozen=True)
class Assessment:
    """The figures of a model, and what the rule of promotion compares on its first split."""

    rows: pd.DataFrame
    trial: Trial
    baseline_loss: Matrix
    clusters: Codes


def assess_model(model: NamesModel, name: str, version: str, course: Course) -> Assessment:
    """Score a model on the test of each split that it has a route for; the artist's split comes first."""
    frames, chief = [], None
    for split in (BY_SONG, BY_ARTIST):
        if (ARTIST if split == BY_SONG else TEXT) not in model.routes:
            continue
        exam = Exam.of(course, split, model.target)
        prediction, width = _predicted(model, course.lessons[split], exam.rows)
        for part, rows in exam.slices.items():
            if len(np.unique(exam.clusters[rows])) > 1:
                metrics = exam.metrics(prediction, width, part)
                frames.append(_rows(metrics, name, version, course, split, part))
        if chief is None:
            coverage = float(np.mean(np.abs(exam.truth - prediction) <= width))
            trial = Trial(exam.losses(prediction), rooted=True, coverage=coverage)
            chief = trial, exam.baseline_loss, exam.clusters
    assert chief is not None, "a model on names has at least one route"
    return Assessment(pd.concat(frames, ignore_index=True), *chief)


def _predicted(model: NamesModel, lesson: Lesson, rows: Mask) -> tuple[Matrix, Matrix]:
    if lesson.split == BY_ARTIST:
        prediction = model.predict(TEXT, lesson.inputs)[rows]
        return prediction, np.full(len(prediction), model.quantiles[TEXT])
    prediction, width = model.predict_best(lesson.inputs)
    return prediction[rows], width[rows]


def assess_reader(reader: Reader, name: str, version: str, course: Course) -> pd.DataFrame:
    """Score the linear prediction of every feature: known artists on new songs, the rest on new artists."""
    frames = []
    for route, split, part in ((ARTIST, BY_SONG, KNOWN_ARTIST), (TEXT, BY_ARTIST, "all")):
        for target in TARGETS:
            lesson = course.lessons[split]
            if not enough(lesson.folds[~np.isnan(course.truth(target))], LEAST_TEST_TRACKS):
                continue
            exam = Exam.of(course, split, target)
            if len(np.unique(exam.clusters[exam.slices[part]])) < 2:
                continue
            prediction = reader.linear_prediction(route, target, lesson.inputs)[exam.rows]
            metrics = exam.metrics(prediction, np.full(len(prediction), np.nan), part)
            whose = KNOWN_ARTIST if part == KNOWN_ARTIST else UNKNOWN_ARTIST
            frames.append(_rows(metrics, name, version, course, split, f"{target}_{whose}"))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _rows(
    metrics: list[Metric], name: str, version: str, course: Course, split: str, part: str
) -> pd.DataFrame:
    dataset = course.catalogue.dataset
    return metric_rows(metrics, name, version, dataset=dataset, split=split, part=part)
