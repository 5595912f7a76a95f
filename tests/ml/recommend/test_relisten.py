"""What to play again: the decay of one's own past, judged on plays it has not seen."""

from __future__ import annotations

import numpy as np
import pytest

from spotiflow.ml.recommend.activation import (
    BASE_LEVEL,
    BASELINES,
    FREQUENCY,
    METHODS,
    RECENCY,
    USUAL,
    Plays,
    Trial,
    activation,
    chosen_method,
    ranked,
    trial,
)
from spotiflow.ml.recommend.backtest import Judged, discounts, judge_relisten, list_metric, winner
from spotiflow.ml.recommend.reasons import Habit
from tests.ml.recommend.histories import FIRST_DAY, one_listener, steady


def _plays(pairs: list[tuple[int, float]]) -> Plays:
    track = np.array([track for track, _ in pairs])
    return Plays(track, np.array([day for _, day in pairs]), int(track.max()) + 1)


def test_activation_is_the_sum_of_the_formula() -> None:
    plays = _plays([(0, 0.0), (1, 1.0), (0, 2.0)])
    ages = np.array([3.0, 1.0])
    hour = 1 / 24
    assert activation(plays, 3.0, BASE_LEVEL)[0] == pytest.approx(((ages + hour) ** -0.5).sum())
    assert activation(plays, 3.0, "half_life_7")[1] == pytest.approx(0.5 ** (2 / 7))
    assert activation(plays, 3.0, USUAL)[1] == pytest.approx((2 + hour) ** -0.25 * 0.5 ** (2 / 30))
    assert activation(plays, 3.0, FREQUENCY).tolist() == [2.0, 1.0]
    assert ranked(plays, 3.0, RECENCY).tolist() == [0, 1]


def test_ties_go_to_the_later_played_then_to_the_first() -> None:
    plays = _plays([(2, 0.0), (0, 1.0), (1, 1.0)])
    assert ranked(plays, 2.0, FREQUENCY).tolist() == [0, 1, 2]


def test_a_track_never_played_is_not_listed() -> None:
    plays = Plays(np.array([1]), np.array([0.0]), 3)
    for method in METHODS:
        assert ranked(plays, 1.0, method).tolist() == [1]


def _phases(days: int, phase_days: int, rng: np.random.Generator) -> list[tuple[int, float]]:
    """Draw a listener who plays 25 tracks for a while and then never again."""
    pairs = []
    for day in range(days):
        for minute in range(12):
            pairs.append((day // phase_days * 25 + int(rng.integers(25)), day + minute / 1000))
    return pairs


def test_the_decay_follows_the_listener() -> None:
    rng = np.random.default_rng(3)
    faithful = _plays(steady(4000, 300))
    fickle = _plays(_phases(240, 40, rng))
    slow = (FREQUENCY, "half_life_90", "base_level_0.25", "base_level_0.25_half_life_90")
    assert chosen_method(faithful) in (USUAL, *slow)
    assert chosen_method(fickle) not in slow


@pytest.mark.parametrize("kind", ["faithful", "fickle"])
def test_the_chosen_method_is_as_good_as_the_best_baseline(kind: str) -> None:
    rng = np.random.default_rng(5)
    plays = _plays(steady(4000, 300) if kind == "faithful" else _phases(240, 40, rng))
    start = float(plays.day[-1]) - 28
    end = start + 28
    ours = trial(plays, start, end, chosen_method(plays.before(start)))
    theirs = [trial(plays, start, end, method) for method in BASELINES]
    assert ours is not None
    assert ours.play_share >= 0.95 * max(one.play_share for one in theirs if one is not None)


def test_what_comes_later_does_not_reach_the_list() -> None:
    known = steady(3000, 200)
    late = [(track, 173.0) for track in range(200, 260)] * 5
    (history,) = one_listener(known + late).histories()
    (without,) = one_listener(known + [(199, 172.5)] * 5).histories()
    assert chosen_method(history.plays.before(FIRST_DAY + 172)) == chosen_method(
        without.plays.before(FIRST_DAY + 172)
    )


def test_metrics_of_a_list_worked_by_hand() -> None:
    hits, none = np.array([True, False, True]), np.array([False, False, False])
    recall = list_metric("recall", hits, none, FREQUENCY, 4, gains=np.ones, top=3)
    assert recall.value == pytest.approx(2 / 3)
    ndcg = list_metric("ndcg", hits, none, FREQUENCY, 4, gains=discounts, top=3)
    assert ndcg.value == pytest.approx((1 + 1 / 2) / (1 + 1 / np.log2(3) + 1 / 2))
    assert recall.low < recall.value < recall.high
    assert recall.baseline_value == 0.0


def test_every_list_is_judged_beside_three_baselines() -> None:
    (history,) = one_listener(steady(4000, 300)).histories()
    found = judge_relisten(history)
    assert isinstance(found, Judged)
    assert list(found.metrics) == ["all", "against_recency", "against_base_level"]
    for metrics in found.metrics.values():
        assert [metric.name for metric in metrics] == ["recall_at_20", "ndcg_at_20", "play_share_at_20"]
        for metric in metrics:
            assert 0 <= metric.low <= metric.value <= metric.high <= 1
            assert metric.n > 0


@pytest.mark.parametrize("n_plays", [1, 50])
def test_a_thin_history_says_what_is_missing(n_plays: int) -> None:
    (history,) = one_listener(steady(n_plays, 20)).histories()
    assert "200 needed" in str(judge_relisten(history))
    assert len(ranked(history.plays, history.end, chosen_method(history.plays))) >= 1


def test_reasons_count_what_was_played() -> None:
    days = [0, 1, 2, 35, 40, 100]
    (history,) = one_listener([(0, float(day)) for day in days] + [(1, 172.0), (2, 100.0)]).histories()
    habit = Habit.of(history.plays, history.local_day)
    month = np.datetime64(FIRST_DAY, "D").astype(object)
    assert habit.again(0) == f"3 plays in {month:%b %Y}, none for 72 days"
    assert habit.again(2).startswith("1 play, on ")
    assert habit.again(1).startswith("1 play, on ")


def _trial(caught: int, plays: float) -> Trial:
    """A list of 20 of which `caught` tracks were played, the first of them `plays` times; 20 were wanted."""
    wanted = np.zeros(60)
    wanted[:caught] = 1
    wanted[0] = plays
    wanted[20 : 40 - caught] = 1
    return Trial(wanted, np.arange(20))


def test_a_baseline_that_did_better_is_what_the_list_is_made_by() -> None:
    assert winner({"own": _trial(12, 1), FREQUENCY: _trial(13, 1)}) == FREQUENCY
    assert winner({"own": _trial(12, 1), FREQUENCY: _trial(12, 9)}) == "own"


def test_where_every_track_was_found_the_share_of_plays_decides() -> None:
    assert winner({"own": _trial(20, 1), FREQUENCY: _trial(20, 1)}) == "own"
    full, worse = _trial(20, 1), Trial(np.append(_trial(20, 1).wanted, 30.0), np.arange(20))
    assert winner({"own": worse, FREQUENCY: full}) == FREQUENCY


def test_the_method_that_was_judged_is_the_one_in_use() -> None:
    (history,) = one_listener(steady(4000, 300)).histories()
    found = judge_relisten(history)
    assert isinstance(found, Judged)
    usual = chosen_method(history.plays.before(history.end - 28))
    # Every one of the 20 was played, so the share of plays tells the methods apart.
    assert found.metrics["all"][0].value == 1
    shares = {metrics[2].baseline_name: metrics[2] for metrics in found.metrics.values()}
    ours = shares[FREQUENCY].value
    best = max(shares, key=lambda name: shares[name].baseline_value)
    assert found.method == (best if shares[best].baseline_value > ours else usual)
