"""Improvements of the catalogue's valence model, each against the same trees without it on the frozen test.

All see the audio features and no genre, so that what an improvement adds is not what the genre gives anyway.
Whatever is learned (components, codes, settings) is learned on the training folds alone.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np

from spotiflow.ml.data.catalogue import Catalogue
from spotiflow.ml.data.evaluate import (
    Clusters,
    Metric,
    Predicted,
    metric_rows,
    regression_metrics,
    relative_gain,
    squared_error,
)
from spotiflow.ml.data.features import (
    Codes,
    Mask,
    Matrix,
    audio_inputs,
    input_matrix,
)
from spotiflow.ml.data.reproducible import SEED
from spotiflow.ml.engine.sources import (
    CATALOGUE,
    CATALOGUE_INPUT,
    SPLITS,
    Input,
    Query,
)
from spotiflow.ml.engine.store import TrainingOutput
from spotiflow.ml.engine.tasks import Context
from spotiflow.ml.improvements.task import Improvement, stops_early
from spotiflow.ml.models.assess import SPLIT
from spotiflow.ml.models.mood_models import VALENCE_AUDIO

TARGET = "valence"
INPUTS = audio_inputs(without=[TARGET])
BASELINE = "valence_audio without genre"


class CatalogueImprovement(Improvement):
    """More inputs, or other settings, for the trees of valence_audio."""

    inputs: ClassVar[tuple[Input, ...]] = (CATALOGUE_INPUT,)
    needs: ClassVar[tuple[Input, ...]] = (CATALOGUE_INPUT,)
    reads: ClassVar[tuple[Query, ...]] = (CATALOGUE, SPLITS)
    split = SPLIT

    def steps(self, context: Context) -> int:  # noqa: ARG002
        """With and without the improvement."""
        return 2

    def run(self, context: Context, output: TrainingOutput) -> None:
        """Fit with and without, compare on the frozen test, store the difference with its interval."""
        catalogue = context.catalogue_to_learn_from(output)
        if catalogue is None:
            return
        truth = catalogue.canonical[TARGET].to_numpy(dtype=np.float64)
        known = ~np.isnan(truth)
        train, test = known & ~catalogue.is_test, known & catalogue.is_test
        audio = input_matrix(catalogue.canonical, INPUTS)
        plain = _trees(int(train.sum())).fit(audio[train], truth[train]).predict(audio[test])
        context.advance(1)
        better, found = self.predict(catalogue, audio, train, test)
        context.advance(1)
        metrics = _compared(truth[test], better, plain, catalogue.clusters[test])
        rows = metric_rows(metrics, self.name, "", dataset=catalogue.dataset, split=SPLIT, part=TARGET)
        self.store(context, output, [rows], int(train.sum()), **found)

    @abstractmethod
    def predict(
        self, catalogue: Catalogue, audio: Matrix, train: Mask, test: Mask
    ) -> tuple[Matrix, dict[str, Any]]:
        """Return predictions of the test rows with the improvement, and the settings that were chosen."""


class AddedInputs(CatalogueImprovement):
    """Columns that are learned without the target and put beside the audio features."""

    def predict(
        self, catalogue: Catalogue, audio: Matrix, train: Mask, test: Mask
    ) -> tuple[Matrix, dict[str, Any]]:
        """Fit the trees on the audio features and the learned columns."""
        learned = self.columns(catalogue, _scaled(audio, train), train)
        wide = np.hstack([audio, learned])
        truth = catalogue.canonical[TARGET].to_numpy(dtype=np.float64)
        model = _trees(int(train.sum())).fit(wide[train], truth[train])
        return np.asarray(model.predict(wide[test])), {}

    @abstractmethod
    def columns(self, catalogue: Catalogue, scaled: Matrix, train: Mask) -> Matrix:
        """Return the learned columns of every track. scaled: audio inputs, z-scored, without holes."""


class Embeddings(AddedInputs):
    """Linear discriminants of the genre: the best embedding of audio features known here."""

    name = "embedding_inputs"
    approach = "twelve linear discriminants of the first genre beside the audio features"
    model_type = "LinearDiscriminantAnalysis, HistGradientBoostingRegressor"
    features = (*INPUTS, "12 discriminants")

    def columns(self, catalogue: Catalogue, scaled: Matrix, train: Mask) -> Matrix:
        """Return up to twelve discriminants; none where the catalogue has fewer than two genres."""
        from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

        labels = _first_genre(catalogue)
        rows = train & (labels >= 0)
        n_genres = len(np.unique(labels[rows]))
        if n_genres < 2:
            return np.empty((len(scaled), 0))
        width = min(12, n_genres - 1, scaled.shape[1])
        model = LinearDiscriminantAnalysis(n_components=width).fit(scaled[rows], labels[rows])
        return np.asarray(model.transform(scaled))


class Mixture(AddedInputs):
    """Soft membership in the parts of a Gaussian mixture."""

    name = "gaussian_mixture"
    approach = "membership in eight Gaussians of the audio features beside these"
    model_type = "GaussianMixture, HistGradientBoostingRegressor"
    features = (*INPUTS, "8 memberships")

    def columns(self, catalogue: Catalogue, scaled: Matrix, train: Mask) -> Matrix:  # noqa: ARG002
        """Return the probability of each part."""
        from sklearn.mixture import GaussianMixture

        model = GaussianMixture(8, random_state=SEED, reg_covar=1e-3, max_iter=50).fit(scaled[train])
        return np.asarray(model.predict_proba(scaled))


class Autoencoder(AddedInputs):
    """The middle layer of a network that learns to give back its inputs."""

    name = "autoencoder"
    approach = "the six middle units of a network that reproduces the audio features, beside these"
    model_type = "MLPRegressor as autoencoder, HistGradientBoostingRegressor"
    features = (*INPUTS, "6 codes")
    layers: ClassVar[tuple[int, ...]] = (24, 6, 24)

    def columns(self, catalogue: Catalogue, scaled: Matrix, train: Mask) -> Matrix:  # noqa: ARG002
        """Return the activations of the middle layer."""
        from sklearn.neural_network import MLPRegressor

        network = MLPRegressor(
            hidden_layer_sizes=self.layers,
            activation="tanh",
            random_state=SEED,
            max_iter=15,
            n_iter_no_change=15,
            batch_size=512,
        )
        with stops_early():
            network.fit(scaled[train], scaled[train])
        code = scaled
        for weight, bias in list(zip(network.coefs_, network.intercepts_, strict=True))[:2]:
            code = np.tanh(code @ weight + bias)
        return code


class Tuning(CatalogueImprovement):
    """Settings searched at random on inner folds of the training part, artists kept apart."""

    name = "tuning"
    approach = "twelve random settings of the trees on inner folds, the best fitted on all training folds"
    model_type = "HistGradientBoostingRegressor"
    features = tuple(INPUTS)
    n_settings: ClassVar[int] = 12
    most_rows: ClassVar[int] = 12_000

    def predict(
        self, catalogue: Catalogue, audio: Matrix, train: Mask, test: Mask
    ) -> tuple[Matrix, dict[str, Any]]:
        """Search on a part of the training rows; the frozen test is looked at once, at the end."""
        truth = catalogue.canonical[TARGET].to_numpy(dtype=np.float64)
        draw = np.random.default_rng(SEED)
        rows = np.flatnonzero(train)
        part = np.sort(draw.permutation(rows)[: self.most_rows])
        inner_test = catalogue.folds[part] == catalogue.folds[rows].max()
        settings = [_random_settings(draw) for _ in range(self.n_settings)]

        def loss(setting: dict[str, Any]) -> float:
            model = _trees(len(part), setting).fit(audio[part][~inner_test], truth[part][~inner_test])
            error = truth[part][inner_test] - model.predict(audio[part][inner_test])
            return float(np.mean(error**2))

        best = min(settings, key=loss)
        model = _trees(int(train.sum()), best).fit(audio[train], truth[train])
        return np.asarray(model.predict(audio[test])), {"chosen": best}


def _random_settings(draw: np.random.Generator) -> dict[str, Any]:
    return {
        "learning_rate": round(float(np.exp(draw.uniform(np.log(0.03), np.log(0.2)))), 4),
        "max_leaf_nodes": int(draw.choice([15, 31, 63, 127])),
        "min_samples_leaf": int(draw.choice([10, 20, 40, 80])),
        "l2_regularization": float(draw.choice([0.0, 1.0, 4.0, 10.0])),
        "max_features": float(draw.choice([0.3, 0.5, 0.8])),
        "max_iter": int(draw.choice([100, 200])),
    }


def _trees(n_rows: int, changes: dict[str, Any] | None = None) -> Any:
    from sklearn.base import clone

    model = clone(VALENCE_AUDIO.estimator(n_rows))
    return model.set_params(**(changes or {}))


def _scaled(audio: Matrix, train: Mask) -> Matrix:
    mean, deviation = np.nanmean(audio[train], axis=0), np.nanstd(audio[train], axis=0)
    scaled: Matrix = (audio - mean) / np.where(deviation > 0, deviation, 1.0)
    return np.nan_to_num(scaled)


def _first_genre(catalogue: Catalogue) -> Codes:
    """Return the code of each track's first genre, -1 for none."""
    genres, first = catalogue.genres, np.full(len(catalogue.canonical), -1)
    first[genres.rows[::-1]] = genres.codes[::-1]
    return first


def _compared(truth: Matrix, better: Matrix, plain: Matrix, clusters: Codes) -> list[Metric]:
    """Return R2 and RMSE beside those without the improvement, and the share of RMSE that it saves."""
    none = np.full(len(truth), np.nan)
    drawn = Clusters(clusters)
    with_it, without = (
        Predicted(truth, np.clip(better, 0, 1), none),
        Predicted(truth, np.clip(plain, 0, 1), none),
    )
    metrics = regression_metrics(with_it, without, BASELINE, drawn)
    ours, theirs = squared_error(truth, with_it.prediction), squared_error(truth, without.prediction)
    gain = Metric("rmse_gain", *relative_gain(ours, theirs, drawn, rooted=True), len(truth), BASELINE, 0.0)
    return [*(metric for metric in metrics if metric.name in ("r2", "rmse")), gain]
