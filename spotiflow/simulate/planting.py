"""Plant an effect of the size that is claimed, whatever the listener's taste and how much they listen.

Draws are thinned by exp(tilt * energy): how far that moves the mean hangs on how much the energy of a
listener's own music varies. So the move is worked out from their weights over all tracks, and the tilt read
off it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from spotiflow.simulate.clock import Plan
from spotiflow.simulate.effects import (
    DAY_ENDS,
    RHYTHM_PEAK_HOUR,
    RHYTHM_SIZE,
    WEEK_DEVIATIONS,
    WEEKEND_SIZE,
    planted_week,
)
from spotiflow.simulate.features import Floats, Ints
from spotiflow.simulate.taste import Weights
from spotiflow.simulate.world import MOST_ENERGY, World

# Of planned rows, the share that becomes plays of 30 s (habits.skip_shares), and of these the share whose
# energy the catalogue knows (habits.catalogue_share; its tracks run out sooner).
_HEARD, _MEASURED = 0.65, 0.55
# A week is held against this many before it, those with so many sessions (dbt vars baseline_week_days and
# gate_week_sessions).
_WEEKS_BEFORE, _LEAST_SESSIONS = 26, 5
_BIN = 0.01
_TILTS = np.linspace(-1.5, 1.5, 121)


@dataclass(frozen=True)
class Planted:
    """What is planted. tilt: for each session, as `Moment` has it; size: see `effects.Truth`."""

    tilt: Floats
    size: float | None


@dataclass(frozen=True)
class OwnEnergy:
    """How the energy of a listener's music is spread, in standard deviations of the energy of all tracks.

    moved: how far the mean moves when draws are thinned with each of `_TILTS`.
    """

    deviation: float
    moved: Floats

    def tilt_for(self, shift: Floats) -> Floats:
        """Return the tilts that move the mean by so much."""
        return np.asarray(np.interp(shift, self.moved, _TILTS), dtype=np.float64)


def own_energy(world: World, weights: Weights) -> OwnEnergy:
    """Work out the spread of energy under cumulated weights over all tracks."""
    bins = np.rint(world.sound_scores[0] / _BIN).astype(np.int64)
    mass = np.bincount(bins - bins.min(), weights=np.diff(np.asarray(weights)))
    energy = _BIN * (bins.min() + np.arange(len(mass)))
    counted = np.clip(energy, -MOST_ENERGY, MOST_ENERGY)
    # Products and sums, no matrix product: that differs from machine to machine in the last bit.
    thinned = mass * np.exp(_TILTS[:, None] * counted)
    means = (thinned * energy).sum(axis=1) / thinned.sum(axis=1)
    mean = (mass * energy).sum() / mass.sum()
    deviation = np.sqrt((mass * (energy - mean) ** 2).sum() / mass.sum())
    return OwnEnergy(float(deviation), means - mean)


def plant(effect: str, plan: Plan, own: OwnEnergy, first: date, days: int) -> Planted:
    """Return what an effect that moves energy means for each planned session of a listener."""
    if effect == "weekend":
        weekday = (first.weekday() + plan.day) % 7
        return Planted(own.tilt_for(np.where(weekday >= 5, WEEKEND_SIZE, 0.0)), WEEKEND_SIZE)
    if effect == "rhythm":
        wave = RHYTHM_SIZE * np.cos(2 * np.pi * (plan.local_hour - RHYTHM_PEAK_HOUR) / 24)
        return Planted(own.tilt_for(wave), RHYTHM_SIZE)
    week = _weeks_from(plan, first, planted_week(first, days))
    size = round(WEEK_DEVIATIONS * own.deviation * _deviation_of_weeks(plan, week), 3)
    return Planted(own.tilt_for(np.where(week == 0, size, 0.0)), size)


def _weeks_from(plan: Plan, first: date, monday: date) -> Ints:
    """Return in which listening week each session falls; 0 is the one that begins on `monday`."""
    listening_day = plan.day - (plan.local_hour < DAY_ENDS)
    return np.asarray((listening_day - (monday - first).days) // 7, dtype=np.int64)


def _deviation_of_weeks(plan: Plan, week: Ints) -> float:
    """Return the deviation of week means, in deviations of single plays: the root of the mean of 1/n."""
    back = np.where((week < 0) & (week >= -_WEEKS_BEFORE), -week, 0)
    sessions = np.bincount(back, minlength=_WEEKS_BEFORE + 1)[1:]
    rows = np.bincount(back, weights=plan.n_rows, minlength=_WEEKS_BEFORE + 1)[1:]
    rows = rows[sessions >= _LEAST_SESSIONS]
    if not len(rows):
        # Nobody will compare these weeks: any size is as good.
        rows = np.array([float(plan.n_rows.sum())])
    return float(np.sqrt((1 / (rows * _HEARD * _MEASURED)).mean()))
