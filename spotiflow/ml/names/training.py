"""The catalogue as models on names learn it: every input of a track from tracks of other folds.

There are two splits. By artist (the frozen one): how well is a track of an artist read that nobody has seen?
By song (grouped by recording and name): how well a new song, whose artist may be known?
"""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spotiflow.ml.data.catalogue import N_FOLDS, TEST_FOLD, Catalogue
from spotiflow.ml.data.features import (
    Codes,
    GenreMeans,
    Mask,
    Matrix,
)
from spotiflow.ml.data.reproducible import N_THREADS, SEED, one_thread
from spotiflow.ml.names.inputs import Inputs, hide, shape_of
from spotiflow.ml.names.reader import (
    ALBUM,
    ALL,
    Linear,
    Reader,
    linear_design,
    read_text,
)
from spotiflow.ml.names.ridge import CROWDING, Names, fit_ridge
from spotiflow.ml.names.tables import (
    TARGETS,
    Known,
    NameKeys,
    Tables,
    fold_of_artist,
    measures,
)
from spotiflow.ml.names.text import Float32

BY_ARTIST, BY_SONG = "artist_grouped_test", "song_grouped_test"
# Exports of one year tell no album, and few tell a length: so many training tracks are shown without, so that
# the trees know what to make of that.
HIDDEN_SHARE = 0.2
_COLUMNS = ["track_name", "album_name", "primary_artist", "duration_ms", "track_genres"]


@dataclass(frozen=True)
class Lesson:
    """One split: the fold of each canonical track (TEST_FOLD is the test), and its inputs."""

    split: str
    folds: Codes
    inputs: Inputs

    @property
    def is_test(self) -> Mask:
        """Which canonical tracks are tested on."""
        is_test: Mask = self.folds == TEST_FOLD
        return is_test


@dataclass(frozen=True)
class Course:
    """All that the models of one training share: the reader, and a lesson per split."""

    catalogue: Catalogue
    reader: Reader
    lessons: dict[str, Lesson]
    shown_whole: Mask

    def truth(self, target: str) -> Matrix:
        """Return a feature of each canonical track; NaN where it is missing or not finite."""
        column = pd.to_numeric(self.catalogue.canonical[target], errors="coerce")
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
        return np.where(np.isfinite(values), values, np.nan)


def song_folds(song_groups: pd.Series) -> Codes:
    """Assign each song group to a fold; a pure function of its name."""
    fold = {group: _fold(group) for group in set(song_groups)}
    return song_groups.map(fold).to_numpy(dtype=np.int64)


def _fold(group: str) -> int:
    digest = hashlib.md5(f"song:{SEED}:{group}".encode(), usedforsecurity=False).hexdigest()
    return int(digest[:16], 16) % N_FOLDS


def prepare_course(catalogue: Catalogue) -> Course:
    """Fit the reader on the artists' training folds and make the inputs of both splits."""
    tracks = catalogue.canonical[_COLUMNS]
    names, keys, values = Names.of(tracks), NameKeys.of(tracks), measures(catalogue.canonical)
    weights, means = _fit_text(names, keys, values, catalogue)
    text = read_text(names, catalogue.folds, weights, means)
    everything = np.ones(len(tracks), dtype=bool)
    genre_means = GenreMeans.fit(catalogue.genres, values, everything)
    tables = Tables.of(keys, values, genre_means.encode(catalogue.genres), everything)
    artists, folds = fold_of_artist(keys.artist, catalogue.folds)
    reader = Reader(names.rarities, weights, means, artists, folds, tables, genre_means)
    hidden = _hidden(len(tracks))
    lessons = {}
    for split, of_track in (
        (BY_ARTIST, catalogue.folds),
        (BY_SONG, song_folds(catalogue.canonical["song_group"])),
    ):
        album, duration = (rows & (of_track != TEST_FOLD) for rows in hidden)
        said = np.add.reduce(text) - np.where(album[:, None], text[ALBUM], 0.0)
        shape = hide(shape_of(tracks), album=album, duration=duration)
        known, genre = _from_other_folds(catalogue, keys.without_album(album), values, of_track)
        lessons[split] = Lesson(split, of_track, Inputs(said, shape, known, genre))
    reader.linear.update(_fit_linear(lessons, values))
    return Course(catalogue, reader, lessons, ~(hidden[0] | hidden[1]))


def _hidden(n_tracks: int) -> tuple[Mask, Mask]:
    draw = np.random.default_rng(SEED)
    return draw.random(n_tracks) < HIDDEN_SHARE, draw.random(n_tracks) < HIDDEN_SHARE


def _fit_text(
    names: Names, keys: NameKeys, values: Matrix, catalogue: Catalogue
) -> tuple[dict[str, NDArray[np.float16]], dict[str, Float32]]:
    """Fit the ridge on all training folds, and without each of them. Stored as half precision."""
    _, artist, n_tracks = np.unique(keys.artist, return_inverse=True, return_counts=True)
    crowding = n_tracks[artist].astype(np.float64) ** CROWDING
    unseen = [None, *(int(fold) for fold in np.unique(catalogue.folds[~catalogue.is_test]))]

    def work(fold: int | None) -> tuple[NDArray[np.float16], Float32]:
        rows = np.flatnonzero(~catalogue.is_test & (catalogue.folds != (TEST_FOLD if fold is None else fold)))
        with one_thread():
            coefficients, mean = fit_ridge(names, values, rows, crowding)
        return coefficients.astype(np.float16), mean

    with ThreadPoolExecutor(N_THREADS) as pool:
        found = list(pool.map(work, unseen))
    labels = [ALL if fold is None else str(fold) for fold in unseen]
    weights, means = zip(*found, strict=True)
    return dict(zip(labels, weights, strict=True)), dict(zip(labels, means, strict=True))


def _from_other_folds(
    catalogue: Catalogue, keys: NameKeys, values: Matrix, folds: Codes
) -> tuple[Known, Matrix]:
    """Look up what the training tracks of the other folds say of each track's artist, album and genres."""
    known: dict[str, Matrix] = {name: np.full(values.shape, np.nan) for name in ("artist", "genre", "album")}
    known |= {name: np.zeros(len(values)) for name in ("n_artist", "n_album")}
    genre = np.full(values.shape, np.nan)
    for fold in np.unique(folds):
        others, mine = (folds != TEST_FOLD) & (folds != fold), folds == fold
        means = GenreMeans.fit(catalogue.genres, values, others)
        usual = means.encode(catalogue.genres)
        tables = Tables.of(keys, values, usual, others)
        found = tables.look_up(NameKeys(keys.artist[mine], keys.album[mine]))
        for name, column in known.items():
            column[mine] = getattr(found, name)
        genre[mine] = usual[mine]
    return Known(**known), genre


def _fit_linear(lessons: dict[str, Lesson], values: Matrix) -> dict[str, dict[str, Linear]]:
    """Fit every feature by least squares along both routes; the inputs are from other folds already."""
    found: dict[str, dict[str, Linear]] = {}
    for route, split in (("artist", BY_SONG), ("text", BY_ARTIST)):
        lesson = lessons[split]
        rows = ~lesson.is_test & ((lesson.inputs.known.n_artist > 0) | (route == "text"))
        found[route] = {}
        for place, target in enumerate(TARGETS):
            design, truth = linear_design(route, target, lesson.inputs)[rows], values[rows, place]
            solution = (
                np.linalg.lstsq(design, truth, rcond=None)[0] if rows.any() else np.zeros(design.shape[1])
            )
            error = float(np.std(truth - design @ solution)) if rows.any() else 0.0
            found[route][target] = Linear(solution, error)
    return found
