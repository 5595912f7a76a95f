"""Zones of a listener's music: are there clusters at all, or only a plane to divide?

Fixed zones cut the plane of valence and energy as gold's mood categories do. K-means and Gaussian mixtures
look for groups in six features; each is judged by its silhouette less that of points without structure in
the same box, and by how well it finds the same groups in resampled tracks (adjusted Rand index). A silhouette
alone proves nothing: uniform noise has .4 in two dimensions (docs/evidence.md 7).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from spotiflow.ml.data.features import (
    MOODS,
    Codes,
    Matrix,
    mood_codes,
)
from spotiflow.ml.data.reproducible import SEED

FEATURES = ("valence", "energy", "danceability", "acousticness", "instrumentalness", "tempo")
KMEANS, MIXTURE, FIXED = "k_means", "gaussian_mixture", "fixed"
N_ZONES = range(2, 7)
LEAST_TRACKS = 60
# Silhouettes and fits are taken over a sample of this size: they no longer change with more.
SAMPLE = 500
N_NOISE, N_BOOTSTRAPS = 3, 5
# Groups are called clusters from this silhouette over noise on, if found again this well and none is a
# handful of odd tracks.
LEAST_OVER_NOISE, LEAST_STABILITY, LEAST_ZONE_SHARE = 0.1, 0.8, 0.05

Fit = Callable[[Matrix, int, int], "Assign"]
Assign = Callable[[Matrix], Codes]


@dataclass(frozen=True)
class Division:
    """One way to divide a listener's tracks, and what speaks for it.

    zone: of each track, from 0. silhouettes: of the tracks of a sample.
    """

    method: str
    n_zones: int
    zone: Codes
    silhouettes: Matrix
    silhouette_of_noise: float
    stability: float

    @property
    def silhouette(self) -> float:
        """Mean silhouette, -1 to 1; NaN where all tracks are in one zone."""
        return float(self.silhouettes.mean()) if len(self.silhouettes) else float("nan")

    @property
    def over_noise(self) -> float:
        """Silhouette less that of points without structure."""
        return self.silhouette - self.silhouette_of_noise

    @property
    def is_clustered(self) -> bool:
        """Whether the zones are clusters and not only a division."""
        smallest = np.bincount(self.zone, minlength=self.n_zones).min() / len(self.zone)
        is_apart = self.over_noise >= LEAST_OVER_NOISE and self.stability >= LEAST_STABILITY
        return bool(is_apart and smallest >= LEAST_ZONE_SHARE)


@dataclass(frozen=True)
class Zones:
    """All divisions that were tried for a listener, and the one that is shown."""

    divisions: list[Division]
    served: Division


def find_zones(tracks: pd.DataFrame) -> Zones | str:
    """Divide measured tracks (FEATURES); a sentence where there are too few.

    Shown are the k-means zones with the highest silhouette over noise, if they are clusters; else the fixed
    ones. Mixtures are less stable and only compared.
    """
    values = tracks[list(FEATURES)].to_numpy(dtype=np.float64, na_value=np.nan)
    complete = ~np.isnan(values).any(axis=1)
    if complete.sum() < LEAST_TRACKS:
        return f"not enough data yet: {int(complete.sum())} measured tracks, {LEAST_TRACKS} needed"
    points = _standardised(values, complete)
    fixed = _fixed(values, points, complete)
    found = [_divide(method, n, points, complete) for method in (KMEANS, MIXTURE) for n in N_ZONES]
    clustered = [one for one in found if one.method == KMEANS and one.is_clustered]
    served = max(clustered, key=lambda one: one.over_noise) if clustered else fixed
    return Zones([fixed, *found], served)


def _standardised(values: Matrix, complete: np.ndarray) -> Matrix:
    mean, deviation = values[complete].mean(axis=0), values[complete].std(axis=0)
    points: Matrix = np.nan_to_num((values - mean) / np.where(deviation > 0, deviation, 1.0))
    return points


def _sample(points: Matrix, seed: int) -> Matrix:
    draw = np.random.default_rng(seed)
    if len(points) <= SAMPLE:
        return points
    return points[draw.choice(len(points), SAMPLE, replace=False)]


def noise_like(points: Matrix, seed: int) -> Matrix:
    """Draw as many points evenly from the box of the points, turned to their principal axes.

    The reference of the gap statistic (Tibshirani, Walther and Hastie 2001); of each axis the middle 98 %.
    """
    centre = points.mean(axis=0)
    axes = np.linalg.svd(points - centre, full_matrices=False)[2]
    along = (points - centre) @ axes.T
    low, high = np.percentile(along, [1, 99], axis=0)
    drawn: Matrix = np.random.default_rng(seed).uniform(low, high, along.shape) @ axes + centre
    return drawn


def _kmeans(points: Matrix, n_zones: int, seed: int) -> Assign:
    from sklearn.cluster import KMeans

    model = KMeans(n_zones, n_init=3, random_state=seed).fit(points)
    return lambda rows: model.predict(rows).astype(np.int64)


def _mixture(points: Matrix, n_zones: int, seed: int) -> Assign:
    from sklearn.mixture import GaussianMixture

    model = GaussianMixture(n_zones, random_state=seed, reg_covar=1e-3, max_iter=60).fit(points)
    return lambda rows: model.predict(rows).astype(np.int64)


FITS: dict[str, Fit] = {KMEANS: _kmeans, MIXTURE: _mixture}


def _divide(method: str, n_zones: int, points: Matrix, complete: np.ndarray) -> Division:
    fit = FITS[method]
    sample = _sample(points[complete], SEED)
    assign = fit(sample, n_zones, SEED)
    noises = [noise_like(sample, SEED + draw) for draw in range(N_NOISE)]
    of_noise = [silhouettes(noise, fit(noise, n_zones, SEED)(noise)).mean() for noise in noises]
    return Division(
        method,
        n_zones,
        _by_valence(assign(points), points),
        silhouettes(sample, assign(sample)),
        float(np.mean(of_noise)),
        _stability(fit, n_zones, sample, assign(sample)),
    )


def _fixed(values: Matrix, points: Matrix, complete: np.ndarray) -> Division:
    """Cut by the mood categories: a division by rule, which is stable by definition.

    Where valence and energy are unknown a track has none and stands with Neutral, as it does in the middle.
    """
    mood = np.nan_to_num(values[:, :2], nan=0.5)
    zone = mood_codes(mood[:, 0], mood[:, 1])
    sample = np.random.default_rng(SEED).permutation(np.flatnonzero(complete))[:SAMPLE]
    found = silhouettes(points[sample], zone[sample])
    noise = noise_like(points[complete], SEED)[:SAMPLE]
    spread = values[complete].std(axis=0)[:2]
    back = noise[:, :2] * np.where(spread > 0, spread, 1.0) + values[complete].mean(axis=0)[:2]
    of_noise = silhouettes(noise, mood_codes(back[:, 0], back[:, 1]))
    return Division(FIXED, len(MOODS), zone, found, float(of_noise.mean()) if len(of_noise) else 0.0, 1.0)


def silhouettes(points: Matrix, zone: Codes) -> Matrix:
    """Return the silhouette of each point, -1 to 1; none where only one zone is left."""
    from sklearn.metrics import silhouette_samples

    if not 2 <= len(np.unique(zone)) < len(points):
        return np.array([])
    found: Matrix = silhouette_samples(points, zone)
    return found


def _stability(fit: Fit, n_zones: int, sample: Matrix, zone: Codes) -> float:
    """Return the mean adjusted Rand index between the zones and those of resampled tracks."""
    from sklearn.metrics import adjusted_rand_score

    draw = np.random.default_rng(SEED)
    agreement = []
    for turn in range(N_BOOTSTRAPS):
        rows = draw.integers(0, len(sample), len(sample))
        agreement.append(adjusted_rand_score(zone, fit(sample[rows], n_zones, SEED + turn)(sample)))
    return float(np.mean(agreement))


def _by_valence(zone: Codes, points: Matrix) -> Codes:
    """Number the zones by their mean valence, so that numbers do not hang on chance."""
    present = np.unique(zone)
    means = [points[zone == one, 0].mean() for one in present]
    rank = {int(one): place for place, one in enumerate(present[np.argsort(means)])}
    return np.array([rank[int(one)] for one in zone], dtype=np.int64)
