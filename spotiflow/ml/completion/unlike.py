"""How the tracks that the catalogue lacks differ from those it has: in their level and in their spread.

What a catalogue has of a person's tracks is no random part of them, so errors on measured tracks are too kind.
Let the odds that the catalogue has a track be exp(a + b value). Then, of tracks with the same prediction and
normal errors, those it lacks lie lower by b times the errors' variance; and b is the slope of the log odds of
being measured on the prediction, which a listener's own tracks tell. They tell it badly where predictions vary
little, and where genres or artists are missing for other reasons: then most of the shift is left to the width.
The constants were chosen over listeners drawn from cut catalogues (`benchmarks.intervals`, docs/evidence.md 3).
"""

from __future__ import annotations

import numpy as np

from spotiflow.ml.data.features import Mask, Matrix

LEVEL, NORMAL_90 = 0.9, 1.645
# How far the slope is doubted: it is trusted fully only where predictions vary much more than errors do. With
# less doubt levels are better where loud tracks are the known ones, and levels worse where they are not.
DOUBT = 1.5
# The weight of the listener's own width; the rest is the catalogue's, in logarithms. A narrow taste among what
# the catalogue has need not be one among what it lacks.
OWN_SHARE = 0.9
# Deviation of the shift that nothing tells, in deviations of the errors. Sound decides most over what is
# popular, so what hangs on loudness shifts most.
SPREAD = 0.2
SPREADS = {"energy": 0.45, "loudness": 0.45, "acousticness": 0.45}
LEAST_ROWS, MOST_STEPS, RIDGE = 20, 25, 1.0


def shift_of(measured: Matrix, others: Matrix, errors: Matrix) -> float:
    """Return by how much the tracks that nobody measured lie beside their predictions.

    measured, others: predictions of the measured tracks, by models that did not see them, and of the others.
    errors: of the former.
    """
    predicted = np.concatenate([measured, others])
    spread, noise = float(predicted.var()), float(errors.var())
    if min(len(measured), len(others)) < LEAST_ROWS or spread <= 0 or noise <= 0:
        return 0.0
    is_measured = np.arange(len(predicted)) < len(measured)
    trust = spread / (spread + DOUBT**2 * noise)
    limit = float(np.sqrt(noise))
    return float(np.clip(-trust * _slope(predicted, is_measured) * noise, -limit, limit))


def _slope(predicted: Matrix, is_measured: Mask) -> float:
    """Return the slope of the log odds (Newton's method, with a small ridge against perfect separation)."""
    scale = float(predicted.std())
    inputs = np.column_stack([np.ones(len(predicted)), (predicted - predicted.mean()) / scale])
    penalty, weights = np.diag([1e-6, RIDGE]), np.zeros(2)
    for _ in range(MOST_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(inputs @ weights, -30, 30)))
        gradient = inputs.T @ (is_measured - chance) - penalty @ weights
        curvature = (inputs * (chance * (1 - chance))[:, None]).T @ inputs + penalty
        step = np.linalg.solve(curvature, gradient)
        weights = weights + step
        if np.abs(step).max() < 1e-9:
            break
    return float(weights[1]) / scale


def half_width_of(errors: Matrix, own: float, catalogue: float, target: str) -> float:
    """Return the half width of 90 % for tracks that nobody measured.

    own: half width that held 90 % of the measured ones, with `errors`. catalogue: that of the catalogue.
    """
    mixed = own**OWN_SHARE * catalogue ** (1 - OWN_SHARE) if own > 0 and catalogue > 0 else own
    return float(np.hypot(mixed, NORMAL_90 * SPREADS.get(target, SPREAD) * errors.std()))
