"""Where a track lies among others by its sound: z-scores of its features, each weighed by what it tells.

Ten features, four of them with their logarithm beside them, as small values differ by factor. A feature that
tracks of one artist share (loudness) counts more than one that they do not (tempo): each z-score is divided
by its squared deviation within artists. Principal components lose information (docs/evidence.md 7).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from spotiflow.ml.data.features import Codes, Mask, Matrix
from spotiflow.ml.data.reproducible import SEED
from spotiflow.ml.recommend.inputs import EMBEDDED

LOGGED = ("speechiness", "acousticness", "instrumentalness", "duration_ms")
# So that the logarithm of 0 is finite; under the smallest usual value of each.
LOG_FLOOR = {"speechiness": 1e-3, "acousticness": 1e-3, "instrumentalness": 1e-4, "duration_ms": 1e3}
NAMES = (*EMBEDDED, *(f"log_{name}" for name in LOGGED))
N_NEIGHBOURS = 10
N_QUERIES = 1500
# Artists with fewer tracks say nothing of how alike an artist's tracks are.
LEAST_OF_ARTIST = 3
# A feature that an artist's tracks share entirely must not drown all others.
LEAST_WITHIN = 0.2
_CHUNK = 250


@dataclass(frozen=True)
class Embedding:
    """Means and scales of the inputs (`NAMES`), from the tracks it was fitted on."""

    mean: Matrix
    scale: Matrix

    @classmethod
    def fit(cls, tracks: pd.DataFrame, artists: Codes) -> Embedding:
        """Take means, deviations and deviations within artists over tracks whose features are all known."""
        inputs = _inputs(tracks)
        complete = ~np.isnan(inputs).any(axis=1)
        inputs, artists = inputs[complete], artists[complete]
        if not len(inputs):
            return cls(np.zeros(len(NAMES)), np.ones(len(NAMES)))
        deviation = inputs.std(axis=0)
        deviation = np.where(deviation > 0, deviation, 1.0)
        mean = inputs.mean(axis=0)
        return cls(mean, deviation * _within((inputs - mean) / deviation, artists) ** 2)

    def of(self, tracks: pd.DataFrame) -> Matrix:
        """Return the vector of each track; 0 (the mean) where a feature is missing, NaN without a mood."""
        vectors = (_inputs(tracks) - self.mean) / self.scale
        unknown = np.isnan(_numbers(tracks, "valence")) | np.isnan(_numbers(tracks, "energy"))
        vectors = np.nan_to_num(vectors, nan=0.0, posinf=0.0, neginf=0.0)
        vectors[unknown] = np.nan
        return vectors


def _within(scores: Matrix, artists: Codes) -> Matrix:
    """Return the deviation of each z-score from the mean of its artist; 1 where no artist has enough."""
    _, codes = np.unique(artists, return_inverse=True)
    counts = np.bincount(codes)
    enough = counts[codes] >= LEAST_OF_ARTIST
    if not enough.any():
        return np.ones(scores.shape[1])
    means = np.column_stack([np.bincount(codes, weights=column) / counts for column in scores.T])
    freedom = max(int(enough.sum() - (counts >= LEAST_OF_ARTIST).sum()), 1)
    found = np.sqrt(((scores - means[codes])[enough] ** 2).sum(axis=0) / freedom)
    within: Matrix = np.maximum(found, LEAST_WITHIN)
    return within


def _numbers(tracks: pd.DataFrame, name: str) -> Matrix:
    return pd.to_numeric(tracks[name], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)


def _inputs(tracks: pd.DataFrame) -> Matrix:
    plain = [_numbers(tracks, name) for name in EMBEDDED]
    logged = [np.log(np.maximum(_numbers(tracks, name), 0) + LOG_FLOOR[name]) for name in LOGGED]
    return np.column_stack([*plain, *logged])


def other_half(artists: Codes) -> Mask:
    """Say which tracks are by the half of the artists that an embedding is tested on."""
    is_tested = np.random.default_rng(SEED).random(int(artists.max(initial=0)) + 1) < 0.5
    tested: Mask = is_tested[artists]
    return tested


@dataclass(frozen=True)
class Hits:
    """Which of the tracks asked have one of the same artist among their ten nearest.

    chance: of a hit, for each. n_of_artist: tracks of its artist.
    """

    is_hit: Matrix
    artist: Codes
    n_of_artist: Codes
    chance: Matrix


def same_artist_hits(vectors: Matrix, artists: Codes) -> Hits:
    """Look at the ten nearest of a sample of tracks whose artist has another one; vectors hold no NaN."""
    counts = np.bincount(artists)[artists]
    asked = np.flatnonzero(counts >= 2)
    if len(asked) > N_QUERIES:
        asked = np.sort(np.random.default_rng(SEED).choice(asked, N_QUERIES, replace=False))
    hits = np.zeros(len(asked))
    points = vectors.astype(np.float32)
    squares = (points**2).sum(axis=1)
    for start in range(0, len(asked), _CHUNK):
        rows = asked[start : start + _CHUNK]
        distance = squares - 2 * points[rows] @ points.T
        distance[np.arange(len(rows)), rows] = np.inf
        n_nearest = min(N_NEIGHBOURS, len(points) - 1)
        nearest = np.argpartition(distance, n_nearest - 1, axis=1)[:, :n_nearest]
        hits[start : start + len(rows)] = (artists[nearest] == artists[rows, None]).any(axis=1)
    chance = 1 - (1 - (counts[asked] - 1) / max(len(artists) - 1, 1)) ** N_NEIGHBOURS
    return Hits(hits, artists[asked], counts[asked], chance)
