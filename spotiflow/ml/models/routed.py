"""One model with one estimator per route: which inputs it uses depends on what is known of a track.

A route that needs the genre is for the tracks whose genre is known, the plain route all others. Beside the
estimators that learned from all training folds, a model may keep one per training fold that did not see
that fold: with them a track of the training set can still be predicted by a model that never saw its artist.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from spotiflow.core.errors import ModelFileError
from spotiflow.ml.data.features import (
    MOODS,
    Codes,
    GenreLabels,
    GenreMeans,
    Mask,
    Matrix,
    input_matrix,
    mood_codes,
)
from spotiflow.ml.data.reproducible import N_THREADS, one_thread

STATE_FORMAT = 1
MOOD = "mood_category"
NOT_IN_CATALOGUE = -1
LEAST_ROWS_IN_PARTS = 10_000


@dataclass(frozen=True)
class ModelSpec:
    """What a model is before it has seen data: everything that decides what training will give.

    routes: inputs per route, best route first; the last one must need nothing but audio.
    estimator: makes an unfitted estimator, given the number of training rows.
    keeps_folds: also fit one estimator per training fold, for honest predictions and intervals.
    """

    name: str
    target: str
    recipe: str
    model_type: str
    training_approach: str
    routes: dict[str, list[str]]
    parameters: dict[str, Any]
    estimator: Callable[[int], Any]
    keeps_folds: bool = False

    @property
    def is_classifier(self) -> bool:
        """Whether the target is the mood category and not a number."""
        return self.target == MOOD

    @property
    def inputs(self) -> list[str]:
        """Every input of any route, each once."""
        return list(dict.fromkeys(name for names in self.routes.values() for name in names))


def in_parts(predict: Callable[[Matrix], Matrix], inputs: Matrix) -> Matrix:
    """Predict many rows in parts, one thread each: threads inside a prediction wait for those of others."""
    if len(inputs) < LEAST_ROWS_IN_PARTS:
        return predict(inputs)

    def work(part: Matrix) -> Matrix:
        with one_thread():
            return predict(part)

    with ThreadPoolExecutor(N_THREADS) as pool:
        return np.concatenate(list(pool.map(work, np.array_split(inputs, N_THREADS))))


@dataclass(frozen=True)
class Route:
    """A fitted estimator, the inputs it takes and, where it takes genre means, those."""

    estimator: Any
    inputs: list[str]
    genre_means: GenreMeans | None

    def predict(self, tracks: pd.DataFrame, genres: GenreLabels, *, is_classifier: bool) -> Matrix:
        """Predict each track: one column, or one probability per mood."""
        usual = self.genre_means.encode(genres) if self.genre_means else None
        matrix = input_matrix(tracks, self.inputs, usual)
        if is_classifier:
            probability = np.zeros((len(tracks), len(MOODS)))
            probability[:, self.estimator.classes_] = in_parts(self.estimator.predict_proba, matrix)
            return probability
        value: Matrix = np.clip(in_parts(self.estimator.predict, matrix), 0.0, 1.0)
        return value.reshape(-1, 1)

    def serves(self, genres: GenreLabels) -> Mask:
        """Return the tracks this route can predict."""
        if self.genre_means is None:
            return np.ones(genres.n_rows, dtype=bool)
        known = set(self.genre_means.names)
        pairs = np.array([genres.names[code] in known for code in genres.codes], dtype=bool)
        found = np.zeros(genres.n_rows, dtype=bool)
        found[genres.rows[pairs]] = True
        return found


@dataclass(frozen=True)
class RoutedModel:
    """A fitted model.

    routes: fitted on all training folds. fold_routes: by the fold they did not see.
    quantiles: half width of the 90 % interval per route; empty for a model without intervals.
    """

    target: str
    routes: dict[str, Route]
    fold_routes: dict[int, dict[str, Route]] = field(default_factory=dict)
    quantiles: dict[str, float] = field(default_factory=dict)

    @property
    def is_classifier(self) -> bool:
        """Whether the model gives a probability per mood."""
        return self.target == MOOD

    def predict(
        self, tracks: pd.DataFrame, genres: GenreLabels, folds: Codes | None = None
    ) -> tuple[Matrix, Matrix]:
        """Predict tracks by the best route that serves each; return (prediction, half width of 90 %).

        folds: the fold each track's artist belongs to (NOT_IN_CATALOGUE for none). Given, a track of a
        training fold is predicted by the estimators that did not see that fold.
        Predictions have one column, or one per mood; the half width is NaN where the model has none.
        """
        width = len(MOODS) if self.is_classifier else 1
        prediction = np.full((len(tracks), width), np.nan)
        half_width = np.full(len(tracks), np.nan)
        asked = folds if folds is not None else np.full(len(tracks), NOT_IN_CATALOGUE)
        for fold in np.unique(asked):
            of_fold = asked == fold
            routes = self.fold_routes.get(int(fold), self.routes)
            self._fill(prediction, half_width, of_fold, routes, (tracks, genres))
        return prediction, half_width

    def _fill(
        self,
        prediction: Matrix,
        half_width: Matrix,
        rows: Mask,
        routes: dict[str, Route],
        data: tuple[pd.DataFrame, GenreLabels],
    ) -> None:
        tracks, genres = data
        left = rows.copy()
        for name, route in routes.items():
            served = left.copy()
            served[left] = route.serves(genres.take(left))
            if served.any():
                part = genres.take(served)
                prediction[served] = route.predict(tracks[served], part, is_classifier=self.is_classifier)
                half_width[served] = self.quantiles.get(name, np.nan)
            left &= ~served

    def to_state(self) -> dict[str, Any]:
        """Return the model as plain dictionaries, lists, arrays and estimators, for its file."""
        return {
            "format": STATE_FORMAT,
            "target": self.target,
            "routes": _routes_to_state(self.routes),
            "fold_routes": {str(fold): _routes_to_state(r) for fold, r in self.fold_routes.items()},
            "quantiles": dict(self.quantiles),
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> RoutedModel:
        """Rebuild a model from its file. Raises ModelFileError for a form this version does not know."""
        if state.get("format") != STATE_FORMAT:
            raise ModelFileError(
                f"The model file has format {state.get('format')}, expected {STATE_FORMAT}.",
                hint="Train again: spotiflow train.",
            )
        folds = {int(fold): _routes_from_state(routes) for fold, routes in state["fold_routes"].items()}
        return cls(state["target"], _routes_from_state(state["routes"]), folds, dict(state["quantiles"]))


def _routes_to_state(routes: dict[str, Route]) -> dict[str, Any]:
    return {
        name: {
            "estimator": route.estimator,
            "inputs": list(route.inputs),
            "genres": list(route.genre_means.names) if route.genre_means else None,
            "genre_means": route.genre_means.means if route.genre_means else None,
        }
        for name, route in routes.items()
    }


def _routes_from_state(state: dict[str, Any]) -> dict[str, Route]:
    return {
        name: Route(
            route["estimator"],
            route["inputs"],
            GenreMeans(route["genres"], route["genre_means"]) if route["genres"] is not None else None,
        )
        for name, route in state.items()
    }


def target_values(tracks: pd.DataFrame, target: str) -> Matrix:
    """Return the target of each track: valence or energy (0..1), or the code of its mood; NaN unknown."""
    if target != MOOD:
        return tracks[target].to_numpy(dtype=np.float64, na_value=np.nan)
    valence, energy = target_values(tracks, "valence"), target_values(tracks, "energy")
    codes = mood_codes(valence, energy).astype(np.float64)
    codes[np.isnan(valence) | np.isnan(energy)] = np.nan
    return codes
