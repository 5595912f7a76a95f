"""A sequence of measured tracks that moves from one place in valence and energy to another.

Waypoints lie on the straight line, evenly for the slow pace and early at the target for the fast one; a trial
found no difference between the two (docs/evidence.md 7), so nothing is claimed but the movement. Each step
takes the track with the least cost: distance to the waypoint, rarely played, jump in tempo, a step backwards.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spotiflow.ml.data.features import Codes, Mask, Matrix
from spotiflow.ml.recommend.playlists import ARTIST_GAP, KNOWN_SHARE, other_artists
from spotiflow.ml.recommend.pool import Pool

STEPS = 10
LEAST_STEPS = 3
# Exponents of the share of the way after each step.
ISO, FAST = 1.0, 0.3
PACES = {"path": ISO, "path_fast": FAST}
# Tracks that the start is the mean of.
CURRENT_TRACKS = 5
MOST_RMSE, LEAST_MONOTONE = 0.08, 0.9
# A known track this near is taken before a new one beyond the share of new ones.
NEAR_ENOUGH = 0.06
# A distance that costs as much as the rarest track over the most played one.
NEAR = 0.05
TEMPO_JUMP_BPM, TEMPO_COST = 40.0, 0.2
AFFINITY_COST = 0.3
# A step backwards of NEAR costs this; a new track costs this where a known one is near.
BACKWARDS_COST, NEW_COST = 3.0, 0.3


@dataclass(frozen=True)
class Path:
    """Places in the pool, in order, with the waypoint (valence, energy) each was chosen for."""

    places: Codes
    waypoints: Matrix
    mood: Matrix

    @property
    def rmse(self) -> float:
        """Root of the mean squared distance to the waypoints."""
        return float(np.sqrt(((self.mood - self.waypoints) ** 2).sum(axis=1).mean()))

    @property
    def monotone(self) -> float:
        """Share of the steps that do not lead back along the line from start to target."""
        line = self.waypoints[-1] - self.waypoints[0]
        steps = np.diff(self.mood @ line)
        return float((steps >= -1e-9).mean()) if len(steps) else 1.0


def waypoints(start: Matrix, target: Matrix, n_steps: int, pace: float) -> Matrix:
    """Return p_k = p_0 + (k / (K - 1)) ^ g (p* - p_0): one row per step."""
    share = (np.arange(n_steps) / max(n_steps - 1, 1)) ** pace
    return start + share[:, None] * (target - start)


def path(pool: Pool, start: Matrix, target: Matrix, n_steps: int = STEPS, pace: float = ISO) -> Path:
    """Choose a track for each waypoint; fewer where the pool runs out. No artist twice within three."""
    points = waypoints(start, target, n_steps, pace)
    line = (target - start) / max(float(np.linalg.norm(target - start)), 1e-9)
    along = pool.mood @ line
    chosen: list[int] = []
    for point in points:
        cost = _cost(pool, point, along, chosen)
        may = _may(pool, point, along, chosen, n_steps)
        if not may.any():
            break
        chosen.append(int(np.argmin(np.where(may, cost, np.inf))))
    places = np.array(chosen, dtype=np.int64)
    return Path(places, points[: len(places)], pool.mood[places])


def _may(pool: Pool, point: Matrix, along: Matrix, chosen: list[int], n_steps: int) -> Mask:
    """Say what may come next: not again, not the same artist, and not too many new ones."""
    may = np.ones(len(pool), dtype=bool)
    may[chosen] = False
    may &= other_artists(pool.artist, chosen[-ARTIST_GAP + 1 :])
    n_new = int(pool.is_new[chosen].sum())
    known = may & ~pool.is_new
    if n_new < round((1 - KNOWN_SHARE) * n_steps):
        return may
    fits = known & (((pool.mood - point) ** 2).sum(axis=1) < NEAR_ENOUGH**2)
    if chosen:
        fits &= along >= along[chosen[-1]]
    return known if fits.any() else may


def _cost(pool: Pool, point: Matrix, along: Matrix, chosen: list[int]) -> Matrix:
    distance = np.sqrt(((pool.mood - point) ** 2).sum(axis=1))
    cost = (distance / NEAR) ** 2 + AFFINITY_COST * (1 - pool.affinity) + NEW_COST * pool.is_new
    if chosen:
        last = chosen[-1]
        jump = np.abs(pool.sound["tempo"] - pool.sound["tempo"][last]) / TEMPO_JUMP_BPM
        cost += TEMPO_COST * np.nan_to_num(jump, nan=1.0)
        back = np.maximum(along[last] - along, 0.0)
        cost += np.where(back > 0, BACKWARDS_COST + (back / NEAR) ** 2, 0.0)
    result: Matrix = cost
    return result
