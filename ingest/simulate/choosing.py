"""What plays next: a new track by taste, or an old one from memory, as it suits session and hour."""

from dataclasses import dataclass
from functools import partial
from math import exp

import numpy as np

from ingest.simulate.catalogue import World
from ingest.simulate.habits import Habits
from ingest.simulate.memory import Memory
from ingest.simulate.taste import Taste, energy_scores, slices

_TRIES = 12
_NOWHERE = -2
# Plays within half an hour belong together (docs/evidence.md 1).
_TOGETHER_MINUTES = 30


@dataclass
class Moment:
    """What the next pick depends on."""

    week: int
    genre: int
    p_same_artist: float
    tilt: float
    last_track: int = -1
    last_position: int = _NOWHERE


class Chooser:
    """Picks the next track."""

    def __init__(
        self, rng: np.random.Generator, world: World, taste: Taste, habits: Habits, *, capacity: int
    ) -> None:
        """Make a chooser for a listener who will play at most `capacity` tracks."""
        self._rng, self._taste, self._habits = rng, taste, habits
        self._genres, self._artists = slices(world.genre_start), slices(world.artist_start)
        self._artist_of: list[int] = world.artist.tolist()
        self._genre_of: list[int] = world.genre.tolist()
        self._energy = energy_scores(world)
        self.memory = Memory(capacity, len(self._artist_of), habits.decay)

    def session_genre(self, week: int) -> int:
        """Draw what a session is about."""
        return self._genre_of[self._taste.pick(week, 0, len(self._genre_of), float(self._rng.random()))]

    def next_track(self, moment: Moment, minute: float) -> int:
        """Draw a new or an old track that suits the hour."""
        is_new = not self.memory.tracks or float(self._rng.random()) < self._habits.p_new
        draw = partial(self._new, moment) if is_new else partial(self._old, moment, minute)
        track = draw()
        for _ in range(_TRIES):
            if self._suits(track, moment):
                break
            track = draw()
        moment.last_track = track
        return track

    def _suits(self, track: int, moment: Moment) -> bool:
        """Thin the draws so that mean energy moves by `tilt` standard deviations."""
        score = moment.tilt * self._energy[track] - 2 * abs(moment.tilt)
        return float(self._rng.random()) < exp(score)

    def _new(self, moment: Moment) -> int:
        """Draw a track not heard before: same artist, same genre as the session, or anything."""
        moment.last_position = _NOWHERE
        track = 0
        for _ in range(_TRIES):
            u, v, w = self._rng.random(3).tolist()
            low, high = 0, len(self._genre_of)
            if moment.last_track >= 0 and u < moment.p_same_artist:
                low, high = self._artists[self._artist_of[moment.last_track]]
            elif v < self._habits.p_session_genre:
                low, high = self._genres[moment.genre]
            track = self._taste.pick(moment.week, low, high, w)
            if not self.memory.times_heard[track]:
                break
        return track

    def _appeal(self, position: int, minute: float) -> float:
        """Return the chance that a recalled play is repeated: less if just heard, less if worn out."""
        memory = self.memory
        is_loop = minute - float(memory.minutes[position]) < _TOGETHER_MINUTES
        wear = memory.times_heard[memory.tracks[position]] / self._habits.worn_after
        return (self._habits.p_loop if is_loop else 1.0) / (1.0 + wear**2)

    def _old(self, moment: Moment, minute: float) -> int:
        """Go on after the last repeat, or recall a past play; a track just heard comes back rarely."""
        memory, following = self.memory, moment.last_position + 1
        if 0 <= following < len(memory.tracks) and float(self._rng.random()) < self._habits.p_continue:
            gap = float(memory.minutes[following] - memory.minutes[following - 1])
            if gap < _TOGETHER_MINUTES and minute - float(memory.minutes[following]) > _TOGETHER_MINUTES:
                moment.last_position = following
                return memory.tracks[following]
        position = 0
        for _ in range(_TRIES):
            position = memory.recall(self._rng, minute)
            if float(self._rng.random()) < self._appeal(position, minute):
                break
        moment.last_position = position
        return memory.tracks[position]
