"""Who listens: age, country, clock, and weights over genres.

A listener has a few favourite genres with weights and some side genres; ages centre on the early thirties;
chronotypes come in about equal quarters (docs/evidence.md 1).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from spotiflow.simulate.features import Floats

# Country, time zone. Zones with and without daylight saving, east and west.
_HOMES = (
    ("NL", "Europe/Amsterdam"),
    ("DE", "Europe/Berlin"),
    ("GB", "Europe/London"),
    ("ES", "Europe/Madrid"),
    ("SE", "Europe/Stockholm"),
    ("US", "America/New_York"),
    ("US", "America/Los_Angeles"),
    ("BR", "America/Sao_Paulo"),
    ("MX", "America/Mexico_City"),
    ("IN", "Asia/Kolkata"),
    ("JP", "Asia/Tokyo"),
    ("AU", "Australia/Sydney"),
)
# Hours by which a listener's day lags the average: early bird, working hours, evening, night owl (assumed).
CHRONOTYPES = (-1.5, 0.0, 1.0, 2.5)
# Share of new music from the favourites, from the side genres, from everything else (assumed).
_FAVOURITE_SHARE, _SIDE_SHARE = 0.58, 0.30
_SIDE_GENRES = 5


# How much more or less than the average people listen: lognormal with mean 1 (assumed; docs/evidence.md 1 has
# a median year of a few thousand plays and a mean of 7,400, in a sample of heavy users 11,242).
_ACTIVITY_SIGMA = 0.5
_MOST_FAVOURITES = 3


@dataclass(frozen=True)
class Listener:
    """One simulated person. `favourite_genres` maps a genre to its weight; the weights sum to 1.

    activity: how much they listen, 1 for the average. genre_weights: appetite for each genre of the world.
    """

    age: int
    country: str
    time_zone: str
    chronotype_hours: float
    favourite_genres: dict[str, float]
    genre_weights: Floats
    activity: float = 1.0


def _genre_weights(n_genres: int, favourites: dict[int, float], side: list[int]) -> Floats:
    """Spread the listener's appetite over all genres; the weights sum to 1."""
    weights = np.full(n_genres, 1.0)
    weights[[*favourites, *side]] = 0.0
    weights *= (1 - _FAVOURITE_SHARE - _SIDE_SHARE) / max(float(weights.sum()), 1.0)
    weights[side] = _SIDE_SHARE / max(len(side), 1)
    weights[list(favourites)] = _FAVOURITE_SHARE * np.array(list(favourites.values()))
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def draw_listener(rng: np.random.Generator, genres: Sequence[str], *, n_favourites: int) -> Listener:
    """Draw a listener of average activity with `n_favourites` of the genres as favourites."""
    picked = rng.permutation(len(genres))[: n_favourites + _SIDE_GENRES].tolist()
    shares = np.sort(rng.dirichlet(np.full(min(n_favourites, len(genres)), 4.0)))[::-1].round(2)
    shares[0] += 1.0 - shares.sum()
    favourites = {g: round(float(share), 2) for g, share in zip(picked, shares, strict=False)}
    country, zone = _HOMES[int(rng.integers(0, len(_HOMES)))]
    return Listener(
        age=int(np.clip(rng.normal(33, 11), 16, 78)),
        country=country,
        time_zone=zone,
        chronotype_hours=CHRONOTYPES[int(rng.integers(0, len(CHRONOTYPES)))],
        favourite_genres={genres[g]: share for g, share in favourites.items()},
        genre_weights=_genre_weights(len(genres), favourites, picked[n_favourites:]),
    )


def draw_person(rng: np.random.Generator, genres: Sequence[str]) -> Listener:
    """Draw one of a population: one to three favourite genres, much or little listening."""
    listener = draw_listener(rng, genres, n_favourites=int(rng.integers(1, _MOST_FAVOURITES + 1)))
    activity = float(np.exp(rng.normal(-(_ACTIVITY_SIGMA**2) / 2, _ACTIVITY_SIGMA)))
    return replace(listener, activity=activity)
