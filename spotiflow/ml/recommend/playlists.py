"""Playlists for focus, energy, calm and a lift, by where a track stands among the listener's own.

Thresholds are percentiles of the listener's measured tracks, so that everybody's calm is their own; a track
is measured or not in a playlist. Seven in ten tracks are known ones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from spotiflow.ml.data.features import Codes, Mask, Matrix
from spotiflow.ml.recommend.diversity import RELEVANCE_WEIGHT, likeness
from spotiflow.ml.recommend.pool import Pool

LENGTH = 20
LEAST_TRACKS = 30
KNOWN_SHARE = 0.7
ARTIST_GAP = 3


@dataclass(frozen=True)
class Aim:
    """A playlist by sound: bounds on percentiles (0 to 1) of features; the first bound is the one told."""

    name: str
    bounds: tuple[tuple[str, float, float], ...]

    @property
    def lead(self) -> str:
        """The feature its reasons tell of."""
        return self.bounds[0][0]

    @property
    def is_low(self) -> bool:
        """Whether the lead feature is to be low."""
        return self.bounds[0][1] == 0.0


# The activities of gold's optimal_listening_times, by the same features.
AIMS = (
    Aim("focus", (("instrumentalness", 2 / 3, 1.0), ("speechiness", 0.0, 0.5))),
    Aim("energy", (("energy", 0.75, 1.0), ("tempo", 0.5, 1.0))),
    Aim("calm", (("energy", 0.0, 0.25), ("acousticness", 0.5, 1.0))),
    Aim("lift", (("valence", 0.75, 1.0), ("energy", 0.5, 1.0))),
)


@dataclass(frozen=True)
class Chosen:
    """Places in the pool, in order; percentile: of the lead feature among the listener's measured tracks."""

    aim: Aim
    places: Codes
    percentile: Matrix


def percentiles(pool: Pool, feature: str) -> Matrix:
    """Return, for each track, the share of the listener's measured tracks with a lower value."""
    values = pool.sound[feature]
    own = np.sort(values[~pool.is_new])
    own = own[~np.isnan(own)]
    share = np.searchsorted(own, values, side="left") / max(len(own), 1)
    return np.where(np.isnan(values), np.nan, share)


def enough(pool: Pool) -> bool:
    """Say whether the listener has so many measured tracks that their percentiles mean something."""
    return int((~pool.is_new).sum()) >= LEAST_TRACKS


def playlist(pool: Pool, aim: Aim, n: int = LENGTH) -> Chosen:
    """Choose `n` tracks, fewer where not enough fit; no artist twice within three tracks."""
    fits = np.ones(len(pool), dtype=bool)
    for feature, low, high in aim.bounds:
        place = percentiles(pool, feature)
        fits &= (place >= low) & ((place < high) | (high == 1.0))
    lead = percentiles(pool, aim.lead)
    places = _spread(pool, fits, n)
    return Chosen(aim, places, lead[places])


def _spread(pool: Pool, fits: Mask, n: int) -> Codes:
    """Choose one after the other by affinity less likeness to those chosen, three new ones in ten."""
    places = np.flatnonzero(fits)
    artist, is_new, vectors = pool.artist[places], pool.is_new[places], pool.vectors[places]
    chosen: list[int] = []
    worth = RELEVANCE_WEIGHT * pool.affinity[places]
    most_alike = np.zeros(len(places))
    left = np.ones(len(places), dtype=bool)
    for step in range(n):
        may = left & other_artists(artist, chosen[-ARTIST_GAP + 1 :])
        n_known = int((~is_new[chosen]).sum())
        is_new_due = n_known >= math.ceil(KNOWN_SHARE * (step + 1))
        preferred = may & (is_new == is_new_due)
        may = preferred if preferred.any() else may
        if not may.any():
            break
        place = int(np.argmax(np.where(may, worth - (1 - RELEVANCE_WEIGHT) * most_alike, -np.inf)))
        chosen.append(place)
        left[place] = False
        most_alike = np.maximum(most_alike, likeness(vectors, artist, place))
    return places[chosen].astype(np.int64)


def other_artists(artist: Codes, recent: list[int]) -> Mask:
    """Say which tracks are by none of the artists of the tracks `recent`."""
    other = np.ones(len(artist), dtype=bool)
    for place in recent:
        other &= artist != artist[place]
    return other
