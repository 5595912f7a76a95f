"""What the catalogue knows of an artist, an album and a genre: counts and sums of features, so that a track
can be taken out of its own artist's mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from spotiflow.ml.data.features import (
    AUDIO_FEATURES,
    Codes,
    Mask,
    Matrix,
)
from spotiflow.ml.names.text import Hashes, distinct, text_keys

# Everything that has a mean: all but time signature, key and mode.
TARGETS = AUDIO_FEATURES[:9]
# How many tracks of its genre an artist's own mean is mixed with, and an album's with the artist's.
ARTIST_SMOOTHING, ALBUM_SMOOTHING = 3.0, 1.5


def measures(tracks: pd.DataFrame) -> Matrix:
    """Return TARGETS of each track; what is missing or infinite becomes the mean of the rest."""
    values = tracks[list(TARGETS)].apply(pd.to_numeric, errors="coerce").to_numpy(np.float64, na_value=np.nan)
    known = np.isfinite(values)
    mean = np.where(known, values, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    filled: Matrix = np.where(known, values, mean)
    return filled


@dataclass(frozen=True)
class NameKeys:
    """The artist and the album (with its artist) of each track as hashes; 0 where there is none."""

    artist: Hashes
    album: Hashes

    @classmethod
    def of(cls, tracks: pd.DataFrame) -> NameKeys:
        """Read primary_artist and album_name; spelling, case and accents do not matter."""
        artists, artist = distinct(tracks["primary_artist"])
        albums, album = distinct(tracks["album_name"])
        artist_key, album_key = text_keys(artists)[artist], text_keys(albums)[album]
        both = np.where((artist_key > 0) & (album_key > 0), artist_key * np.uint64(31) + album_key, 0)
        return cls(artist_key, both.astype(np.uint64))

    def without_album(self, rows: Mask) -> NameKeys:
        """Return the keys with the album of `rows` unknown."""
        return NameKeys(self.artist, np.where(rows, np.uint64(0), self.album))


@dataclass(frozen=True)
class Sums:
    """Counts and sums of values per key; keys sorted. Key 0 is nobody."""

    keys: Hashes
    n: Matrix
    totals: Matrix

    @classmethod
    def of(cls, keys: Hashes, values: Matrix) -> Sums:
        """Add up the rows of each key, leaving out key 0."""
        named = keys > 0
        found, codes = np.unique(keys[named], return_inverse=True)
        columns = [np.bincount(codes, weights=column[named], minlength=len(found)) for column in values.T]
        n = np.bincount(codes, minlength=len(found)).astype(np.float64)
        return cls(found, n, np.column_stack(columns))

    def take(self, keys: Hashes) -> tuple[Matrix, Matrix]:
        """Return count and sums of each key; 0 for one that is not there."""
        n, totals = np.zeros(len(keys)), np.zeros((len(keys), self.totals.shape[1]))
        if len(self.keys):
            place = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
            found = self.keys[place] == keys
            n[found], totals[found] = self.n[place[found]], self.totals[place[found]]
        return n, totals

    def to_state(self) -> dict[str, Any]:
        """Return plain arrays."""
        return {"keys": self.keys, "n": self.n, "totals": self.totals}


@dataclass(frozen=True)
class Known:
    """What the catalogue knows of each track's artist and album. Means are NaN where n is 0.

    genre: what is usual in the artist's genres, the artist's mean is mixed with it.
    """

    n_artist: Matrix
    artist: Matrix
    genre: Matrix
    n_album: Matrix
    album: Matrix


@dataclass(frozen=True)
class Own:
    """The catalogue's row of each track itself. values: its TARGETS; in_artist, in_album: 1 where that row is
    among those of the track's artist and album, else 0.
    """

    values: Matrix
    in_artist: Matrix
    in_album: Matrix


@dataclass(frozen=True)
class Tables:
    """Sums per artist and per album over some tracks of the catalogue.

    artists: sums of TARGETS and, behind them, of what is usual in the genres of the artist's tracks.
    overall: mean of TARGETS over those tracks.
    """

    artists: Sums
    albums: Sums
    overall: Matrix

    @classmethod
    def of(cls, keys: NameKeys, values: Matrix, usual: Matrix, rows: Mask) -> Tables:
        """Add up the tracks `rows`. usual: genre means of each track, NaN where its genre is unknown."""
        overall = values[rows].mean(axis=0) if rows.any() else np.zeros(values.shape[1])
        genre = np.where(np.isnan(usual), overall, usual)
        artists = Sums.of(keys.artist[rows], np.hstack([values, genre])[rows])
        return cls(artists, Sums.of(keys.album[rows], values[rows]), overall)

    def look_up(self, keys: NameKeys, own: Own | None = None) -> Known:
        """Return what is known of each track; `own` is taken out before."""
        n_artist, both = self.artists.take(keys.artist)
        n_album, album = self.albums.take(keys.album)
        totals, genre = np.split(both, 2, axis=1)
        usual = genre / np.maximum(n_artist, 1)[:, None]
        if own is not None:
            n_artist, totals = n_artist - own.in_artist, totals - own.in_artist[:, None] * own.values
            n_album, album = n_album - own.in_album, album - own.in_album[:, None] * own.values
        artist_mean = (totals + ARTIST_SMOOTHING * usual) / (n_artist + ARTIST_SMOOTHING)[:, None]
        album_mean = (album + ALBUM_SMOOTHING * artist_mean) / (n_album + ALBUM_SMOOTHING)[:, None]
        artist_mean[n_artist == 0] = usual[n_artist == 0] = np.nan
        album_mean[n_album == 0] = np.nan
        return Known(n_artist, artist_mean, usual, n_album, album_mean)

    def to_state(self) -> dict[str, Any]:
        """Return plain arrays."""
        return {
            "artists": self.artists.to_state(),
            "albums": self.albums.to_state(),
            "overall": self.overall,
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Tables:
        """Rebuild the tables."""
        return cls(Sums(**state["artists"]), Sums(**state["albums"]), state["overall"])


def fold_of_artist(keys: Hashes, folds: Codes) -> tuple[Hashes, Codes]:
    """Return each artist of the catalogue once with the fold it belongs to."""
    artists, first = np.unique(keys, return_index=True)
    return artists, folds[first]
