"""Statistics of tracks, which come in clusters (artists), against least squares with a cluster covariance."""

from __future__ import annotations

import math
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tests.dbt.rendering import macros, rows, table

FILES = [
    f"statistics/{name}.sql" for name in ("spread", "intervals", "p_values", "correlations", "contrasts")
]
M = macros(*FILES)


def tracks(seed: int, artists: int = 90, each: int = 5) -> tuple[Any, Any, Any]:
    """Two values of tracks whose artists have a taste in both, unrelated to each other."""
    draw = np.random.default_rng(seed)
    artist = np.repeat(np.arange(artists), each)
    x, y = (draw.normal(size=artists)[artist] + draw.normal(size=artists * each) for _ in range(2))
    return artist, x, y + 100


def correlations(samples: list[tuple[Any, Any, Any]]) -> list[dict[str, float]]:
    """The correlation of each sample, all in one query."""
    names = ["r", "n_effective", "low", "high", "p_value"]
    frames = [
        pd.DataFrame({"run": run, "artist": artist, "x": x, "y": y})
        for run, (artist, x, y) in enumerate(samples)
    ]
    sql = f"""
        with units as (
            select run, artist, {M.standardised("x", "run")} as zx, {M.standardised("y", "run")} as zy
            from tracks
        ),
        correlations as (select run, count(*) as n, {M.pearson("zx", "zy")} as any_r from units group by run),
        artists as (
            select run, sum(zx * zy) as product, sum(zx * zx + zy * zy) / 2 as square
            from units group by run, artist
        ),
        spreads as (
            select run, count(*) as clusters, {M.spread_of_r("product", "square", "max(any_r)")} as spread
            from artists inner join correlations using (run) group by run
        ),
        compared as (
            select *, {M.clustered_correlation("n", "clusters", "spread")}
            from correlations inner join spreads using (run)
        ),
        tested as (select *, {M.two_sided_p_t("t_value", "df")} as p_value from compared)
        select r, n_effective, {M.fisher_bound("r", "n_effective", "low")} as low,
            {M.fisher_bound("r", "n_effective", "high")} as high, p_value from tested order by run"""
    with duckdb.connect() as db:
        db.register("tracks", pd.concat(frames))
        return [dict(zip(names, row, strict=True)) for row in db.execute(sql).fetchall()]


@pytest.mark.parametrize("seed", range(4))
def test_correlation_has_the_standard_error_of_its_clusters(seed: int) -> None:
    artist, x, y = tracks(seed)
    (found,) = correlations([(artist, x, y)])
    zx, zy = (x - x.mean()) / x.std(), (y - y.mean()) / y.std()
    r = float(np.mean(zx * zy))
    shares = np.bincount(artist, weights=zx * zy - r * (zx**2 + zy**2) / 2)
    error = math.sqrt(90 / 89 * float((shares**2).sum())) / len(x)
    n = min(len(x), 3 + ((1 - r * r) / error) ** 2)
    assert found["r"] == pytest.approx(r, abs=1e-12)
    assert found["n_effective"] == pytest.approx(n, rel=1e-9)
    t = math.atanh(r) * math.sqrt(n - 3)
    assert found["p_value"] == pytest.approx(2 * stats.t.sf(abs(t), 89), abs=1e-9)
    assert math.atanh(found["high"]) - math.atanh(r) == pytest.approx(1.959964 / math.sqrt(n - 3), rel=1e-6)


def test_tracks_of_alike_artists_count_as_fewer_and_raise_no_false_alarms() -> None:
    samples = [tracks(seed) for seed in range(100, 300)]
    found = correlations(samples)
    naive = [stats.pearsonr(x, y).pvalue for _, x, y in samples]
    assert np.mean([one["n_effective"] for one in found]) < 450 / 1.5
    assert np.mean([p < 0.05 for p in naive]) > 0.15
    assert np.mean([one["p_value"] < 0.05 for one in found]) == pytest.approx(0.05, abs=0.04)


def test_independent_tracks_count_in_full() -> None:
    draw = np.random.default_rng(5)
    x = draw.normal(size=400)
    (found,) = correlations([(np.arange(400), x, x + 2 * draw.normal(size=400))])
    assert found["n_effective"] == pytest.approx(400, rel=0.1)


def contrast(artist: Any, value: Any, positive: Any) -> dict[str, Any]:
    names = ["difference", "standard_error", "ci_low", "ci_high", "hedges_g", "p_value", "reason"]
    columns = ["artist", "value", "is_positive"]
    given = table(columns, list(zip(artist, value, map(bool, positive), strict=True)))
    sides = ("positive", "negative")
    sql = f"""
        with tracks as (select 'energy' as feature, * from {given}),
        moments as (
            select any_value(feature) as feature, {M.group_moments("value", "is_positive", *sides)}
                count(distinct artist) filter (where is_positive) as artists_positive,
                count(distinct artist) filter (where not is_positive) as artists_negative
            from tracks
        ),
        artists as (
            select artist, {M.cluster_share_of_difference("value", "is_positive", *sides)} as share
            from tracks, moments group by artist
        ),
        spreads as (select count(*) as clusters, sum(share * share) as spread from artists),
        compared as (
            select *, {M.clustered_contrast(*sides, "clusters", "spread")} from moments, spreads
        ),
        tested as (select *, {M.two_sided_p_t("t_value", "df")} as p_value from compared)
        select {", ".join(names)} from tested"""
    return dict(zip(names, rows(sql)[0], strict=True))


@pytest.mark.parametrize("seed", range(4))
def test_contrast_is_a_regression_with_a_cluster_covariance(seed: int) -> None:
    artist, x, y = tracks(seed)
    positive = x > 0
    found = contrast(artist, y, positive)
    design = np.column_stack([np.ones(len(y)), positive.astype(float)])
    bread = np.linalg.inv(design.T @ design)
    coefficients = bread @ design.T @ y
    scores = design * (y - design @ coefficients)[:, None]
    meat = np.array([[float(v) for v in scores[artist == a].sum(axis=0)] for a in range(90)])
    covariance = 90 / 89 * bread @ meat.T @ meat @ bread
    error, difference = math.sqrt(covariance[1, 1]), float(coefficients[1])
    assert found["difference"] == pytest.approx(difference, abs=1e-10)
    assert found["standard_error"] == pytest.approx(error, rel=1e-9)
    assert found["p_value"] == pytest.approx(2 * stats.t.sf(abs(difference / error), 89), abs=1e-9)
    half = stats.t.ppf(0.975, 89) * error
    assert (found["ci_low"], found["ci_high"]) == pytest.approx(
        (difference - half, difference + half), abs=1e-7
    )


def test_contrast_needs_artists_on_both_sides() -> None:
    found = contrast([*range(40), 1, 2], np.arange(42.0), [True] * 40 + [False] * 2)
    assert found["difference"] is None
    assert found["p_value"] is None
    assert found["reason"] == "needs 30 artists on each side, has 40 and 2"
