"""Tracks never heard: artist, genre and popularity propose, sound only spreads the list.

On real histories the sound of liked tracks finds nothing of what people then discover (recall@100 0 to .015),
while artists already heard, genre and popularity do (docs/evidence.md 7); so the three are added up with
fixed weights. A listener's own past holds too few discoveries to choose weights by.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spotiflow.ml.data.features import Codes, Mask, Matrix
from spotiflow.ml.recommend.activation import Plays
from spotiflow.ml.recommend.diversity import diverse
from spotiflow.ml.recommend.library import Candidates, History

ARTIST_WEIGHT, GENRE_WEIGHT, POPULARITY_WEIGHT = 1.0, 0.5, 1.0
# So many of the best are spread by sound.
POOL = 400
# What a list of new tracks is made by.
TASTE, POPULARITY = "taste", "popularity"


@dataclass(frozen=True)
class Taste:
    """Plays of each artist and share of each genre among the plays whose genre is known."""

    artist_plays: Matrix
    artist_tracks: Codes
    genre_share: Matrix

    @classmethod
    def of(cls, history: History, plays: Plays, n_artists: int, n_genres: int) -> Taste:
        """Count the plays given, which may be a part of the history's."""
        of_track = plays.counts()
        known = history.artist >= 0
        artist = history.artist[known]
        artist_plays = np.bincount(artist, weights=of_track[known], minlength=n_artists).astype(np.float64)
        tracks = np.bincount(artist, weights=of_track[known] > 0, minlength=n_artists)
        named = history.genre >= 0
        genre = np.bincount(history.genre[named], weights=of_track[named], minlength=n_genres)
        return cls(artist_plays, tracks.astype(np.int64), genre / max(genre.sum(), 1.0))


def scores(candidates: Candidates, taste: Taste) -> Matrix:
    """Return artist + genre + popularity of each candidate, each 0 to 1 before its weight."""
    artist = np.log1p(taste.artist_plays[candidates.artist])
    # The place behind the last genre is that of tracks without one (-1); there may be no genre at all.
    genre = np.append(taste.genre_share, 0.0)[candidates.genre]
    worth: Matrix = (
        ARTIST_WEIGHT * artist / max(np.log1p(taste.artist_plays.max(initial=0.0)), 1.0)
        + GENRE_WEIGHT * genre / max(taste.genre_share.max(initial=0.0), 1e-9)
        + POPULARITY_WEIGHT * candidates.popularity
    )
    return worth


def allowed(candidates: Candidates, known: Codes, *, is_simulated: bool) -> Mask:
    """Say which candidates may be shown: not a known recording, and an invented one only to nobody real."""
    fresh: Mask = ~np.isin(candidates.recording, known)
    return fresh if is_simulated else fresh & ~candidates.is_simulated


def best(worth: Matrix, is_allowed: Mask, n: int) -> Codes:
    """Return the `n` allowed places of the highest worth, in order; ties go to the first."""
    places = np.flatnonzero(is_allowed)
    if len(places) > 4 * n:
        least = -np.partition(-worth[places], n - 1)[n - 1]
        places = places[worth[places] >= least]
    order = np.argsort(-worth[places], kind="stable")
    return places[order][:n].astype(np.int64)


def discovered(candidates: Candidates, taste: Taste, known: Codes, n: int, *, is_simulated: bool) -> Codes:
    """Return the places of `n` candidates to discover, best first and spread by artist and sound."""
    worth = scores(candidates, taste)
    pool = best(worth, allowed(candidates, known, is_simulated=is_simulated), max(POOL, n))
    if not len(pool):
        return pool
    low, high = worth[pool].min(), worth[pool].max()
    relevance = (worth[pool] - low) / max(high - low, 1e-9)
    return pool[diverse(relevance, candidates.vectors[pool], candidates.artist[pool], n)]


def most_popular(candidates: Candidates, known: Codes, n: int, *, is_simulated: bool) -> Codes:
    """Return the places of the `n` most popular candidates that are not known."""
    return best(candidates.popularity, allowed(candidates, known, is_simulated=is_simulated), n)


def nearest_liked(candidates: Candidates, history: History, places: Codes, liked: Codes, n: int) -> Codes:
    """Return, for each of `places`, the `n` tracks of `liked` that sound most like it."""
    distance = ((candidates.vectors[places][:, None, :] - history.vectors[liked][None, :, :]) ** 2).sum(
        axis=2
    )
    return liked[np.argsort(distance, axis=1, kind="stable")[:, :n]]
