"""What a listener would pick next among all tracks: genre, fame, artist, charts, and slowly moving taste."""

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from spotiflow.simulate.features import Floats
from spotiflow.simulate.habits import Habits
from spotiflow.simulate.population import Listener
from spotiflow.simulate.world import World

# A candidate's chance grows with popularity^z (docs/evidence.md 1).
_POPULARITY_EXPONENT = 0.6
# How much artists differ in a listener's eyes, on the log scale (assumed).
_ARTIST_SPREAD = 0.9
# Taste is weighed anew every four weeks. Steps of its random walk on the log scale: per genre, and per sd of
# energy and valence (assumed; it returns to the start over half a year).
WEEKS_PER_STEP = 4
_GENRE_STEP, _SOUND_STEP, _RETURN = 0.24, 0.16, 0.15
# How sharply a listener prefers their own corner of energy and valence, per sd (assumed).
_SOUND_TASTE = 0.35
_NOTHING = 1e-300
# A year of steps has a lasting turn early on and perhaps one later, at least twelve weeks apart.
_STEPS_A_YEAR = 13
_EARLY, _LATE = (3, 6), (9, 11)

# Cumulated weights of all tracks: a draw from a slice of tracks is a search in it.
Weights = Sequence[float]


@dataclass(frozen=True)
class Turn:
    """A lasting change of taste at a step: one genre takes the place of another."""

    step: int
    lost: int
    gained: int


@dataclass
class Taste:
    """A listener's taste; the weights of one step of time are held at once.

    base: lasting log weight of each track. genre_weight: share of each genre, steps x genres. sound: log
    weight per standard deviation of energy and valence, steps x 2.
    """

    world: World
    base: Floats
    genre_weight: Floats
    sound: Floats
    catalogue_share: float
    chart_share: float
    _step: int = -1
    _weights: Weights = field(default_factory=lambda: array("d"))

    def weights(self, week: int) -> Weights:
        """Return the cumulated weights of a week, one more than there are tracks."""
        step = min(week // WEEKS_PER_STEP, len(self.sound) - 1)
        if step != self._step:
            self._step, self._weights = step, self._weigh(step)
        return self._weights

    def _weigh(self, step: int) -> Weights:
        """Scale weights so that each genre has its share, and the catalogue its share of each genre."""
        world = self.world
        (energy, valence), (by_energy, by_valence) = world.sound_scores, self.sound[step]
        # Two products and no matrix: sums of a matrix product differ from machine to machine in the last bit.
        weight = np.exp(self.base + by_energy * energy + by_valence * valence)
        starts, genre_weight = world.genre_start[:-1], self.genre_weight[step]
        inside = np.add.reduceat(weight * world.in_catalogue, starts)
        outside = np.add.reduceat(weight, starts) - inside
        factors = np.stack(
            [
                (1 - self.catalogue_share) * genre_weight / np.maximum(outside, _NOTHING),
                self.catalogue_share * genre_weight / np.maximum(inside, _NOTHING),
            ]
        )
        weight *= factors[world.in_catalogue.astype(np.intp), world.genre]
        if self.chart_share:
            weight = (1 - self.chart_share) * weight / weight.sum() + self.chart_share * world.charts
        return array("d", np.concatenate([[0.0], np.cumsum(weight)]).tobytes())


def pick(weights: Weights, low: int, high: int, u: float) -> int:
    """Draw a track of the slice low..high (exclusive) with a uniform number u."""
    below = weights[low]
    return bisect_right(weights, below + u * (weights[high] - below), low + 1, high) - 1


def steps_of(days: int) -> int:
    """Return how many steps taste takes in some days."""
    return (days - 1) // (7 * WEEKS_PER_STEP) + 1


def draw_turns(rng: np.random.Generator, listener: Listener, days: int) -> tuple[Turn, ...]:
    """Draw one or two lasting turns of taste a year: the favourite of the time gives way to another genre."""
    weights, turns = listener.genre_weights.copy(), []
    for year in range(0, steps_of(days), _STEPS_A_YEAR):
        early, late = (year + int(rng.integers(*span)) for span in (_EARLY, _LATE))
        gained = rng.integers(0, len(weights), 2).tolist()
        wanted = [early, late] if rng.random() < 0.5 else [early]
        for step, genre in zip(wanted, gained, strict=False):
            lost = int(weights.argmax())
            # Two steps have to follow, else nobody could see it.
            if genre != lost and step + 2 < steps_of(days):
                weights[[lost, genre]] = weights[[genre, lost]]
                turns.append(Turn(step, lost, genre))
    return tuple(turns)


def _walk(rng: np.random.Generator, steps: int, width: int, size: float) -> Floats:
    """Return a random walk that is slowly pulled back to zero, steps x width."""
    path = np.zeros((steps, width))
    moves = rng.normal(0, size, (steps, width))
    for step in range(1, steps):
        path[step] = (1 - _RETURN) * path[step - 1] + moves[step]
    return path


def form_taste(
    rng: np.random.Generator,
    world: World,
    listener: Listener,
    habits: Habits,
    *,
    days: int,
    turns: tuple[Turn, ...] = (),
) -> Taste:
    """Draw a listener's taste over some days; `turns` are lasting changes, in order of time."""
    steps = steps_of(days)
    affinity = rng.normal(0, _ARTIST_SPREAD, len(world.artist_names))
    corner = rng.normal(0, _SOUND_TASTE, 2)
    genre_path = _walk(rng, steps, len(listener.genre_weights), habits.drift * _GENRE_STEP)
    lasting = np.tile(listener.genre_weights, (steps, 1))
    for turn in turns:
        lasting[turn.step :, [turn.lost, turn.gained]] = lasting[turn.step :, [turn.gained, turn.lost]]
    genre_weight = lasting * np.exp(genre_path)
    return Taste(
        world=world,
        base=_POPULARITY_EXPONENT * world.log_popularity + affinity[world.artist],
        genre_weight=genre_weight / genre_weight.sum(axis=1, keepdims=True),
        sound=corner + _walk(rng, steps, 2, habits.drift * _SOUND_STEP),
        catalogue_share=habits.catalogue_share,
        chart_share=habits.chart_share,
    )
