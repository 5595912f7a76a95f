"""Who serves: a better challenger is promoted, an equal and a worse one are not."""

from __future__ import annotations

import numpy as np
import pytest

from spotiflow.ml.engine.promotion import Decision, Trial, decide

CLUSTERS = np.arange(600) // 3
ERROR = np.random.default_rng(3).normal(0, 0.2, 600) ** 2
BASELINE = ERROR * 2


def _trial(factor: float, *, hidden: float | None = None, coverage: float | None = 0.9) -> Trial:
    losses = {"all": ERROR * factor, "genre_hidden": ERROR * (factor if hidden is None else hidden)}
    return Trial(losses, rooted=True, coverage=coverage)


def _decide(challenger: Trial, champion: Trial | None = None) -> Decision:
    return decide(challenger, champion, BASELINE, CLUSTERS)


def test_the_first_version_serves_when_it_beats_the_baseline() -> None:
    assert _decide(_trial(1.0)).promote


def test_a_first_version_that_does_not_beat_the_baseline_does_not_serve() -> None:
    decision = _decide(_trial(2.0))
    assert not decision.promote
    assert "no clear gain over the baseline" in decision.rule


@pytest.mark.parametrize(
    ("challenger", "promoted", "words"),
    [
        (_trial(0.9), True, "promoted: gain over the champion 5.1%"),
        (_trial(1.0), False, "kept: gain over the champion 0.0%"),
        (_trial(1.1), False, "kept: gain over the champion"),
        (_trial(0.99), False, "clear and 1 % needed"),
        (_trial(0.9, hidden=1.1), False, "worse by 4.9% on genre_hidden"),
        (_trial(0.9, coverage=0.8), False, "90 % intervals hold 80.0%"),
        (_trial(0.9, coverage=None), True, "promoted"),
    ],
)
def test_a_challenger_has_to_pass_the_whole_rule(challenger: Trial, promoted: bool, words: str) -> None:
    decision = _decide(challenger, _trial(1.0))
    assert decision.promote is promoted
    assert words in decision.rule


def test_too_few_test_tracks_are_insufficient_evidence() -> None:
    few = Trial({"all": ERROR[:100] / 10}, rooted=True)
    decision = decide(few, None, BASELINE[:100], CLUSTERS[:100])
    assert decision == Decision(False, "insufficient evidence: 100 test tracks, 200 needed")
