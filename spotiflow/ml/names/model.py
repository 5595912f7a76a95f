"""One model on names: trees for one feature, with the reader that gives them their inputs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from spotiflow.ml.data.features import Codes, Mask, Matrix
from spotiflow.ml.data.reproducible import SEED
from spotiflow.ml.engine.model_files import load_state
from spotiflow.ml.names.inputs import (
    ARTIST_INPUTS,
    GENRE_INPUTS,
    TEXT_INPUTS,
    Inputs,
)
from spotiflow.ml.names.reader import Reader, check_format

STATE_FORMAT = 1
ARTIST, TEXT = "artist", "text"
# The half width of the artist's route for artists with fewer than KNOWN_FROM tracks.
HARDLY_KNOWN = "artist_hardly_known"
# From so many catalogue tracks on the artist counts as known in the figures.
KNOWN_FROM = 2
PARAMETERS: dict[str, Any] = {
    "learning_rate": 0.08,
    "min_samples_leaf": 30,
    "l2_regularization": 2.0,
    "max_features": 0.4,
    "early_stopping": False,
}
# From how many rows on: few tracks need few and small trees.
SIZES: dict[int, dict[str, int]] = {
    0: {"max_iter": 40, "max_leaf_nodes": 15},
    5_000: {"max_iter": 100, "max_leaf_nodes": 31},
}


@dataclass(frozen=True)
class NamesSpec:
    """What a model on names is before it has seen data. routes: inputs per route, the best route first."""

    name: str
    target: str
    routes: dict[str, list[str]]

    @property
    def inputs(self) -> list[str]:
        """Every input of any route, each once."""
        return list(dict.fromkeys(name for names in self.routes.values() for name in names))

    @property
    def needs_genre(self) -> bool:
        """Whether the model is of use only where the genre is known."""
        return GENRE_INPUTS[0] in self.inputs


def _specs(target: str) -> list[NamesSpec]:
    known, unknown = [*TEXT_INPUTS, *ARTIST_INPUTS], TEXT_INPUTS
    genre = {ARTIST: [*known, *GENRE_INPUTS], TEXT: [*unknown, *GENRE_INPUTS]}
    return [
        NamesSpec(f"{target}_names_artist", target, {ARTIST: known}),
        NamesSpec(f"{target}_names", target, {TEXT: unknown}),
        NamesSpec(f"{target}_names_genre", target, genre),
    ]


SPECS = (*_specs("valence"), *_specs("energy"))


def unfitted(n_rows: int) -> Any:
    """Return an estimator that has seen nothing, for so many rows."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    size = SIZES[max(least for least in SIZES if least <= n_rows)]
    return HistGradientBoostingRegressor(random_state=SEED, **PARAMETERS, **size)


def half_of(folds: Codes) -> Codes:
    """Return which estimator has not seen each fold: 0 (of all training folds) for the test, else 1 or 2."""
    return np.where(folds <= 0, 0, np.where(folds <= 2, 1, 2)).astype(np.int64)


@dataclass(frozen=True)
class NamesModel:
    """A fitted model.

    estimators: per route, first the one of all training folds, then without the folds 1-2 and without 3-4.
    quantiles: half width of the 90 % interval per route, and under HARDLY_KNOWN. reader, reader_file,
    reader_sha256: reads names.
    """

    target: str
    routes: dict[str, list[str]]
    estimators: dict[str, list[Any]]
    quantiles: dict[str, float]
    reader: Reader
    reader_file: str
    reader_sha256: str

    def predict(self, route: str, inputs: Inputs, folds: Codes | None = None) -> Matrix:
        """Predict tracks along one route, 0 to 1.

        folds: of each track in the split of that route. Given, a training track is predicted by the estimator
        that did not see its fold.
        """
        matrix = inputs.matrix(self.routes[route])
        models = self.estimators[route]
        half = half_of(folds) if folds is not None else np.zeros(len(matrix), dtype=np.int64)
        prediction = np.empty(len(matrix))
        for place in np.unique(half):
            rows = half == place
            prediction[rows] = models[place].predict(matrix[rows])
        return np.clip(prediction, 0.0, 1.0)

    def predict_best(self, inputs: Inputs) -> tuple[Matrix, Matrix]:
        """Predict each track along the best route it has; return (prediction, half width of 90 %)."""
        prediction, width = np.empty(len(inputs.text)), np.empty(len(inputs.text))
        left: Mask = np.ones(len(inputs.text), dtype=bool)
        for route in self.routes:
            rows = left & (inputs.known.n_artist > 0) if route == ARTIST and len(self.routes) > 1 else left
            if rows.any():
                prediction[rows] = self.predict(route, inputs)[rows]
                width[rows] = self._widths(route, inputs)[rows]
            left = left & ~rows
        return prediction, width

    def _widths(self, route: str, inputs: Inputs) -> Matrix:
        """Return the half width of each track: an artist hardly known takes a wider one."""
        usual = self.quantiles[route]
        wider = self.quantiles.get(HARDLY_KNOWN, usual) if route == ARTIST else usual
        return np.where(inputs.known.n_artist < KNOWN_FROM, wider, usual)

    def to_state(self) -> dict[str, Any]:
        """Return what its file holds: the trees, and which file reads the names."""
        return {
            "format": STATE_FORMAT,
            "target": self.target,
            "routes": self.routes,
            "estimators": self.estimators,
            "quantiles": self.quantiles,
            "reader_file": self.reader_file,
            "reader_sha256": self.reader_sha256,
        }

    @classmethod
    def from_state(cls, state: dict[str, Any], readers: Readers) -> NamesModel:
        """Rebuild a model. Raises ModelFileError where its file or its reader's is not fit for use."""
        check_format(state, STATE_FORMAT)
        reader = readers.get(state["reader_file"], state["reader_sha256"])
        return cls(reader=reader, **{name: value for name, value in state.items() if name != "format"})


class Readers:
    """The readers of a folder of models, each loaded once."""

    def __init__(self, folder: Path) -> None:
        """Start with none loaded."""
        self._folder = folder
        self._loaded: dict[tuple[str, str], Reader] = {}

    def get(self, name: str, sha256: str) -> Reader:
        """Return a reader. Raises ModelFileError when its file is not the one that was stored."""
        if (name, sha256) not in self._loaded:
            self._loaded[name, sha256] = Reader.from_state(load_state(self._folder, name, sha256))
        return self._loaded[name, sha256]

    def model(self, state: dict[str, Any]) -> NamesModel:
        """Rebuild a model whose reader is in this folder."""
        return NamesModel.from_state(state, self)
