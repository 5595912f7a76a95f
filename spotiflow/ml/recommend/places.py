"""Places in valence and energy that a path may start at or lead to, by name."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spotiflow.core.errors import NotFoundError, UsageError
from spotiflow.ml.data.features import (
    MOOD_HIGH,
    MOOD_LOW,
    MOODS,
    Matrix,
    mood_codes,
)
from spotiflow.ml.recommend.listener_context import ListenerContext
from spotiflow.ml.recommend.paths import CURRENT_TRACKS
from spotiflow.ml.recommend.pool import Pool

NOW = "now"
# The zones in a word, in the order of MOODS; the long names of the tables are understood as well.
ZONES = ("happy", "calm", "tense", "sad", "neutral")
# Fewer tracks in a zone have no middle worth aiming at.
LEAST_IN_ZONE = 10
_MIDDLE, _LOW, _HIGH = 0.5, MOOD_LOW / 2, (1 + MOOD_HIGH) / 2
CORNERS = ((_HIGH, _HIGH), (_HIGH, _LOW), (_LOW, _HIGH), (_LOW, _LOW), (_MIDDLE, _MIDDLE))


@dataclass(frozen=True)
class Place:
    """A point (valence, energy) with the name it goes by."""

    name: str
    mood: Matrix


def zone_index(name: str) -> int:
    """Return the index of a zone. Raises UsageError for a name that is none."""
    plain = name.strip().lower()
    long = [mood.lower() for mood in MOODS]
    if plain in ZONES:
        return ZONES.index(plain)
    if plain in long:
        return long.index(plain)
    raise UsageError(
        f"There is no zone '{name}'.", hint=f"Zones: {', '.join(ZONES)}; --from also takes {NOW}."
    )


def zone_place(pool: Pool, name: str) -> Place:
    """Return the middle of a zone: the mean of the tracks to choose from in it, else its fixed corner."""
    zone = zone_index(name)
    mood = pool.mood
    inside = mood[mood_codes(mood[:, 0], mood[:, 1]) == zone]
    middle = inside.mean(axis=0) if len(inside) >= LEAST_IN_ZONE else np.array(CORNERS[zone])
    return Place(ZONES[zone], middle)


def current(context: ListenerContext) -> Place:
    """Return where the listening is now: the mean of the last five measured plays.

    Raises NotFoundError where nothing is measured.
    """
    history = context.history
    measured = history.plays.track[history.is_measured[history.plays.track]][-CURRENT_TRACKS:]
    if not len(measured):
        raise NotFoundError(
            "None of the tracks played is measured, so no path can start from them.",
            hint="Load the catalogue: spotiflow ingest kaggle PATH",
        )
    sound = history.tracks[["valence", "energy"]].to_numpy(dtype=np.float64, na_value=np.nan)
    return Place(NOW, sound[measured].mean(axis=0))


def default_target(pool: Pool, start: Place) -> Place:
    """Return where a path leads when nobody says: to happy music, or from there to calm."""
    zone = ZONES[mood_codes(start.mood[:1], start.mood[1:])[0]]
    return zone_place(pool, "calm" if zone == "happy" else "happy")
