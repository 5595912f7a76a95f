"""Intervals, chances and bounds against scipy and against the formulas written out in Python."""

from __future__ import annotations

import random
import re

import numpy as np
import pytest
import yaml
from scipy import stats

from tests.dbt.rendering import (
    MACROS,
    VARS,
    macros,
    rows,
    table,
    value,
)

NAME = re.compile(r"{%-?\s*macro\s+(\w+)")
GATE = VARS["gate_interval_sessions"]
INTERVALS = macros("statistics/intervals.sql")


@pytest.mark.parametrize("df", [3, 3.5, 5, 7.25, 9, 29, 120.5, 10_000])
def test_t_quantile_agrees_with_scipy(df: float) -> None:
    ours = value(f"select {INTERVALS.t_quantile('df')} from (values (cast(? as double))) as t(df)", df)
    assert ours == pytest.approx(stats.t.ppf(0.975, df), abs=1e-7)


def test_t_quantile_agrees_with_the_published_constant() -> None:
    assert value(f"select {INTERVALS.t_quantile('11')}") == pytest.approx(2.2009851601, abs=1e-8)


@pytest.mark.parametrize("df", ["2", "0", "null"])
def test_t_quantile_is_null_under_three_degrees_of_freedom(df: str) -> None:
    assert value(f"select {INTERVALS.t_quantile(df)}") is None


def sessions(n: int, seed: int) -> list[tuple[float, float]]:
    """Return sums and sizes of sessions whose plays are alike, and one session without weight."""
    draw = random.Random(seed)
    made = []
    for _ in range(n):
        level, size = draw.gauss(0.5, 0.1), draw.randint(1, 20)
        made.append((sum(draw.gauss(level, 0.2) for _ in range(size)), float(size)))
    return [*made, (0.0, 0.0)]


def interval(clusters: list[tuple[float, float]]) -> tuple[float, float]:
    """Return mean and half width by the formula: t(G - 1) sqrt(G / (G - 1) sum((y - m w)^2)) / sum(w)."""
    weighty = [(y, w) for y, w in clusters if w]
    count, weight = len(weighty), sum(w for _, w in weighty)
    mean = sum(y for y, _ in weighty) / weight
    spread = sum((y - mean * w) ** 2 for y, w in weighty)
    half = stats.t.ppf(0.975, count - 1) * (count / (count - 1) * spread) ** 0.5 / weight
    return mean, float(half)


def ours(clusters: list[tuple[float, float]]) -> tuple[float | None, float | None]:
    listed = ", ".join(f"({y!r}::double, {w!r}::double)" for y, w in clusters)
    sql = f"select {INTERVALS.cluster_mean('y', 'w')}, {INTERVALS.cluster_ci('y', 'w')}"
    mean, half = rows(f"{sql} from (values {listed}) as t(y, w)")[0]
    return mean, half


@pytest.mark.parametrize("n", [GATE, 30, 300])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_cluster_interval_follows_its_formula(n: int, seed: int) -> None:
    clusters = sessions(n, seed)
    assert ours(clusters) == pytest.approx(interval(clusters), rel=1e-7)


def test_cluster_interval_is_null_under_the_gate() -> None:
    mean, half = ours(sessions(GATE - 1, seed=4))
    assert mean is not None
    assert half is None


def test_sessions_that_are_all_alike_have_no_interval() -> None:
    assert ours([(0.3 * size, float(size)) for size in range(1, 50)])[1] is None
    reason = INTERVALS.too_few_sessions("n", "h")
    found = rows(f"select {reason} from (values (7, null), (49, null), (49, 0.1)) as t(n, h)")
    assert [one for (one,) in found] == ["needs 8 sessions, has 7", "all sessions are alike", None]


def bounds(share: float, half: float | None, n: int) -> tuple[float | None, ...]:
    wanted = ", ".join(INTERVALS.share_bound("s", "h", "n", side) for side in ("low", "high"))
    return rows(f"select {wanted} from {table(['s', 'h', 'n'], [[share, half, n]])}")[0]


@pytest.mark.parametrize(("share", "n"), [(0.5, 40), (0.1, 30), (0.95, 200)])
def test_the_interval_of_a_share_is_that_of_wilson(share: float, n: int) -> None:
    half = stats.norm.ppf(0.975) * (share * (1 - share) / n) ** 0.5
    reference = stats.binomtest(round(share * n), n).proportion_ci(method="wilson")
    assert bounds(share, half, n) == pytest.approx((reference.low, reference.high))


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_share_of_all_or_none_has_an_interval_that_is_no_point(share: float) -> None:
    t_squared = stats.t.ppf(0.975, 23) ** 2
    far = t_squared / (24 + t_squared)
    low, high = bounds(share, None, 24)
    assert (low, high) == pytest.approx((1 - far, 1) if share else (0, far), abs=1e-9)


def test_no_interval_of_a_share_under_the_gate() -> None:
    assert bounds(0.5, None, GATE - 1) == (None, None)


@pytest.mark.parametrize(
    ("tempo", "bucket"), [(-1, 1), (0, 1), (12.4999, 1), (12.5, 2), (249.9, 20), (250, 20), (999, 20)]
)
def test_buckets_hold_their_lower_end_and_what_lies_outside(tempo: float, bucket: int) -> None:
    sql = macros("statistics/histograms.sql").bucket_of("tempo", {"lowest": 0, "width": 12.5, "n": 20})
    assert value(f"select {sql} from (values (cast(? as double))) as t(tempo)", tempo) == bucket


@pytest.mark.parametrize("seed", range(4))
def test_matches_drawn_by_chance_agree_with_scipy(seed: int) -> None:
    draw = np.random.default_rng(seed)
    n = int(draw.integers(60, 500))
    drawn, matches = int(draw.integers(30, n)), int(draw.integers(1, n))
    sql = macros("statistics/activities.sql").hypergeometric("drawn", "matches", "n")
    names = ["drawn", "matches", "n"]
    (found,) = rows(f"select {sql} from {table(names, [[drawn, matches, n]])}")
    chance = stats.hypergeom(n, matches, drawn)
    assert found == pytest.approx((chance.mean(), chance.var()), rel=1e-12)
    for odd in ([1, 1, 1], [drawn, 0, n], [n, matches, n]):
        assert rows(f"select {sql} from {table(names, [odd])}") == [(odd[0] * odd[1] / odd[2], 0)]


def test_standardised_values_and_deviations_agree_with_scipy() -> None:
    x = np.random.default_rng(3).normal(1e3, 2, 40)
    given = table(["n", "x", "g"], [[n, one, "g"] for n, one in enumerate(x)])
    sql = macros("statistics/spread.sql", "statistics/correlations.sql").standardised("x", "g")
    ours = [one for (one,) in rows(f"select {sql} from {given} order by n")]
    assert ours == pytest.approx(list(stats.zscore(x)), abs=1e-9)
    same = table(["x", "g"], [[1 / 3, "g"]] * 9)
    assert rows(f"select distinct {sql} from {same}") == [(0,)]
    deviation = macros("statistics/measured.sql").std_dev("x")
    assert value(f"select {deviation} from {given}") == pytest.approx(np.std(x, ddof=1))
    assert value(f"select {deviation} from {table(['x'], [[1]])}") is None


@pytest.mark.parametrize(
    ("r", "word"),
    [(0.0999, "none"), (0.1, "weak"), (-0.2999, "weak"), (-0.3, "moderate"), (0.5, "strong"), (None, None)],
)
def test_words_for_a_correlation_begin_at_their_bounds(r: float | None, word: str | None) -> None:
    sql = macros("statistics/spread.sql", "statistics/correlations.sql").strength("r")
    assert value(f"select {sql} from {table(['r'], [[r]])}") == word


@pytest.mark.parametrize(
    ("valence", "energy", "size"),
    [
        (0.199, 0, "Small"),
        (-0.2, 0, "Medium"),
        (0.3, 0.3999, "Medium"),
        (0.3, -0.4, "Large"),
        (None, 0, None),
    ],
)
def test_a_shift_is_a_straight_line_through_valence_and_energy(
    valence: float | None, energy: float, size: str | None
) -> None:
    sql = macros("statistics/mood_categories.sql").shift_magnitude("v", "e")
    assert value(f"select {sql} from {table(['v', 'e'], [[valence, energy]])}") == size


def test_integers_are_the_whole_range() -> None:
    sql = macros("statistics/spines.sql").integers(0, 23, "hour")
    assert [row[0] for row in rows(f"select hour from {sql} order by hour")] == list(range(24))


def test_every_macro_of_statistics_is_documented() -> None:
    folder = MACROS / "statistics"
    documented = yaml.safe_load((folder / "_statistics.yml").read_text(encoding="utf-8"))["macros"]
    written = {
        name for path in folder.glob("*.sql") for name in NAME.findall(path.read_text(encoding="utf-8"))
    }
    assert written == {entry["name"] for entry in documented}
