"""Which version is in use: the rule a challenger has to pass.

Champion and challenger predict the same frozen test; artists are drawn with replacement and both losses
taken over the same draw, so that what is compared is the difference and not two noisy numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

from spotiflow.ml.data.evaluate import Clusters, relative_gain
from spotiflow.ml.data.features import Codes, Matrix

LEAST_TEST_UNITS = 200
LEAST_GAIN = 0.01
WORST_SLICE_LOSS = 0.03
COVERAGE_BAND = (0.87, 0.93)


@dataclass(frozen=True)
class Trial:
    """What one model did on the frozen test.

    losses: of each test row, per slice; `all` is the one that has to gain, the others must not lose.
    rooted: losses are squared errors and compared as RMSE. coverage: of its 90 % interval, if any.
    """

    losses: dict[str, Matrix]
    rooted: bool
    coverage: float | None = None


@dataclass(frozen=True)
class Decision:
    """Whether the challenger becomes champion, and the reason in words."""

    promote: bool
    rule: str


def decide(challenger: Trial, champion: Trial | None, baseline: Matrix, clusters: Codes) -> Decision:
    """Apply the rule. champion: None where none is in use. baseline: losses of the same rows."""
    drawn = Clusters(clusters)
    if drawn.n_rows < LEAST_TEST_UNITS:
        return Decision(
            False, f"insufficient evidence: {drawn.n_rows} test tracks, {LEAST_TEST_UNITS} needed"
        )
    rooted = challenger.rooted
    over_baseline = relative_gain(challenger.losses["all"], baseline, drawn, rooted=rooted)
    if not over_baseline[1] > 0:
        return Decision(False, f"kept: no clear gain over the baseline ({_gain(over_baseline)})")
    if champion is None:
        return Decision(True, f"first in use: beats the baseline by {_gain(over_baseline)}")
    gains = {
        name: relative_gain(challenger.losses[name], champion.losses[name], drawn, rooted=rooted)
        for name in challenger.losses
        if name in champion.losses
    }
    return _against_champion(gains, challenger.coverage)


def _against_champion(gains: dict[str, tuple[float, float, float]], coverage: float | None) -> Decision:
    gain = gains["all"]
    if not (gain[1] > 0 and gain[0] >= LEAST_GAIN):
        return Decision(False, f"kept: gain over the champion {_gain(gain)}; clear and 1 % needed")
    worse = [f"{-part[0]:.1%} on {name}" for name, part in gains.items() if part[0] < -WORST_SLICE_LOSS]
    if worse:
        return Decision(False, f"kept: worse by {', '.join(worse)}")
    low, high = COVERAGE_BAND
    if coverage is not None and not low <= coverage <= high:
        return Decision(False, f"kept: its 90 % intervals hold {coverage:.1%}")
    return Decision(True, f"promoted: gain over the champion {_gain(gain)}")


def _gain(gain: tuple[float, float, float]) -> str:
    value, low, high = gain
    return f"{value:.1%}, 95 % {low:.1%} to {high:.1%}"
