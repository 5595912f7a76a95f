"""Tracks that the catalogue lacks: their level and spread, where selection hangs on the value itself."""

from __future__ import annotations

import numpy as np
import pytest

from spotiflow.ml.completion.unlike import half_width_of, shift_of
from spotiflow.ml.data.features import Mask, Matrix


def _people(slope: float, seed: int, *, by_prediction: bool = False) -> tuple[Matrix, Matrix, Mask]:
    """Draw predictions, errors, and which tracks the catalogue has: the more, the higher the value."""
    draw = np.random.default_rng(seed)
    predicted, error = 0.2 * draw.normal(size=3000), 0.15 * draw.normal(size=3000)
    hangs_on = predicted if by_prediction else predicted + error
    return predicted, error, slope * hangs_on + draw.logistic(size=3000) > 0


def _shift(predicted: Matrix, error: Matrix, is_measured: Mask) -> float:
    return shift_of(predicted[is_measured], predicted[~is_measured], error[is_measured])


@pytest.mark.parametrize("slope", [-5.0, 5.0])
def test_a_shift_that_hangs_on_the_value_is_found_in_part(slope: float) -> None:
    """What is lacking is quieter, given the same prediction; the own data tell some of it and not too much."""
    for seed in range(5):
        predicted, error, is_measured = _people(slope, seed)
        true = error[~is_measured].mean() - error[is_measured].mean()
        found = _shift(predicted, error, is_measured)
        assert 0.25 <= found / true <= 0.9


def test_without_selection_there_is_no_shift() -> None:
    found = [_shift(*_people(0.0, seed)) for seed in range(20)]
    assert np.abs(found).max() < 0.01


def test_a_shift_is_bounded_and_nothing_comes_of_nothing() -> None:
    """What hangs on the prediction alone looks the same, so no shift may be larger than an error."""
    predicted, error, is_measured = _people(200.0, 1, by_prediction=True)
    assert abs(_shift(predicted, error, is_measured)) <= error[is_measured].std()
    assert shift_of(np.zeros(100), np.zeros(100), error[:100]) == 0
    assert shift_of(predicted[:100], predicted[:5], error[:100]) == 0


def test_widths_are_wider_than_what_held_the_measured_and_draw_to_the_catalogues() -> None:
    errors = 0.1 * np.random.default_rng(1).normal(size=4000)
    usual = half_width_of(errors, 0.16, 0.16, "valence")
    assert 0.16 < usual < half_width_of(errors, 0.16, 0.16, "energy") < 0.2
    assert half_width_of(errors, 0.16, 0.3, "valence") > usual > half_width_of(errors, 0.16, 0.1, "valence")
    assert np.isfinite(half_width_of(errors, 0.16, float("nan"), "valence"))


def test_intervals_hold_where_the_catalogue_has_the_loud_ones() -> None:
    """Without the shift and the spread they would not."""
    held, before = [], []
    for seed in range(10):
        predicted, error, is_measured = _people(4.0, seed)
        left = ~is_measured
        own = float(np.quantile(np.abs(error[is_measured]), 0.9))
        width = half_width_of(error[is_measured], own, own, "energy")
        found = _shift(predicted, error, is_measured)
        held.append((np.abs(error[left] - error[is_measured].mean() - found) <= width).mean())
        before.append((np.abs(error[left] - error[is_measured].mean()) <= own).mean())
    assert 0.86 <= np.mean(held) <= 0.94
    assert np.mean(before) < np.mean(held)
