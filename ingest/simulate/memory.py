"""Which past play comes back: recency and frequency by the base-level law.

A past play j is copied with a probability proportional to (t - t_j + 1 minute)^(-d) (docs/evidence.md 1).
Past plays are binned by age in powers of two, a bin is drawn by the bound of its weight and the play in it
accepted by its true weight: the draw is exact and its cost logarithmic in the length of the history.
"""

import numpy as np

_AGE_BINS = 2.0 ** np.arange(26)


class Memory:
    """Plays of at least 30 s so far, from which repeats are drawn."""

    def __init__(self, capacity: int, n_tracks: int, decay: float) -> None:
        """Make room for `capacity` plays of `n_tracks` tracks."""
        self.minutes = np.zeros(capacity)
        self.tracks: list[int] = []
        self.times_heard = [0] * n_tracks
        self._decay = decay
        self._bound = _AGE_BINS**-decay

    def add(self, minute: float, track: int) -> None:
        """Remember a play."""
        self.minutes[len(self.tracks)] = minute
        self.tracks.append(track)
        self.times_heard[track] += 1

    def recall(self, rng: np.random.Generator, minute: float) -> int:
        """Draw the position of a past play by the base-level law."""
        n = len(self.tracks)
        ends = np.searchsorted(self.minutes[:n], minute + 1.0 - _AGE_BINS, side="right")
        ends[0] = n
        cumulated = np.cumsum((ends[:-1] - ends[1:]) * self._bound[:-1])
        while True:
            u, v, w = rng.random(3).tolist()
            bin_ = int(np.searchsorted(cumulated, u * cumulated[-1], side="right"))
            low, high = int(ends[bin_ + 1]), int(ends[bin_])
            position = low + int(v * (high - low))
            age = max(minute - float(self.minutes[position]) + 1.0, 1.0)
            if w < (age / float(_AGE_BINS[bin_])) ** -self._decay:
                return position
