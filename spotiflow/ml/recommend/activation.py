"""How present a known track is: its plays, each weighted by how long ago it was.

Base-level activation (Anderson and Schooler 1991) sums (age + 1 h) ** -d over the plays; frequency is d = 0,
recency the limit of a large d, and weights that halve every h days lie between them; repeats of music fall by
a power of the age with an exponential cutoff (Anderson, Kumar, Tomkins and Vassilvitskii 2014). No decay fits
everyone, so one with a clear lead in the listener's own earlier weeks is served, else the usual one, which is
best on average (docs/evidence.md 7).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spotiflow.ml.data.features import Codes, Mask, Matrix

TOP = 20
HOUR_DAYS = 1 / 24
FREQUENCY, RECENCY, BASE_LEVEL = "frequency", "recency", "base_level_0.5"
USUAL = "base_level_0.25_half_life_30"
# Of each method the power d and the days in which weights halve, None for never. The usual one comes first.
DECAYS: dict[str, tuple[float, float | None]] = {
    USUAL: (0.25, 30),
    BASE_LEVEL: (0.5, None),
    FREQUENCY: (0, None),
    **{f"base_level_{decay}": (decay, None) for decay in (0.25, 0.86, 1.2)},
    **{f"half_life_{days}": (0, days) for days in (1, 3, 7, 14, 30, 90)},
    "base_level_0.25_half_life_90": (0.25, 90),
    "base_level_0.5_half_life_90": (0.5, 90),
}
METHODS = (*DECAYS, RECENCY)
BASELINES = (FREQUENCY, RECENCY, BASE_LEVEL)
# A trial period, days, and the shorter one of histories under LONG_HISTORY_DAYS.
PERIOD_DAYS, SHORT_PERIOD_DAYS, LONG_HISTORY_DAYS = 28, 7, 112
MOST_TRIALS = 10
# Trials begin a quarter of a period apart. One counts half as much as the one four later: habits change.
TRIAL_STEP, TRIALS_TO_HALF = 0.25, 4
# A rival of the usual decay must have been better by this share, or chance picks it.
LEAST_LEAD = 0.05
LEAST_KNOWN_TRACKS = 10


@dataclass(frozen=True)
class Plays:
    """A listener's plays in order of time: position of the track among `n_tracks`, and days since 1970."""

    track: Codes
    day: Matrix
    n_tracks: int

    def before(self, moment: float) -> Plays:
        """Return the plays before a moment, days since 1970."""
        n_plays = int(np.searchsorted(self.day, moment))
        return Plays(self.track[:n_plays], self.day[:n_plays], self.n_tracks)

    def between(self, start: float, end: float) -> Plays:
        """Return the plays from `start` on and before `end`."""
        first, last = np.searchsorted(self.day, [start, end])
        return Plays(self.track[first:last], self.day[first:last], self.n_tracks)

    def where(self, kept: Mask) -> Plays:
        """Return the plays that are kept."""
        return Plays(self.track[kept], self.day[kept], self.n_tracks)

    def counts(self) -> Matrix:
        """Return how often each track was played."""
        return np.bincount(self.track, minlength=self.n_tracks).astype(np.float64)

    @property
    def span_days(self) -> float:
        """Days from the first play to the last."""
        return float(self.day[-1] - self.day[0]) if len(self.day) else 0.0


@dataclass(frozen=True)
class Trial:
    """How a list did in a period. wanted: plays of each track known before it, in the period."""

    wanted: Matrix
    listed: Codes

    @property
    def hits(self) -> Mask:
        """Which places of the list were played."""
        hits: Mask = self.wanted[self.listed] > 0
        return hits

    @property
    def n_wanted(self) -> int:
        """Different known tracks that were played."""
        return int((self.wanted > 0).sum())

    @property
    def recall(self) -> float:
        """Hits among the first 20 over what could be hit: 20, or all wanted tracks where they are fewer."""
        return float(self.hits.sum()) / min(TOP, self.n_wanted)

    @property
    def play_share(self) -> float:
        """Share of the plays of known tracks that are of listed tracks."""
        return float(self.wanted[self.listed].sum() / self.wanted.sum())

    @property
    def worth(self) -> float:
        """What a method is chosen by: recall, and the plays caught over those of the best possible list."""
        best = np.sort(self.wanted)[-TOP:].sum()
        return self.recall + float(self.wanted[self.listed].sum() / best)


def activation(plays: Plays, moment: float, method: str) -> Matrix:
    """Return the score of each track at a moment (days since 1970); 0 for a track not played before."""
    age = moment - plays.day
    if method == RECENCY:
        last = np.full(plays.n_tracks, np.inf)
        np.minimum.at(last, plays.track, age)
        return 1 / (1 + last)
    power, half_life = DECAYS[method]
    weight = (age + HOUR_DAYS) ** -power
    if half_life is not None:
        weight *= 0.5 ** (age / half_life)
    return np.bincount(plays.track, weights=weight, minlength=plays.n_tracks).astype(np.float64)


def ranked(plays: Plays, moment: float, method: str, n: int = TOP) -> Codes:
    """Return the `n` known tracks with the highest scores; ties go to the later played, then the first."""
    scores = activation(plays, moment, method)
    last = np.full(plays.n_tracks, -np.inf)
    last[plays.track] = plays.day
    known = np.flatnonzero(np.isfinite(last))
    if len(known) > n:
        # Only these are put in order: the lists of a year are made some hundred times.
        known = known[scores[known] >= np.partition(scores[known], -n)[-n]]
    order = np.lexsort((known, -last[known], -scores[known]))
    places: Codes = known[order][:n].astype(np.int64)
    return places


def trial(plays: Plays, start: float, end: float, method: str) -> Trial | None:
    """List at `start`, look at what was played until `end`; None where too few known tracks were."""
    past = plays.before(start)
    wanted = plays.between(start, end).counts() * (past.counts() > 0)
    if (wanted > 0).sum() < LEAST_KNOWN_TRACKS:
        return None
    return Trial(wanted, ranked(past, start, method))


def period_days(plays: Plays) -> int:
    """Return the length of the trials of a history."""
    return PERIOD_DAYS if plays.span_days >= LONG_HISTORY_DAYS else SHORT_PERIOD_DAYS


def chosen_method(plays: Plays) -> str:
    """Return the method with a clear lead in this history's own last periods, else the usual one.

    Periods overlap and reach back while as much history lies before them. The later ones weigh more.
    """
    if not len(plays.day):
        return USUAL
    length, end = period_days(plays), float(plays.day[-1]) + HOUR_DAYS
    starts = [end - length * (1 + TRIAL_STEP * back) for back in range(MOST_TRIALS)]
    starts = [start for start in starts if start - length >= plays.day[0]]
    worth = np.zeros(len(METHODS))
    for back, start in enumerate(starts):
        for place, method in enumerate(METHODS):
            result = trial(plays, start, start + length, method)
            if result is None:
                break
            worth[place] += 0.5 ** (back / TRIALS_TO_HALF) * result.worth
    best = int(np.argmax(worth))
    return METHODS[best] if worth[best] > (1 + LEAST_LEAD) * worth[0] else USUAL
