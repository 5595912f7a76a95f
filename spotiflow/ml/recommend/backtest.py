"""How the lists would have done: made before a moment, judged on what was played after it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from spotiflow.ml.data.evaluate import Clusters, Metric
from spotiflow.ml.data.features import Codes, Mask, Matrix
from spotiflow.ml.recommend.activation import (
    BASELINES,
    TOP,
    Trial,
    chosen_method,
    period_days,
    trial,
)
from spotiflow.ml.recommend.discovery import (
    POPULARITY,
    TASTE,
    Taste,
    allowed,
    discovered,
    most_popular,
)
from spotiflow.ml.recommend.library import Candidates, History

LEAST_PLAYS = 200
LEAST_DISCOVERIES = 20
HELD_OUT_SHARE = 0.2
LONG_LIST = 100
# Agresti and Coull: two hits and two misses more keep an interval honest near 0 and 1.
_PRIOR_HITS, _PRIOR_PLACES, _Z = 2, 4, 1.96

Gains = Callable[[int], Matrix]


@dataclass(frozen=True)
class Judged:
    """metrics: of a list, per slice. method: what the list is made by from now on."""

    metrics: dict[str, list[Metric]]
    method: str


def judge_relisten(history: History) -> Judged | str:
    """Hold out the last 28 days, list by the method chosen before them; what came out, or why nothing did.

    That method is the one to use, so that its figure is that of the list that is shown; a baseline that did
    better takes its place.

    A history under 112 days holds out its last week. Slices: `all` beside frequency, and beside the others.
    """
    plays = history.plays
    length = period_days(plays)
    start = history.end - length
    past = plays.before(start)
    if len(past.day) < LEAST_PLAYS or past.span_days < length:
        return f"{len(past.day)} plays before the last {length} days, {LEAST_PLAYS} needed"
    method = chosen_method(past)
    ours = trial(plays, start, history.end, method)
    if ours is None:
        return f"too few known tracks in the last {length} days"
    days = np.floor(plays.between(start, history.end).day).astype(np.int64)
    metrics, rivals = {}, {method: ours}
    for baseline in BASELINES:
        theirs = trial(plays, start, history.end, baseline)
        assert theirs is not None  # Which tracks were known and played does not hang on the method.
        rivals.setdefault(baseline, theirs)
        part = "all" if baseline == BASELINES[0] else f"against_{baseline.replace('_0.5', '')}"
        metrics[part] = _relisten_metrics(
            ours, theirs, baseline, plays.between(start, history.end).track, days
        )
    return Judged(metrics, winner(rivals))


def winner(trials: dict[str, Trial]) -> str:
    """Return the method that did best by the figure that is shown; of equal ones the first.

    That is recall; where the first found every track it could, it says nothing more, and the share of plays
    decides.
    """
    saturated = next(iter(trials.values())).recall >= 1
    return max(trials, key=lambda name: trials[name].play_share if saturated else trials[name].recall)


def _relisten_metrics(ours: Trial, theirs: Trial, baseline: str, played: Codes, days: Codes) -> list[Metric]:
    n = ours.n_wanted
    caught = np.isin(played, ours.listed)
    known = ours.wanted[played] > 0
    share = Clusters(days[known]).interval(
        np.column_stack([caught[known].astype(np.float64), np.ones(int(known.sum()))]),
        lambda sums: sums[..., 0] / sums[..., 1],
    )
    return [
        list_metric(f"recall_at_{TOP}", ours.hits, theirs.hits, baseline, n, gains=np.ones),
        list_metric(f"ndcg_at_{TOP}", ours.hits, theirs.hits, baseline, n, gains=discounts),
        Metric(f"play_share_at_{TOP}", *share, int(known.sum()), baseline, theirs.play_share),
    ]


def discounts(n: int) -> Matrix:
    """Return the discount of each place of a list: 1 / log2(place + 1), from place 1 on."""
    return 1 / np.log2(np.arange(2, n + 2))


def list_metric(
    name: str, hits: Mask, baseline_hits: Mask, baseline: str, n_wanted: int, *, gains: Gains, top: int = TOP
) -> Metric:
    """Score a list: the gains of the places hit over those of the best possible list.

    With equal gains this is recall of at most `top`, with discounts NDCG with one grade. The interval takes
    each place as one draw: normal, with the share of hits moved towards the middle by four more draws.
    """
    weights = gains(top)
    possible = min(top, n_wanted)
    ideal = float(weights[:possible].sum())
    value = float((weights[: len(hits)] * hits).sum()) / ideal
    share = (float(np.sum(hits)) + _PRIOR_HITS) / (possible + _PRIOR_PLACES)
    half = _Z * float(np.sqrt(share * (1 - share) * (weights[:possible] ** 2).sum())) / ideal
    theirs = float((weights[: len(baseline_hits)] * baseline_hits).sum()) / ideal
    low, high = max(value - half, 0.0), min(value + half, 1.0)
    return Metric(name, value, low, high, n_wanted, baseline, theirs)


def judge_discovery(history: History, candidates: Candidates, n_artists: int, n_genres: int) -> Judged | str:
    """Hold out the last fifth of the days: which catalogue tracks first heard then were in the list?

    The baseline is the most popular tracks of the catalogue that were not known; where they are found more
    often, the list is of them from now on.
    """
    plays = history.plays
    start = history.end - HELD_OUT_SHARE * plays.span_days
    past = plays.before(start)
    before = np.unique(history.recording[past.counts() > 0])
    later = history.recording[plays.between(start, history.end).counts() > 0]
    targets = np.setdiff1d(later[later >= 0], before)
    may = allowed(candidates, before, is_simulated=history.is_simulated)
    targets = targets[np.isin(targets, candidates.recording[may])]
    if len(targets) < LEAST_DISCOVERIES:
        return f"{len(targets)} catalogue tracks first heard in the last fifth, {LEAST_DISCOVERIES} needed"
    taste = Taste.of(history, past, n_artists, n_genres)
    ours = discovered(candidates, taste, before, LONG_LIST, is_simulated=history.is_simulated)
    popular = most_popular(candidates, before, LONG_LIST, is_simulated=history.is_simulated)
    hits, theirs = (np.isin(candidates.recording[found], targets) for found in (ours, popular))
    short = [
        list_metric(f"{name}_at_{TOP}", hits[:TOP], theirs[:TOP], POPULARITY, len(targets), gains=gains)
        for name, gains in (("recall", np.ones), ("ndcg", discounts))
    ]
    long = list_metric(
        f"recall_at_{LONG_LIST}", hits, theirs, POPULARITY, len(targets), gains=np.ones, top=LONG_LIST
    )
    return Judged({"all": [*short, long]}, POPULARITY if _loses([short[0], long]) else TASTE)


def _loses(metrics: Sequence[Metric]) -> bool:
    """Say whether the baseline did better by the first figure that tells the two apart."""
    apart = [one for one in metrics if one.value != one.baseline_value]
    return bool(apart) and apart[0].value < apart[0].baseline_value
