"""All music there is for simulated listeners, sorted so that the listening process can draw from slices."""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from spotiflow.simulate.features import (
    ENERGY,
    VALENCE,
    Floats,
    Ints,
    Sound,
)

Flags = NDArray[np.bool_]
# Energy counts up to so many standard deviations when the hour, or a planted effect, favours it.
MOST_ENERGY = 2.0
# The charts: so many tracks, a tenth of all at most. Chances fall with the root of the rank, so that the most
# played one of thirty people has the published share of all plays (docs/evidence.md 1).
_CHART_TRACKS, _CHART_DECAY, _CHART_SEED = 2000, 0.5, 6
# What counts as a happy and energetic track, and as a sad and calm one (dbt vars mood_high and mood_low).
_HIGH, _LOW = 0.6, 0.4


@dataclass(frozen=True)
class World:
    """All n tracks that exist, sorted by genre, then artist.

    Index arrays have length n and point into the lists they name. `track_id` is the id in the catalogue,
    `played_id` that of the release people play.
    """

    genres: tuple[str, ...]
    track_id: list[str]
    played_id: list[str]
    track_name: list[str]
    album_name: list[str]
    artist_credit: list[str]
    artist_names: list[str]
    artist: Ints
    genre: Ints
    popularity: Ints
    duration_ms: Ints
    sound: Sound
    in_catalogue: Flags

    @cached_property
    def genre_start(self) -> Ints:
        """First track of each genre, and n at the end."""
        return np.searchsorted(self.genre, np.arange(len(self.genres) + 1))

    @cached_property
    def genre_slices(self) -> list[tuple[int, int]]:
        """First track of each genre, and the one after its last."""
        return list(pairwise(self.genre_start.tolist()))

    @cached_property
    def artist_slices(self) -> list[tuple[int, int]]:
        """First track of each artist, and the one after the last."""
        starts = np.searchsorted(self.artist, np.arange(len(self.artist_names) + 1))
        return list(pairwise(starts.tolist()))

    @cached_property
    def artist_of(self) -> list[int]:
        """Artist of each track."""
        artists: list[int] = self.artist.tolist()
        return artists

    @cached_property
    def genre_of(self) -> list[int]:
        """Genre of each track."""
        genres: list[int] = self.genre.tolist()
        return genres

    @cached_property
    def durations(self) -> list[int]:
        """Length of each track, ms."""
        lengths: list[int] = self.duration_ms.tolist()
        return lengths

    @cached_property
    def log_popularity(self) -> Floats:
        """Logarithm of popularity plus one."""
        return np.asarray(np.log(self.popularity + 1.0), dtype=np.float64)

    @cached_property
    def charts(self) -> Floats:
        """Chance of each track among what everybody hears; they sum to 1. Fame decides, then chance."""
        n = len(self.track_id)
        lots = np.random.default_rng(_CHART_SEED).random(n)
        famous = np.lexsort((lots, -self.popularity))[: max(min(_CHART_TRACKS, n // 10), 1)]
        chances = np.zeros(n)
        chances[famous] = np.arange(1.0, len(famous) + 1) ** -_CHART_DECAY
        return np.asarray(chances / chances.sum(), dtype=np.float64)

    @cached_property
    def sound_scores(self) -> tuple[Floats, Floats]:
        """Energy and valence in standard deviations from the mean of all tracks."""
        return _standard(self.sound.audio[:, ENERGY]), _standard(self.sound.audio[:, VALENCE])

    @cached_property
    def energy_scores(self) -> list[float]:
        """Each track's energy in standard deviations, cut at 2 either way."""
        scores: list[float] = np.clip(self.sound_scores[0], -MOST_ENERGY, MOST_ENERGY).tolist()
        return scores

    @cached_property
    def sides(self) -> list[int]:
        """1 for happy and energetic tracks, -1 for sad and calm ones, 0 for all others."""
        energy, valence = self.sound.audio[:, ENERGY], self.sound.audio[:, VALENCE]
        bright = (energy >= _HIGH) & (valence >= _HIGH)
        dark = (energy < _LOW) & (valence < _LOW)
        sides: list[int] = (bright.astype(int) - dark.astype(int)).tolist()
        return sides


def _standard(values: Floats) -> Floats:
    return np.asarray((values - values.mean()) / max(float(values.std()), 1e-9), dtype=np.float64)
