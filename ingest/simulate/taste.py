"""What a listener would pick next among all tracks: genre, fame, artist, and slowly moving taste."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ingest.simulate.catalogue import World
from ingest.simulate.features import ENERGY, VALENCE, Floats, Ints
from ingest.simulate.population import Listener

# A candidate's chance grows with popularity^z (docs/evidence.md 1).
_POPULARITY_EXPONENT = 0.6
# How much artists differ in a listener's eyes, on the log scale (assumed).
_ARTIST_SPREAD = 0.9
# Weekly steps of the random walk of taste, log scale: per genre, and per sd of energy and valence (assumed;
# section 6 asks for a slow drift; it returns to the start over half a year).
_GENRE_STEP, _SOUND_STEP, _RETURN = 0.12, 0.08, 0.04
# How sharply a listener prefers their own corner of energy and valence, per sd (assumed).
_SOUND_TASTE = 0.35


@dataclass(frozen=True)
class Taste:
    """Cumulated weights of all tracks, one row per week: a draw from a slice is a search in it."""

    cumulated: Floats

    def pick(self, week: int, low: int, high: int, u: float) -> int:
        """Draw a track of the slice low..high (exclusive) with a uniform number u."""
        row = self.cumulated[week]
        below = row[low]
        target = below + u * (row[high] - below)
        return min(max(int(np.searchsorted(row, target, side="right")) - 1, low), high - 1)


def _walk(rng: np.random.Generator, weeks: int, width: int, step: float) -> Floats:
    """Return a random walk that is slowly pulled back to zero, weeks x width."""
    path = np.zeros((weeks, width))
    steps = rng.normal(0, step, (weeks, width))
    for week in range(1, weeks):
        path[week] = (1 - _RETURN) * path[week - 1] + steps[week]
    return path


def _standard(values: Floats) -> Floats:
    return np.asarray((values - values.mean()) / values.std(), dtype=np.float64)


def _base(rng: np.random.Generator, world: World) -> Floats:
    """Return the lasting log weight of each track, without its genre's."""
    fame = _POPULARITY_EXPONENT * np.log(world.popularity + 1.0)
    affinity = rng.normal(0, _ARTIST_SPREAD, len(world.artist_names))
    return np.asarray(fame + affinity[world.artist], dtype=np.float64)


def _shares(world: World, weight: Floats, genre_weight: Floats, catalogue_share: float) -> Floats:
    """Scale weights so that each genre has its share, and the catalogue its share of each genre."""
    starts = world.genre_start[:-1]
    scaled = np.zeros_like(weight)
    for part, share in ((world.in_catalogue, catalogue_share), (~world.in_catalogue, 1 - catalogue_share)):
        inside = weight * part
        total = np.add.reduceat(inside, starts)
        scaled += inside * (share * genre_weight / total)[world.genre]
    return scaled


def form_taste(
    rng: np.random.Generator, world: World, listener: Listener, *, weeks: int, catalogue_share: float
) -> Taste:
    """Draw a listener's taste for each week; `catalogue_share` of the picks are in the catalogue."""
    sound = np.column_stack([_standard(world.sound.audio[:, i]) for i in (ENERGY, VALENCE)])
    base, corner = _base(rng, world), rng.normal(0, _SOUND_TASTE, 2)
    genre_path = _walk(rng, weeks, len(listener.genre_weights), _GENRE_STEP)
    sound_path = corner + _walk(rng, weeks, 2, _SOUND_STEP)
    cumulated = np.zeros((weeks, len(base) + 1))
    for week in range(weeks):
        weight = np.exp(base + sound @ sound_path[week])
        genre = listener.genre_weights * np.exp(genre_path[week])
        cumulated[week, 1:] = np.cumsum(_shares(world, weight, genre / genre.sum(), catalogue_share))
    return Taste(cumulated)


def energy_scores(world: World) -> list[float]:
    """Return each track's energy in standard deviations, cut at 2."""
    scores: list[float] = np.clip(_standard(world.sound.audio[:, ENERGY]), -2, 2).tolist()
    return scores


def slices(starts: Ints) -> list[tuple[int, int]]:
    """Turn slice starts (with the end) into pairs."""
    bounds = starts.tolist()
    return list(pairwise(bounds))
