"""Which version serves: the rule a challenger has to pass (mood_science section 7).

Champion and challenger predict the same frozen test; artists are drawn with replacement and both losses
taken over the same draw, so that what is compared is the difference and not two noisy numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ml.evaluate import Clusters, relative_gain
from ml.features import Codes, Mask, Matrix

LEAST_TEST_UNITS = 200
LEAST_GAIN = 0.01
WORST_SLICE_LOSS = 0.03
COVERAGE_BAND = (0.87, 0.93)


@dataclass(frozen=True)
class Trial:
    """What one model did on the frozen test.

    loss: of each test row. slices: rows that must not get worse. coverage: of its 90 % interval, if any.
    rooted: losses are squared errors and compared as RMSE.
    """

    loss: Matrix
    rooted: bool
    coverage: float | None = None
    slices: dict[str, Mask] = field(default_factory=dict)


@dataclass(frozen=True)
class Decision:
    """Whether the challenger becomes champion, and the reason in words."""

    promote: bool
    rule: str


def decide(challenger: Trial, champion: Matrix | None, baseline: Matrix, clusters: Codes) -> Decision:
    """Apply the rule. champion, baseline: losses of the same rows; champion is None where none serves."""
    drawn = Clusters(clusters)
    if drawn.n_rows < LEAST_TEST_UNITS:
        return Decision(False, f"insufficient evidence: {drawn.n_rows} test tracks, {LEAST_TEST_UNITS} needed")
    over_mean = relative_gain(challenger.loss, baseline, drawn, rooted=challenger.rooted)
    if not over_mean[1] > 0:
        return Decision(False, f"kept: no clear gain over the baseline ({_gain(over_mean)})")
    if champion is None:
        return Decision(True, f"first to serve: beats the baseline by {_gain(over_mean)}")
    return _against_champion(challenger, champion, clusters, drawn)


def _against_champion(challenger: Trial, champion: Matrix, clusters: Codes, drawn: Clusters) -> Decision:
    gain = relative_gain(challenger.loss, champion, drawn, rooted=challenger.rooted)
    if not (gain[1] > 0 and gain[0] >= LEAST_GAIN):
        return Decision(False, f"kept: gain over the champion {_gain(gain)}, at least 1 % and clear needed")
    for name, rows in challenger.slices.items():
        part = relative_gain(
            challenger.loss[rows], champion[rows], Clusters(clusters[rows]), rooted=challenger.rooted
        )
        if part[0] < -WORST_SLICE_LOSS:
            return Decision(False, f"kept: {-part[0]:.1%} worse on {name}")
    low, high = COVERAGE_BAND
    if challenger.coverage is not None and not low <= challenger.coverage <= high:
        return Decision(False, f"kept: its 90 % intervals hold {challenger.coverage:.1%}")
    return Decision(True, f"promoted: gain over the champion {_gain(gain)}")


def _gain(gain: tuple[float, float, float]) -> str:
    value, low, high = (float(np.round(part, 4)) for part in gain)
    return f"{value:.1%}, 95 % {low:.1%} to {high:.1%}"
