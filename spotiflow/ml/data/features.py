"""What a model sees of a track: its audio features, and what is usual in its genres.

No input is ever a function of the target of the same track: a model names the columns it leaves out, and
genre means are taken from other tracks only (out of fold, grouped by artist).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

# Named again for all of ml: the one list of them.
from spotiflow.core.audio import AUDIO_FEATURES as AUDIO_FEATURES

Matrix = NDArray[np.float64]
Mask = NDArray[np.bool_]
Codes = NDArray[np.int64]

# The features a genre is described by; tempo and liveness hardly depend on it (docs/evidence.md 2).
GENRE_MEASURES = ("valence", "energy", "danceability", "acousticness", "speechiness", "instrumentalness")
GENRE_SMOOTHING = 10.0
UNKNOWN_GENRE = -1

MOODS = ("Happy_Energetic", "Happy_Calm", "Sad_Energetic", "Sad_Calm", "Neutral")
# The same thresholds as the dbt vars mood_low and mood_high (a test compares them).
MOOD_LOW, MOOD_HIGH = 0.4, 0.6


def mood_codes(valence: Matrix, energy: Matrix) -> Codes:
    """Return the index into MOODS of each track: high from MOOD_HIGH on, low under MOOD_LOW, else Neutral."""
    happy, sad = valence >= MOOD_HIGH, valence < MOOD_LOW
    loud, calm = energy >= MOOD_HIGH, energy < MOOD_LOW
    cases = [happy & loud, happy & calm, sad & loud, sad & calm]
    return np.select(cases, [0, 1, 2, 3], default=MOODS.index("Neutral")).astype(np.int64)


def audio_inputs(without: Sequence[str]) -> list[str]:
    """Return the names of the audio inputs that remain when the columns `without` are the target."""
    return [name for name in AUDIO_FEATURES if name not in without] + ["log_duration", "is_explicit"]


def genre_inputs(without: Sequence[str]) -> list[str]:
    """Return the audio inputs and, beside them, the genre's means of GENRE_MEASURES."""
    return audio_inputs(without) + [f"genre_mean_{name}" for name in GENRE_MEASURES]


@dataclass(frozen=True)
class GenreLabels:
    """The genres of `n_rows` tracks as pairs (row, genre code); a track may have several or none."""

    rows: Codes
    codes: Codes
    names: list[str]
    n_rows: int

    @classmethod
    def of(cls, genres: Iterable[Sequence[str] | None]) -> GenreLabels:
        """Read one list of genres per track; a missing or empty list and empty names are no genre."""
        of_track = [names if isinstance(names, list | tuple | np.ndarray) else [] for names in genres]
        pairs = [(row, name) for row, names in enumerate(of_track) for name in names if name]
        codes, known = pd.factorize(np.array([name for _, name in pairs], dtype=object), sort=True)
        rows = np.array([row for row, _ in pairs], dtype=np.int64)
        return cls(rows, codes.astype(np.int64), [str(name) for name in known], len(of_track))

    def take(self, mask: Mask) -> GenreLabels:
        """Return the labels of the rows where `mask` is true, renumbered."""
        position = np.cumsum(mask) - 1
        keep = mask[self.rows]
        return GenreLabels(position[self.rows[keep]], self.codes[keep], self.names, int(mask.sum()))

    def known(self) -> Mask:
        """Return which rows have at least one genre."""
        found = np.zeros(self.n_rows, dtype=bool)
        found[self.rows] = True
        return found


def known_means(values: Matrix) -> Matrix:
    """Return the mean of what is known in each column; NaN where nothing is."""
    known = ~np.isnan(values)
    count = known.sum(axis=0)
    with np.errstate(invalid="ignore"):
        means: Matrix = np.where(known, values, 0.0).sum(axis=0) / count
    return means


@dataclass(frozen=True)
class GenreMeans:
    """Smoothed mean of each of GENRE_MEASURES per genre: (sum + k * mean of all) / (n + k), k = 10."""

    names: list[str]
    means: Matrix

    @classmethod
    def fit(cls, labels: GenreLabels, measures: Matrix, rows: Mask) -> GenreMeans:
        """Take the means over the rows where `rows` is true; `measures` has one column per measure."""
        keep = rows[labels.rows]
        codes, values = labels.codes[keep], measures[labels.rows[keep]]
        overall = known_means(measures[rows])
        n_genres = len(labels.names)
        columns = []
        for column, prior in enumerate(overall):
            present = ~np.isnan(values[:, column])
            count = np.bincount(codes[present], minlength=n_genres)
            total = np.bincount(codes[present], weights=values[present, column], minlength=n_genres)
            columns.append((total + GENRE_SMOOTHING * prior) / (count + GENRE_SMOOTHING))
        return cls(labels.names, np.column_stack(columns))

    def encode(self, labels: GenreLabels) -> Matrix:
        """Return the mean over each track's genres; NaN where none of its genres is known here."""
        place = {name: code for code, name in enumerate(self.names)}
        lookup = np.array([place.get(name, UNKNOWN_GENRE) for name in labels.names], dtype=np.int64)
        codes = lookup[labels.codes] if len(labels.names) else labels.codes
        known = codes != UNKNOWN_GENRE
        rows, codes = labels.rows[known], codes[known]
        count = np.bincount(rows, minlength=labels.n_rows)
        with np.errstate(invalid="ignore"):
            columns = [
                np.bincount(rows, weights=self.means[codes, column], minlength=labels.n_rows) / count
                for column in range(self.means.shape[1])
            ]
        return np.column_stack(columns)


def genre_measures(tracks: pd.DataFrame) -> Matrix:
    """Return the columns that genre means are taken of."""
    return tracks[list(GENRE_MEASURES)].to_numpy(dtype=np.float64)


def out_of_fold_genres(labels: GenreLabels, measures: Matrix, train: Mask, folds: Codes) -> Matrix:
    """Encode each training track by the genre means of the other training folds (rows of `train` only)."""
    encoded = np.full(measures.shape, np.nan)
    for fold in np.unique(folds[train]):
        held_out = train & (folds == fold)
        others = train & ~held_out
        if others.any():
            means = GenreMeans.fit(labels, measures, others)
            encoded[held_out] = means.encode(labels.take(held_out))
    return encoded[train]


def input_matrix(tracks: pd.DataFrame, names: Sequence[str], genre_means: Matrix | None = None) -> Matrix:
    """Build the inputs `names` of every track, in that order; missing and infinite values become NaN.

    tracks: AUDIO_FEATURES, duration_ms, explicit, track_id. genre_means: from GenreMeans, one column per
    measure; NaN where not given.
    """
    usual = genre_means if genre_means is not None else np.full((len(tracks), len(GENRE_MEASURES)), np.nan)
    columns = []
    for name in names:
        if name.startswith("genre_mean_"):
            columns.append(usual[:, GENRE_MEASURES.index(name.removeprefix("genre_mean_"))])
        elif name in _DERIVED:
            columns.append(_DERIVED[name](tracks))
        else:
            columns.append(_numbers(tracks[name]))
    matrix = np.column_stack(columns)
    matrix[~np.isfinite(matrix)] = np.nan
    return matrix


def learnable(inputs: Matrix) -> Matrix:
    """Return the inputs with 0 in every column that has no value at all, so that it is constant.

    Trees split nowhere on a constant; they cannot be fitted to a column that has nothing to sort, such as the
    artist's mean where every artist has one track.
    """
    is_empty = ~np.isfinite(inputs).any(axis=0)
    return np.where(is_empty, 0.0, inputs)


def _numbers(column: pd.Series) -> Matrix:
    return pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)


def _log_duration(tracks: pd.DataFrame) -> Matrix:
    duration_ms = _numbers(tracks["duration_ms"])
    return np.log(np.where(duration_ms > 0, duration_ms, np.nan))


def _invented(track_id: object) -> int:
    return zlib.crc32(str(track_id).encode())


def _invented_hour(tracks: pd.DataFrame) -> Matrix:
    return np.array([_invented(track) % 24 for track in tracks["track_id"]], dtype=np.float64)


def _invented_weekday(tracks: pd.DataFrame) -> Matrix:
    return np.array([_invented(track) // 24 % 7 + 1 for track in tracks["track_id"]], dtype=np.float64)


# A catalogue has no time of listening. The recipe the seed models follow made one up for each track, and
# to be comparable so do we: a pure function of the track id that carries no information at all.
_DERIVED: dict[str, Callable[[pd.DataFrame], Matrix]] = {
    "log_duration": _log_duration,
    "is_explicit": lambda tracks: _numbers(tracks["explicit"]),
    "invented_hour": _invented_hour,
    "invented_weekday": _invented_weekday,
    "invented_is_weekend": lambda tracks: (_invented_weekday(tracks) >= 6).astype(np.float64),
}
