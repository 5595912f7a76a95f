"""Who listens: age, country, clock, and weights over genres.

A listener has a few favourite genres with weights and some side genres; ages centre on the early thirties;
chronotypes come in about equal quarters (docs/evidence.md 1).
"""

from dataclasses import dataclass

import numpy as np

from ingest.simulate.features import Floats
from ingest.simulate.genres import GENRES

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
_CHRONOTYPES = (-1.5, 0.0, 1.0, 2.5)
# Share of new music from the favourites, from the side genres, from everything else (assumed).
_FAVOURITE_SHARE, _SIDE_SHARE = 0.58, 0.30
_SIDE_GENRES = 5


@dataclass(frozen=True)
class Listener:
    """One simulated person. `favourite_genres` maps a genre to its weight; the weights sum to 1."""

    age: int
    country: str
    time_zone: str
    chronotype_hours: float
    favourite_genres: dict[str, float]
    genre_weights: Floats


def _genre_weights(favourites: dict[str, float], side: list[int]) -> Floats:
    """Spread the listener's appetite over all genres; the weights sum to 1."""
    weights = np.full(len(GENRES), 1.0)
    weights[side] = 0.0
    names = [genre.name for genre in GENRES]
    chosen = [names.index(name) for name in favourites]
    weights[chosen] = 0.0
    weights *= (1 - _FAVOURITE_SHARE - _SIDE_SHARE) / weights.sum()
    weights[side] = _SIDE_SHARE / len(side)
    weights[chosen] = _FAVOURITE_SHARE * np.array(list(favourites.values()))
    return weights


def draw_listener(rng: np.random.Generator, *, n_favourites: int) -> Listener:
    """Draw a listener with `n_favourites` favourite genres."""
    picked = rng.permutation(len(GENRES))[: n_favourites + _SIDE_GENRES].tolist()
    shares = np.sort(rng.dirichlet(np.full(n_favourites, 4.0)))[::-1].round(2)
    shares[0] += 1.0 - shares.sum()
    favourites = {
        GENRES[g].name: round(float(share), 2) for g, share in zip(picked[:n_favourites], shares, strict=True)
    }
    country, zone = _HOMES[int(rng.integers(0, len(_HOMES)))]
    return Listener(
        age=int(np.clip(rng.normal(33, 11), 16, 78)),
        country=country,
        time_zone=zone,
        chronotype_hours=_CHRONOTYPES[int(rng.integers(0, len(_CHRONOTYPES)))],
        favourite_genres=favourites,
        genre_weights=_genre_weights(favourites, picked[n_favourites:]),
    )
