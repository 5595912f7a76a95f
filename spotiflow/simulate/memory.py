"""Which past play comes back: recency and frequency by the base-level law.

A past play j is copied with a probability proportional to (t - t_j + 1 minute)^(-d) (docs/evidence.md 1).
Past plays are binned by age in powers of two, a bin is drawn by the bound of its weight and the play in it
accepted by its true weight: the draw is exact and its cost logarithmic in the length of the history. Ages
only grow, so bins stay bounds for a while and are made anew every few minutes; plays since then have bounds
of their own.
"""

from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate

# Plays last at least this long, so the n-th last one began n of these ago, or longer.
_SHORTEST_PLAY_MINUTES = 0.5
_MOST_RECENT = 64
_BINS_HOLD_MINUTES = 15.0
# Two to the power of so many minutes are longer than any life.
_MOST_BINS = 40

Draw = Callable[[], float]


class Memory:
    """Plays of at least 30 s so far, from which repeats are drawn."""

    def __init__(self, n_tracks: int, decay: float) -> None:
        """Remember nothing yet of `n_tracks` tracks; `decay` is d of the law."""
        self.minutes: list[float] = []
        self.tracks: list[int] = []
        self.times_heard = [0] * n_tracks
        self._decay = decay
        self._ends: list[int] = []
        self._cumulated: list[float] = []
        self._n_binned, self._binned_at = 0, float("-inf")
        self._bin_bounds = [(2.0**k) ** -decay for k in range(_MOST_BINS)]
        ages = (_SHORTEST_PLAY_MINUTES * n for n in range(_MOST_RECENT))
        self._recent = [0.0, *accumulate((age + 1.0) ** -decay for age in ages)]

    def add(self, minute: float, track: int) -> None:
        """Remember a play that began at a minute, later than all before."""
        self.minutes.append(minute)
        self.tracks.append(track)
        self.times_heard[track] += 1

    def recall(self, draw: Draw, minute: float) -> int:
        """Draw the position of a past play by the base-level law; `draw` gives uniform numbers."""
        n_recent = len(self.tracks) - self._n_binned
        if minute - self._binned_at > _BINS_HOLD_MINUTES or n_recent >= _MOST_RECENT:
            self._bin(minute)
            n_recent = 0
        recent, minutes, exponent = self._recent, self.minutes, -self._decay
        cumulated, ends = self._cumulated, self._ends
        weight_of_recent, n_plays, last_bin = recent[n_recent], len(minutes), len(cumulated) - 1
        total = weight_of_recent + (cumulated[-1] if cumulated else 0.0)
        while True:
            target = draw() * total
            if target < weight_of_recent:
                back = bisect_right(recent, target)
                position, bound = n_plays - back, recent[back] - recent[back - 1]
            else:
                bin_ = bisect_right(cumulated, target - weight_of_recent, 0, last_bin)
                low, bound = ends[bin_ + 1], self._bin_bounds[bin_]
                position = low + int(draw() * (ends[bin_] - low))
            if draw() * bound < (minute - minutes[position] + 1.0) ** exponent:
                return position

    def _bin(self, minute: float) -> None:
        """Bin all plays by age: bin k holds ages (plus one) of 2^k to 2^(k+1) minutes."""
        minutes, end, now, age, total = self.minutes, len(self.tracks), minute + 1.0, 2.0, 0.0
        ends, cumulated = [end], []
        for bound in self._bin_bounds:
            if not end:
                break
            older = bisect_right(minutes, now - age, 0, end)
            total += (end - older) * bound
            ends.append(older)
            cumulated.append(total)
            end, age = older, 2.0 * age
        self._ends, self._cumulated = ends, cumulated
        self._n_binned, self._binned_at = len(self.tracks), minute
