"""What is known of a listener while their lists are made: scores, taste, habits, and what may be chosen."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from spotiflow.ml.data.features import Codes, Matrix
from spotiflow.ml.recommend.activation import activation, chosen_method
from spotiflow.ml.recommend.discovery import TASTE, Taste
from spotiflow.ml.recommend.library import Candidates, History, Library
from spotiflow.ml.recommend.pool import Pool, pool_of
from spotiflow.ml.recommend.reasons import Habit

# Measured tracks, the most played first, to which new ones may be near.
MOST_LIKED = 100


@dataclass
class ListenerContext:
    """What is known of a listener while their lists are made.

    method: what known tracks are ranked by. way_to_new: what new ones are proposed by, TASTE or POPULARITY.
    """

    history: History
    candidates: Candidates | None
    taste: Taste
    genres: list[str]
    method: str
    way_to_new: str
    activations: Matrix
    habit: Habit
    pool: Pool = field(init=False)
    liked: Codes = field(init=False)

    def __post_init__(self) -> None:
        """Gather what playlists are chosen from, and the measured tracks that are played most."""
        taste = None if self.candidates is None else self.taste
        self.pool = pool_of(self.history, self.activations, self.candidates, taste)
        measured = np.flatnonzero(self.history.is_measured)
        order = np.argsort(-self.habit.plays[measured], kind="stable")
        self.liked = measured[order][:MOST_LIKED].astype(np.int64)

    @classmethod
    def of(
        cls, history: History, library: Library, method: str | None = None, way_to_new: str = TASTE
    ) -> ListenerContext:
        """Score the listener's tracks by `method`, or by the one that their own past chooses."""
        method = method or chosen_method(history.to_learn_from().plays)
        taste = Taste.of(history, history.plays, library.n_artists, len(library.genres))
        habit = Habit.of(history.plays, history.local_day)
        scored = activation(history.plays, history.end, method)
        return cls(history, library.candidates, taste, library.genres, method, way_to_new, scored, habit)
