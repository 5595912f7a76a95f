"""What all models on names share: the ridge on terms, without each fold of artists, and the tables.

A track's text prediction never comes from its own artist: where the artist is in a training fold, the
coefficients that did not see that fold read it. So text says the same of a known and of an unknown artist,
and what is known of the artist is left to the means.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spotiflow.core.errors import ModelFileError
from spotiflow.ml.data.features import (
    Codes,
    GenreLabels,
    GenreMeans,
    Matrix,
)
from spotiflow.ml.models.routed import NOT_IN_CATALOGUE
from spotiflow.ml.names.inputs import Inputs, shape_of
from spotiflow.ml.names.ridge import FIELDS, Names
from spotiflow.ml.names.tables import (
    TARGETS,
    NameKeys,
    Own,
    Tables,
)
from spotiflow.ml.names.text import Float32, Hashes

STATE_FORMAT = 1
ALL = "all"
ALBUM = [field.name for field in FIELDS].index("album_name")


@dataclass(frozen=True)
class Linear:
    """One feature as a sum of inputs: used for the features that have no trees. error: its deviation."""

    coefficients: Matrix
    error: float


@dataclass(frozen=True)
class Reader:
    """Reads names.

    rarities: per field, of each column. weights, means: per fold that they did not see, `all` for the test
    fold and for artists the catalogue has not. artists, folds: the fold of each artist. tables: of all
    tracks.
    genre_means: of TARGETS per genre. linear: per route and feature.
    """

    rarities: list[Float32]
    weights: dict[str, NDArray[np.float16]]
    means: dict[str, Float32]
    artists: Hashes
    folds: Codes
    tables: Tables
    genre_means: GenreMeans
    linear: dict[str, dict[str, Linear]] = field(default_factory=dict)

    def folds_of(self, keys: NameKeys) -> Codes:
        """Return the fold of each track's artist; NOT_IN_CATALOGUE for an artist that is not there."""
        if not len(self.artists):
            return np.full(len(keys.artist), NOT_IN_CATALOGUE, dtype=np.int64)
        place = np.minimum(np.searchsorted(self.artists, keys.artist), len(self.artists) - 1)
        known = self.artists[place] == keys.artist
        return np.where(known, self.folds[place], NOT_IN_CATALOGUE).astype(np.int64)

    def inputs(self, tracks: pd.DataFrame, own: Own | None = None) -> Inputs:
        """Read tracks: track_name, album_name, primary_artist, duration_ms, track_genres; own: see Tables."""
        keys = NameKeys.of(tracks)
        text = read_text(Names.of(tracks, self.rarities), self.folds_of(keys), self.weights, self.means)
        genre = self.genre_means.encode(GenreLabels.of(tracks["track_genres"]))
        return Inputs(np.add.reduce(text), shape_of(tracks), self.tables.look_up(keys, own), genre)

    def linear_prediction(self, route: str, target: str, inputs: Inputs) -> Matrix:
        """Predict one feature along a route by the linear model."""
        design = linear_design(route, target, inputs)
        prediction: Matrix = design @ self.linear[route][target].coefficients
        return prediction

    def to_state(self) -> dict[str, Any]:
        """Return plain arrays and dictionaries, for the file."""
        return {
            "format": STATE_FORMAT,
            "rarities": self.rarities,
            "weights": self.weights,
            "means": self.means,
            "artists": self.artists,
            "folds": self.folds,
            "tables": self.tables.to_state(),
            "genres": self.genre_means.names,
            "genre_means": self.genre_means.means,
            "linear": {
                route: {name: [one.coefficients, one.error] for name, one in features.items()}
                for route, features in self.linear.items()
            },
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Reader:
        """Rebuild a reader from its file. Raises ModelFileError for a form this version does not know."""
        check_format(state, STATE_FORMAT)
        names = ("rarities", "weights", "means", "artists", "folds")
        return cls(
            **{name: state[name] for name in names},
            tables=Tables.from_state(state["tables"]),
            genre_means=GenreMeans(state["genres"], state["genre_means"]),
            linear={
                route: {name: Linear(*one) for name, one in features.items()}
                for route, features in state["linear"].items()
            },
        )


def check_format(state: dict[str, Any], expected: int) -> None:
    """Raise ModelFileError where a model file has another form than this version writes."""
    if state.get("format") != expected:
        raise ModelFileError(
            f"The model file has format {state.get('format')}, expected {expected}.",
            hint="Train again: spotiflow train.",
        )


def read_text(
    names: Names, folds: Codes, weights: dict[str, NDArray[np.float16]], means: dict[str, Float32]
) -> list[Matrix]:
    """Return each field's part of the text prediction of TARGETS (the mean is in the first one)."""
    parts = [np.zeros((len(folds), len(TARGETS))) for _ in FIELDS]
    for fold in np.unique(folds):
        rows = np.flatnonzero(folds == fold)
        name = str(fold) if str(fold) in weights else ALL
        for part, found in zip(parts, names.parts(weights[name].astype(np.float32), rows), strict=True):
            part[rows] = found
        parts[0][rows] += means[name]
    return parts


def linear_design(route: str, target: str, inputs: Inputs) -> Matrix:
    """Return the columns of the linear models: a constant, the text and, on the artist's route, the means."""
    place = TARGETS.index(target)
    columns = [np.ones(len(inputs.text)), inputs.text[:, place]]
    if route == "artist":
        artist, genre = inputs.known.artist[:, place], inputs.known.genre[:, place]
        album = np.where(inputs.known.n_album > 0, inputs.known.album[:, place], artist)
        columns += [artist, genre, album]
    return np.column_stack(columns)
