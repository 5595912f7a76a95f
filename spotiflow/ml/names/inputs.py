"""What the trees see of a track that is only a name: text predictions, the shape of the names, means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from spotiflow.ml.data.features import Mask, Matrix
from spotiflow.ml.names.tables import TARGETS, Known

# Of the nine text predictions those that say something; tempo and liveness are hardly in a name.
TEXT_TARGETS = ("danceability", "energy", "valence", "acousticness", "instrumentalness", "loudness")
MEAN_TARGETS = ("valence", "energy", "danceability")
SHAPE = (
    "log_duration",
    "title_letters",
    "album_letters",
    "artist_letters",
    "title_words",
    "album_words",
    "is_title_track",
    "foreign_letters",
)
ALBUM_SHAPE = ("album_letters", "album_words", "is_title_track")
TEXT_INPUTS = [f"text_{name}" for name in TEXT_TARGETS] + list(SHAPE)
ARTIST_INPUTS = [
    *(f"artist_mean_{name}" for name in MEAN_TARGETS),
    *(f"artist_genre_mean_{name}" for name in MEAN_TARGETS),
    *(f"album_mean_{name}" for name in MEAN_TARGETS),
    "log_artist_tracks",
    "log_album_tracks",
]
GENRE_INPUTS = [f"genre_mean_{name}" for name in TARGETS]
_TEXT = [TARGETS.index(name) for name in TEXT_TARGETS]
_MEANS = [TARGETS.index(name) for name in MEAN_TARGETS]


@dataclass(frozen=True)
class Inputs:
    """Everything known of each track: text (per TARGETS), shape (SHAPE), what the catalogue knows, genre.

    genre: means of TARGETS in the track's own genres, NaN where unknown.
    """

    text: Matrix
    shape: Matrix
    known: Known
    genre: Matrix

    def matrix(self, names: list[str]) -> Matrix:
        """Return the inputs of a model: text alone, with the artist, with the genre, or with both."""
        parts = [self.text[:, _TEXT], self.shape]
        if ARTIST_INPUTS[0] in names:
            known = self.known
            parts += [table[:, _MEANS] for table in (known.artist, known.genre, known.album)]
            parts += [np.log1p(known.n_artist)[:, None], np.log1p(known.n_album)[:, None]]
        if GENRE_INPUTS[0] in names:
            parts.append(self.genre)
        return np.hstack(parts)


def shape_of(tracks: pd.DataFrame) -> Matrix:
    """Return SHAPE of each track's names; NaN for a missing name or length."""
    columns: list[Any] = [_log_duration(tracks)]
    columns += [_text(tracks[name]).str.len() for name in ("track_name", "album_name", "primary_artist")]
    columns += [_text(tracks[name]).str.count(" ") + 1 for name in ("track_name", "album_name")]
    title, album = (_text(tracks[name]).str.lower() for name in ("track_name", "album_name"))
    columns.append((title == album).astype(np.float64).where(title.notna() & album.notna()))
    columns.append(_foreign(_text(tracks["track_name"])))
    return np.column_stack([np.asarray(column, dtype=np.float64) for column in columns])


def _text(column: pd.Series) -> pd.Series:
    return column.astype("str").where(column.notna() & (column.astype("str") != ""))


def _log_duration(tracks: pd.DataFrame) -> Matrix:
    duration_ms = pd.to_numeric(tracks["duration_ms"], errors="coerce").to_numpy(np.float64, na_value=np.nan)
    return np.log(np.where(np.isfinite(duration_ms) & (duration_ms > 0), duration_ms, np.nan))


def _foreign(names: pd.Series) -> pd.Series:
    """Return the share of a name's letters that are not ASCII: its script, and so often its language."""
    return names.str.count(r"[^\x00-\x7f]") / names.str.len().clip(lower=1)


def hide(shape: Matrix, *, album: Mask, duration: Mask) -> Matrix:
    """Return the shape as if album or length of some tracks were unknown."""
    hidden = shape.copy()
    for name in ALBUM_SHAPE:
        hidden[album, SHAPE.index(name)] = np.nan
    hidden[duration, SHAPE.index("log_duration")] = np.nan
    return hidden
