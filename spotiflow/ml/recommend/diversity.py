"""Lists that are not ten times the same: maximal marginal relevance, and a distance between artists."""

from __future__ import annotations

import numpy as np

from spotiflow.ml.data.features import Codes, Matrix

# How much relevance counts against likeness to what is in the list already.
RELEVANCE_WEIGHT = 0.7
# Tracks this far apart in the embedding are half as alike as the same one; tracks of one artist lie about 7
# apart, two random ones 13.
HALF_ALIKE = 3.0
SAME_ARTIST_LIKENESS = 0.8


def likeness(vectors: Matrix, artists: Codes, place: int) -> Matrix:
    """Return how alike each track is to the one at `place`, 0 to 1; unknown sound is like nothing."""
    distance = np.sqrt(((vectors - vectors[place]) ** 2).sum(axis=1))
    alike = np.nan_to_num(0.5 ** (distance / HALF_ALIKE), nan=0.0)
    same_artist = np.where(artists == artists[place], SAME_ARTIST_LIKENESS, 0.0)
    most: Matrix = np.maximum(alike, same_artist)
    return most


def diverse(relevance: Matrix, vectors: Matrix, artists: Codes, n: int) -> Codes:
    """Return the places of `n` tracks: each the one with the highest l * relevance - (1 - l) * likeness.

    relevance: 0 to 1. likeness: to the most alike of those chosen before (Carbonell and Goldstein 1998).
    """
    chosen: list[int] = []
    most_alike = np.zeros(len(relevance))
    left = np.ones(len(relevance), dtype=bool)
    for _ in range(min(n, len(relevance))):
        worth = RELEVANCE_WEIGHT * relevance - (1 - RELEVANCE_WEIGHT) * most_alike
        place = int(np.argmax(np.where(left, worth, -np.inf)))
        chosen.append(place)
        left[place] = False
        most_alike = np.maximum(most_alike, likeness(vectors, artists, place))
    return np.array(chosen, dtype=np.int64)
