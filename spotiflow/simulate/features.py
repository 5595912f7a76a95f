"""Correlated audio features: a genre centre, an artist's sound, an album's sound and the track's own.

Every feature is drawn on an unbounded scale (log-odds for shares, log of -dB for loudness, BPM for tempo) and
mapped back. Artists, albums and tracks draw from one correlation matrix, so that energy goes with loudness
and against acousticness at every level, as in the catalogue people know.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spotiflow.simulate.genres import GENRES

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

AUDIO = (
    "danceability",
    "energy",
    "loudness",
    "speechiness",
    "acousticness",
    "instrumentalness",
    "liveness",
    "valence",
    "tempo",
)
DANCEABILITY, ENERGY, LOUDNESS, ACOUSTICNESS, VALENCE, TEMPO = 0, 1, 2, 4, 7, 8

# Spread within a genre, on each feature's unbounded scale, in the order of AUDIO.
_SPREAD = np.array([0.68, 1.05, 0.40, 0.60, 1.75, 2.60, 0.75, 1.10, 24.0])
# Artist share of the variance within a genre: (ICC - eta2) / (1 - eta2) of docs/evidence.md 2.
_ARTIST_SHARE = np.array([0.36, 0.44, 0.51, 0.46, 0.42, 0.46, 0.18, 0.31, 0.09])
# Songs of one album sound alike beyond their artist; album means add little (docs/evidence.md 2): assumed.
_ALBUM_SHARE = 0.08
# Pairs of the latent correlation; energy with loudness and acousticness are those of docs/evidence.md 2
# (.76 and -.73 after mapping), the others are what makes valence predictable and yet noisy (section 1.3).
_CORRELATION = {
    ("energy", "loudness"): 0.76,
    ("energy", "acousticness"): -0.52,
    ("loudness", "acousticness"): -0.38,
    ("danceability", "valence"): 0.52,
    ("energy", "valence"): 0.30,
    ("loudness", "valence"): 0.24,
    ("loudness", "instrumentalness"): -0.25,
    ("valence", "instrumentalness"): -0.22,
    ("energy", "tempo"): 0.15,
    ("energy", "liveness"): 0.18,
    ("danceability", "speechiness"): 0.12,
    ("energy", "speechiness"): 0.15,
    ("danceability", "acousticness"): -0.12,
    ("danceability", "loudness"): 0.12,
}
# Loud music is happier when one can dance to it: a product that trees learn and straight lines do not.
_VALENCE_INTERACTION = 0.28
# Trackers of tempo report half or double the beat now and then (docs/evidence.md 2).
_OCTAVE_ERROR_SHARE = 0.06
_KEY_WEIGHTS = np.array([11, 10, 10, 3, 8, 8, 7, 12, 6, 10, 7, 8]) / 100
_FLOOR = {"speechiness": 0.022, "liveness": 0.01}


@dataclass(frozen=True)
class Sound:
    """Features of n tracks: `audio` is n x 9 in the order of `AUDIO`; the rest are n integers or flags."""

    audio: Floats
    key: Ints
    mode: Ints
    time_signature: Ints
    explicit: NDArray[np.bool_]


def _correlation_root() -> Floats:
    """Return the Cholesky root of the latent correlation matrix."""
    matrix = np.eye(len(AUDIO))
    for (one, other), value in _CORRELATION.items():
        i, j = AUDIO.index(one), AUDIO.index(other)
        matrix[i, j] = matrix[j, i] = value
    return np.asarray(np.linalg.cholesky(matrix), dtype=np.float64)


def genre_centres() -> Floats:
    """Return the genres' positions on the unbounded scales, one row per genre."""
    table = np.array([[getattr(genre, name) for name in AUDIO] for genre in GENRES])
    centres = np.log(np.clip(table, 1e-4, None) / np.clip(1 - table, 1e-4, None))
    centres[:, LOUDNESS] = -np.log(-table[:, LOUDNESS])
    centres[:, TEMPO] = table[:, TEMPO]
    return np.asarray(centres, dtype=np.float64)


def significant(values: Floats, digits: int = 3) -> Floats:
    """Round to significant digits, the precision in which Spotify gave its 0..1 features."""
    magnitude = np.floor(np.log10(np.maximum(np.abs(values), 1e-12)))
    # Small powers of ten are exact, so the quotient prints as the decimal one would write.
    scale = np.power(10.0, digits - 1 - magnitude)
    return np.asarray(np.round(values * scale) / scale, dtype=np.float64)


def _tempo(rng: np.random.Generator, beats: Floats) -> Floats:
    """Add octave errors and keep the beat in the range in which it is counted."""
    wrong = rng.random(len(beats)) < _OCTAVE_ERROR_SHARE
    beats = np.where(wrong, np.where(beats > 110, beats / 2, beats * 2), beats)
    return np.asarray(np.round(np.clip(beats, 50.0, 215.0), 3), dtype=np.float64)


def _audio(rng: np.random.Generator, scaled: Floats) -> Floats:
    """Map the unbounded scales back to what Spotify shows."""
    audio = significant(1.0 / (1.0 + np.exp(-scaled)))
    for name, floor in _FLOOR.items():
        audio[:, AUDIO.index(name)] = np.maximum(audio[:, AUDIO.index(name)], floor)
    # Spotify writes 0 where no instrument carries the track at all.
    audio[:, 5] = np.where(audio[:, 5] < 1e-6, 0.0, audio[:, 5])
    audio[:, LOUDNESS] = np.round(np.maximum(-np.exp(-scaled[:, LOUDNESS]), -48.0), 3)
    audio[:, TEMPO] = _tempo(rng, scaled[:, TEMPO])
    return audio


def _metre(rng: np.random.Generator, danceability: Floats) -> Ints:
    """Draw time signatures: waltzes are rarer where people dance."""
    u = rng.random(len(danceability))
    waltz = 0.03 + 0.12 * (1.0 - danceability)
    return np.select([u < waltz, u < waltz + 0.018, u < waltz + 0.028], [3, 5, 1], default=4)


def draw_sound(rng: np.random.Generator, genre: Ints, artist: Ints, album: Ints) -> Sound:
    """Draw the features of tracks whose genre, artist and album are given as index arrays of one length."""
    root, width = _correlation_root(), len(AUDIO)
    by_artist = rng.standard_normal((int(artist.max()) + 1, width)) @ root.T
    by_album = rng.standard_normal((int(album.max()) + 1, width)) @ root.T
    own = rng.standard_normal((len(genre), width)) @ root.T
    own_share = 1.0 - _ARTIST_SHARE - _ALBUM_SHARE
    z = np.sqrt(_ARTIST_SHARE) * by_artist[artist] + np.sqrt(_ALBUM_SHARE) * by_album[album]
    z += np.sqrt(own_share) * own
    z[:, VALENCE] += _VALENCE_INTERACTION * z[:, DANCEABILITY] * z[:, ENERGY]
    audio = _audio(rng, genre_centres()[genre] + _SPREAD * z)
    bright = audio[:, VALENCE] - 0.5
    explicit = np.array([g.explicit_share for g in GENRES])[genre]
    return Sound(
        audio=audio,
        key=rng.choice(12, size=len(genre), p=_KEY_WEIGHTS),
        mode=(rng.random(len(genre)) < 0.62 + 0.2 * bright).astype(np.int64),
        time_signature=_metre(rng, audio[:, DANCEABILITY]),
        explicit=rng.random(len(genre)) < explicit,
    )


def as_columns(sound: Sound, rows: Ints) -> dict[str, list[Any]]:
    """Return the twelve features of some tracks as lists of Python numbers."""
    columns: dict[str, list[Any]] = {name: sound.audio[rows, i].tolist() for i, name in enumerate(AUDIO)}
    columns["key"] = sound.key[rows].tolist()
    columns["mode"] = sound.mode[rows].tolist()
    columns["time_signature"] = sound.time_signature[rows].tolist()
    return columns
