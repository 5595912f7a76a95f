"""Ridge regression of several targets at once on the terms of several fields of names.

A field's matrix has one row per different text, and a track points at its row: the name of an artist with
300 tracks is multiplied once. Conjugate gradients on the normal equations, all targets in step; stopped
early, which is itself a shrinkage.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from spotiflow.ml.data.features import Codes, Matrix
from spotiflow.ml.names.text import (
    Field,
    Float32,
    distinct,
    term_matrix,
)

# Chosen on inner folds of the training part: penalty 5..30, steps 4..20, the artist's name half as heavy as
# title and album. A name weighs more the fewer tracks share its artist, or 300 tracks of one decide.
FIELDS = (Field("track_name", 16, 1.3), Field("album_name", 16, 1.3), Field("primary_artist", 15, 0.5))
PENALTY = 10.0
N_STEPS = 12
CROWDING = -0.4


@dataclass(frozen=True)
class Names:
    """The names of `n_tracks` tracks: per field its term matrix and the row of each track in it."""

    matrices: list[Any]
    places: list[Codes]
    rarities: list[Float32]

    @classmethod
    def of(cls, tracks: pd.DataFrame, rarities: list[Float32] | None = None) -> Names:
        """Read track_name, album_name, primary_artist; missing ones have no terms."""
        matrices, places, found = [], [], []
        for number, field in enumerate(FIELDS):
            texts, place = distinct(tracks[field.name])
            matrix, rarity = term_matrix(texts, field, rarities[number] if rarities else None)
            matrices.append(matrix)
            places.append(place)
            found.append(rarity)
        return cls(matrices, places, found)

    def parts(self, weights: Float32, rows: Codes) -> list[Float32]:
        """Return what each field adds to each target, for the tracks `rows`."""
        split = np.split(weights, np.cumsum([field.n_columns for field in FIELDS])[:-1])
        return [
            (matrix @ part)[place[rows]]
            for matrix, part, place in zip(self.matrices, split, self.places, strict=True)
        ]

    def spread(self, residuals: Float32, rows: Codes) -> Float32:
        """Return the terms' sums of the tracks' residuals: the transpose of `parts`."""
        from scipy.sparse import csr_matrix

        sums = []
        for matrix, place in zip(self.matrices, self.places, strict=True):
            ones = np.ones(len(rows), dtype=np.float32)
            gather = csr_matrix((ones, (place[rows], np.arange(len(rows)))), (matrix.shape[0], len(rows)))
            sums.append(matrix.T @ (gather @ residuals))
        return np.vstack(sums).astype(np.float32)


def fit_ridge(names: Names, targets: Matrix, rows: Codes, weights: Matrix) -> tuple[Float32, Float32]:
    """Fit targets (tracks x targets, no NaN in `rows`) on the tracks `rows`; return (coefficients, means).

    weights: of every track; they are scaled to a mean of 1 over `rows`.
    """
    weight = (weights[rows] / weights[rows].mean()).astype(np.float32)[:, None]
    truth = targets[rows].astype(np.float32)
    mean: Float32 = (weight * truth).mean(axis=0, dtype=np.float64).astype(np.float32)
    residual = names.spread(weight * (truth - mean), rows)
    solution = np.zeros_like(residual)
    direction, size = residual.copy(), _squared(residual)
    for _ in range(N_STEPS):
        fitted = np.add.reduce(names.parts(direction, rows))
        image = names.spread(weight * fitted, rows) + np.float32(PENALTY) * direction
        step = _ratio(size, (direction * image).sum(axis=0, dtype=np.float64))
        solution += step * direction
        residual -= step * image
        size, before = _squared(residual), size
        direction = residual + _ratio(size, before) * direction
    return solution, mean


def _squared(values: Float32) -> Matrix:
    total: Matrix = np.square(values).sum(axis=0, dtype=np.float64)
    return total


def _ratio(above: Matrix, below: Matrix) -> Float32:
    """Divide, with 0 where nothing is left to explain (a constant target)."""
    ratio: Float32 = np.divide(above, below, out=np.zeros_like(above), where=below > 1e-12).astype(np.float32)
    return ratio
