"""Zones: clusters are found where they were planted and nowhere else."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from spotiflow.ml.data.features import MOODS, mood_codes
from spotiflow.ml.zones.divisions import (
    FEATURES,
    FIXED,
    KMEANS,
    LEAST_TRACKS,
    Zones,
    find_zones,
    noise_like,
)


def _zones(points: np.ndarray) -> Zones:
    with threadpool_limits(1):
        found = find_zones(pd.DataFrame(points, columns=list(FEATURES)))
    assert isinstance(found, Zones)
    return found


@pytest.fixture(scope="module")
def planted() -> Zones:
    draw = np.random.default_rng(1)
    return _zones(np.vstack([draw.normal(centre, 0.04, (120, 6)) for centre in (0.2, 0.5, 0.8)]))


@pytest.fixture(scope="module")
def cloud() -> Zones:
    return _zones(np.random.default_rng(2).normal(0.5, 0.12, (360, 6)))


def test_planted_clusters_are_found(planted: Zones) -> None:
    assert (planted.served.method, planted.served.n_zones) == (KMEANS, 3)
    assert planted.served.is_clustered
    assert np.bincount(planted.served.zone).tolist() == [120, 120, 120]
    assert planted.served.zone[0] == 0
    assert planted.served.stability > 0.95


def test_a_cloud_has_none_and_the_fixed_zones_serve(cloud: Zones) -> None:
    assert cloud.served.method == FIXED
    assert not any(one.is_clustered for one in cloud.divisions if one.method != FIXED)


def test_a_few_odd_tracks_are_no_cluster() -> None:
    draw = np.random.default_rng(3)
    points = np.vstack([draw.normal(0.3, 0.04, (300, 6)), draw.normal(0.9, 0.02, (6, 6))])
    assert _zones(points).served.method == FIXED


def test_fixed_zones_are_the_mood_categories() -> None:
    points = np.random.default_rng(4).uniform(0, 1, (200, 6))
    fixed = _zones(points).divisions[0]
    assert fixed.method == FIXED
    assert fixed.n_zones == len(MOODS)
    assert fixed.zone.tolist() == mood_codes(points[:, 0], points[:, 1]).tolist()


def test_noise_keeps_the_box_and_loses_the_structure() -> None:
    draw = np.random.default_rng(5)
    points = np.vstack([draw.normal(centre, 0.02, (300, 2)) for centre in (0.2, 0.8)])
    noise = noise_like(points, 1)
    assert noise.min() > points.min() - 0.1
    assert noise.max() < points.max() + 0.1
    assert ((noise > 0.4) & (noise < 0.6)).any(axis=1).mean() > 0.15


def test_too_few_tracks_and_missing_values_say_so() -> None:
    rows = pd.DataFrame(np.full((LEAST_TRACKS, 6), np.nan), columns=list(FEATURES))
    assert find_zones(rows) == "not enough data yet: 0 measured tracks, 60 needed"


def test_a_constant_feature_does_no_harm() -> None:
    points = np.random.default_rng(6).normal(0.5, 0.1, (100, 6))
    points[:, 3] = 0.0
    assert np.isfinite([one.silhouette for one in _zones(points).divisions]).all()
