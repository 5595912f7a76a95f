"""What a playlist is chosen from: a listener's measured tracks, and the best of those new to them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spotiflow.ml.data.features import Codes, Mask, Matrix
from spotiflow.ml.recommend.discovery import (
    Taste,
    allowed,
    best,
    scores,
)
from spotiflow.ml.recommend.inputs import EMBEDDED
from spotiflow.ml.recommend.library import Candidates, History

# New tracks to choose from, the best of artist, genre and popularity.
NEW_POOL = 4000


@dataclass(frozen=True)
class Pool:
    """Tracks to choose from: first those heard, then the new ones.

    place: in the history's tracks or among the candidates. affinity: 0 to 1, the share of the listener's
    tracks (or of the new ones) that rank lower. sound: one column per feature in EMBEDDED.
    """

    is_new: Mask
    place: Codes
    affinity: Matrix
    sound: dict[str, Matrix]
    vectors: Matrix
    artist: Codes

    def __len__(self) -> int:
        """Return the number of tracks."""
        return len(self.place)

    @property
    def mood(self) -> Matrix:
        """Valence and energy of each track."""
        return np.column_stack([self.sound["valence"], self.sound["energy"]])


def pool_of(
    history: History, activations: Matrix, candidates: Candidates | None, taste: Taste | None
) -> Pool:
    """Take all measured tracks of a listener, and the best new ones where there is a catalogue."""
    heard = np.flatnonzero(history.is_measured)
    rank = _ranks(activations)[heard]
    sound = {
        name: history.tracks[name].to_numpy(dtype=np.float64, na_value=np.nan)[heard] for name in EMBEDDED
    }
    known = Pool(
        np.zeros(len(heard), bool), heard, rank, sound, history.vectors[heard], history.artist[heard]
    )
    if candidates is None or taste is None:
        return known
    worth = scores(candidates, taste)
    new = best(worth, allowed(candidates, history.streamed, is_simulated=history.is_simulated), NEW_POOL)
    return Pool(
        np.concatenate([known.is_new, np.ones(len(new), bool)]),
        np.concatenate([known.place, new]),
        np.concatenate([known.affinity, 1 - np.arange(len(new)) / max(len(new), 1)]),
        {
            name: np.concatenate([known.sound[name], candidates.tracks[name].to_numpy(dtype=np.float64)[new]])
            for name in EMBEDDED
        },
        np.vstack([known.vectors, candidates.vectors[new]]),
        np.concatenate([known.artist, candidates.artist[new]]),
    )


def _ranks(values: Matrix) -> Matrix:
    """Return the share of values that rank lower, ties in order."""
    ranks = np.empty(len(values))
    ranks[np.argsort(values, kind="stable")] = np.arange(len(values))
    return ranks / max(len(values), 1)
