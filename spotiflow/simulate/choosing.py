"""What plays next: a new track by taste, or an old one from memory, as it suits session and hour."""

from dataclasses import dataclass
from math import exp

from spotiflow.simulate.habits import Habits
from spotiflow.simulate.memory import Draw, Memory
from spotiflow.simulate.taste import Weights, pick
from spotiflow.simulate.world import World

_TRIES = 12
_NOWHERE = -2
# Plays within half an hour belong together (docs/evidence.md 1).
_TOGETHER_MINUTES = 30


@dataclass(slots=True)
class Moment:
    """What the next pick depends on.

    tilt: standard deviations by which energy is moved. turning: how much likelier it is, on the log scale,
    that a happy energetic and a sad calm track follow each other than two of a kind.
    """

    weights: Weights
    genre: int
    p_same_artist: float
    tilt: float
    turning: float
    last_track: int = -1
    last_position: int = _NOWHERE


class Chooser:
    """Picks the next track; `draw` gives uniform numbers."""

    def __init__(self, draw: Draw, world: World, habits: Habits) -> None:
        """Make a chooser for a listener who has heard nothing yet."""
        self._draw, self._world, self._habits = draw, world, habits
        # Looked up here once: the properties of the world cost more than the lists behind them.
        self._energy, self._sides = world.energy_scores, world.sides
        self._artist_of, self._artist_slices = world.artist_of, world.artist_slices
        self._genre_slices = world.genre_slices
        self._n_tracks = len(world.track_id)
        self.memory = Memory(self._n_tracks, habits.decay)

    def session_genre(self, weights: Weights) -> int:
        """Draw what a session is about."""
        return self._world.genre_of[pick(weights, 0, self._n_tracks, self._draw())]

    def next_track(self, moment: Moment, minute: float) -> int:
        """Draw a new or an old track that suits the hour."""
        is_new = not self.memory.tracks or self._draw() < self._habits.p_new
        for _ in range(_TRIES):
            track = self._new(moment) if is_new else self._old(moment, minute)
            if self._suits(track, moment):
                break
        moment.last_track = track
        return track

    def _suits(self, track: int, moment: Moment) -> bool:
        """Thin the draws so that mean energy moves by `tilt` standard deviations, and sides take turns."""
        tilt, turning = moment.tilt, moment.turning
        score = 0.0
        if tilt:
            score = tilt * self._energy[track] - 2 * abs(tilt)
        if turning and moment.last_track >= 0:
            sides = self._sides
            score -= turning * (1 + sides[track] * sides[moment.last_track])
        return not score or self._draw() < exp(score)

    def _new(self, moment: Moment) -> int:
        """Draw a track not heard before: same artist, same genre as the session, or anything."""
        draw, weights, last = self._draw, moment.weights, moment.last_track
        heard = self.memory.times_heard
        moment.last_position = _NOWHERE
        artist = self._artist_slices[self._artist_of[last]] if last >= 0 else None
        track = 0
        for _ in range(_TRIES):
            if artist and draw() < moment.p_same_artist:
                low, high = artist
            elif draw() < self._habits.p_session_genre:
                low, high = self._genre_slices[moment.genre]
            else:
                low, high = 0, self._n_tracks
            track = pick(weights, low, high, draw())
            if not heard[track]:
                break
        return track

    def _appeal(self, position: int, minute: float) -> float:
        """Return the chance that a recalled play is repeated: less if just heard, less if worn out."""
        memory = self.memory
        is_loop = minute - memory.minutes[position] < _TOGETHER_MINUTES
        wear = memory.times_heard[memory.tracks[position]] / self._habits.worn_after
        return (self._habits.p_loop if is_loop else 1.0) / (1.0 + wear * wear)

    def _old(self, moment: Moment, minute: float) -> int:
        """Go on after the last repeat, or recall a past play; a track just heard comes back rarely."""
        draw, memory, following = self._draw, self.memory, moment.last_position + 1
        if 0 <= following < len(memory.tracks) and draw() < self._habits.p_continue:
            gap = memory.minutes[following] - memory.minutes[following - 1]
            if gap < _TOGETHER_MINUTES and minute - memory.minutes[following] > _TOGETHER_MINUTES:
                moment.last_position = following
                return memory.tracks[following]
        position = 0
        for _ in range(_TRIES):
            position = memory.recall(draw, minute)
            if draw() < self._appeal(position, minute):
                break
        moment.last_position = position
        return memory.tracks[position]
