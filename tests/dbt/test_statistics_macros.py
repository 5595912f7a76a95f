"""The statistics macros against scipy, and against orders counted out one by one."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from typing import Any

import numpy as np
import pytest
from scipy import stats

from tests.dbt.rendering import (
    macros,
    rows,
    table,
    value,
)

P = macros("statistics/p_values.sql")
BH = macros("statistics/multiplicity.sql")
SPREAD = "statistics/spread.sql"
R = macros(SPREAD, "statistics/correlations.sql")
CONTRASTS = macros(SPREAD, "statistics/intervals.sql", "statistics/p_values.sql", "statistics/contrasts.sql")
RHYTHMS = macros(SPREAD, "statistics/rhythms.sql")
WORDS = macros("statistics/transitions.sql")
CHANGES = macros(SPREAD, "statistics/changes.sql")
DRAW = np.random.default_rng(11)


@pytest.mark.parametrize("z", [0, 1e-9, 0.3, 1.7, -1.7, 3, 7.9, 8.1, 20, 37])
def test_two_sided_p_of_a_normal_agrees_with_scipy(z: float) -> None:
    ours = value(f"select {P.two_sided_p('z')} from {table(['z'], [[z]])}")
    assert ours == pytest.approx(2 * stats.norm.sf(abs(z)), rel=1e-9, abs=0)


@pytest.mark.parametrize("df", [3, 4.5, 7, 11, 30.7, 200, 1e5])
def test_two_sided_p_of_t_agrees_with_scipy(df: float) -> None:
    given = [[t, df] for t in (-6, -1.7, 0, 0.01, 1.99, 2.01, 4, 12)]
    sql = f"select t, {P.two_sided_p_t('t', 'df')} from {table(['t', 'df'], given)}"
    for t, ours in rows(sql):
        assert ours == pytest.approx(2 * stats.t.sf(abs(t), df), abs=1e-7 if df < 5 else 3e-10)


def test_p_values_agree_with_the_published_constants() -> None:
    assert value(f"select {P.two_sided_p('1.7e0')}") == pytest.approx(0.0891309255, abs=1e-10)
    assert value(f"select {P.two_sided_p_t('1.7e0', '11e0')}") == pytest.approx(0.1171964186, abs=1e-10)
    assert value(f"select {P.two_sided_p_t('2e0', '9e0')}") == pytest.approx(0.0765528238, abs=1e-10)


def test_no_p_without_a_value_or_under_three_degrees_of_freedom() -> None:
    given = table(["z", "df"], [[None, 9], [1, 2.9], [1, None]])
    sql = f"select {P.two_sided_p('z')}, {P.two_sided_p_t('z', 'df')} from {given}"
    assert [t for _, t in rows(sql)] == [None] * 3
    assert rows(sql)[0][0] is None


def q_values(families: list[list[float | None]]) -> list[list[float | None]]:
    given = [[f"f{f}", n, p] for f, family in enumerate(families) for n, p in enumerate(family)]
    sql = f"""
        select family, {BH.bh_q("scaled", "p", "family")} from (
            select *, {BH.bh_scaled("p", "family")} as scaled from {table(["family", "n", "p"], given)}
        ) order by family, n"""
    found: dict[str, list[float | None]] = {}
    for family, q in rows(sql):
        found.setdefault(family, []).append(q)
    return list(found.values())


def test_q_values_agree_with_scipy_per_family_with_ties_and_gaps() -> None:
    families: list[list[float | None]] = [
        [float(p) for p in DRAW.random(40) ** 3],
        [0.01, 0.01, None, 0.04, 0.04, 0.9, 1.0],
        [None, None],
        [0.2],
    ]
    for p, q in zip(families, q_values(families), strict=True):
        tested = [one for one in p if one is not None]
        expected = iter(stats.false_discovery_control(tested) if tested else ())
        assert q == pytest.approx([None if one is None else next(expected) for one in p], abs=1e-14)


@pytest.mark.parametrize("seed", range(5))
def test_correlation_agrees_with_scipy(seed: int) -> None:
    draw = np.random.default_rng(seed)
    x = draw.normal(size=70)
    y = 0.3 * x + draw.normal(size=70) + 1000
    pairs: list[list[Any]] = [[a, b] for a, b in zip(x, y, strict=True)]
    given = table(["x", "y"], [*pairs, [None, 5], [9, None]])
    sql = f"""select r, {R.fisher_bound("r", "n", "low")}, {R.fisher_bound("r", "n", "high")}
        from (select {R.pearson("x", "y")} as r, regr_count(y, x) as n from {given})"""
    reference = stats.pearsonr(x, y)
    interval = reference.confidence_interval()
    assert rows(sql)[0] == pytest.approx((reference.statistic, interval.low, interval.high), abs=1e-12)


@pytest.mark.parametrize("constant", [0.0, 1 / 3, 1e6 + 0.1])
def test_no_correlation_with_what_does_not_vary(constant: float) -> None:
    given = table(["x", "y"], [[constant, n / 7] for n in range(50)])
    assert rows(f"select {R.pearson('x', 'y')}, {R.pearson('y', 'x')} from {given}") == [(None, None)]


def test_correlation_of_three_units_has_no_interval() -> None:
    assert value(f"select {R.fisher_bound('r', 'n', 'low')} from {table(['r', 'n'], [[0.5, 3]])}") is None
    assert value(f"select {R.fisher_bound('r', 'n', 'low')} from {table(['r', 'n'], [[None, 90]])}") is None


def test_ranks_agree_with_scipy() -> None:
    x = DRAW.integers(0, 9, 60)
    given = table(["n", "x", "g"], [[n, one, "g"] for n, one in enumerate(x)])
    sql = f"select {R.avg_rank('x', 'g')} from {given} order by n"
    assert [rank for (rank,) in rows(sql)] == list(stats.rankdata(x))


def contrast(first: Any, second: Any, gate: int = 2) -> dict[str, Any]:
    given = [*([one, True] for one in first), *([one, False] for one in second)]
    names = ["difference", "ci_low", "ci_high", "t_value", "df", "hedges_g", "g_half_width", "p_value"]
    p_value = P.two_sided_p_t("t_value", "df")
    sql = f"""select {", ".join(names[:-1])}, {p_value} from (
        select {CONTRASTS.welch("a", "b", gate)} from (
        select {CONTRASTS.group_moments("x", "is_a", "a", "b")} 1 from {table(["x", "is_a"], given)}))"""
    return dict(zip(names, rows(sql)[0], strict=True))


@pytest.mark.parametrize("seed", range(5))
def test_contrast_agrees_with_scipy(seed: int) -> None:
    draw = np.random.default_rng(seed)
    first, second = draw.normal(0.3, 1, 30 + seed), draw.normal(0, 2.5, 80)
    found, reference = contrast(first, second), stats.ttest_ind(first, second, equal_var=False)
    interval = reference.confidence_interval()
    assert found["t_value"] == pytest.approx(reference.statistic, abs=1e-12)
    assert found["df"] == pytest.approx(reference.df, rel=1e-12)
    assert found["p_value"] == pytest.approx(reference.pvalue, abs=1e-9)
    assert (found["ci_low"], found["ci_high"]) == pytest.approx((interval.low, interval.high), abs=1e-7)


def test_effect_size_is_that_of_hedges() -> None:
    first, second = DRAW.normal(0.8, 1, 40), DRAW.normal(0, 1, 60)
    found, k = contrast(first, second), 98
    pooled = math.sqrt((39 * np.var(first, ddof=1) + 59 * np.var(second, ddof=1)) / k)
    exact = math.exp(math.lgamma(k / 2) - math.lgamma((k - 1) / 2)) * math.sqrt(2 / k)
    d = (first.mean() - second.mean()) / pooled
    assert found["hedges_g"] == pytest.approx(d * exact, abs=3e-5)
    # The exact interval: the noncentralities under which d is the 97.5th and the 2.5th percentile.
    scale = math.sqrt(1 / 40 + 1 / 60)
    noncentral = [stats.nct.ppf(part, k, d / scale) * scale for part in (0.025, 0.975)]
    assert found["g_half_width"] == pytest.approx((noncentral[1] - noncentral[0]) / 2, abs=2e-2)


def test_no_contrast_under_the_gate_or_of_a_constant() -> None:
    assert set(contrast([1, 2, 3], [4, 5], gate=3).values()) - {None} <= {contrast([1, 2, 3], [4, 5])["df"]}
    assert contrast([0.1] * 40, [0.1] * 40)["p_value"] is None


def rhythm(given: str, names: list[str]) -> list[tuple[Any, ...]]:
    return rows(
        f"""select {", ".join(names)} from (select {RHYTHMS.cosinor("n", "24")} from (
            select *, {RHYTHMS.cosinor_coefficients("n", "true")} from (
                select {RHYTHMS.cosinor_moments("y", "c", "s", "w")} count(*) as n from {given})))"""
    )


@pytest.mark.parametrize("seed", range(5))
def test_rhythm_agrees_with_least_squares(seed: int) -> None:
    draw = np.random.default_rng(seed)
    hours = draw.uniform(6, 24, 90)
    angle = 2 * math.pi * hours / 24
    y = 0.5 + 0.1 * np.cos(angle - 1) + draw.normal(0, 0.2, 90)
    weights = draw.uniform(0.5, 3, 90)
    names = ["r", "amplitude", "amplitude_half_width", "peak", "peak_se", "p_value"]
    given = table(["y", "c", "s", "w"], list(zip(y, np.cos(angle), np.sin(angle), weights, strict=True)))
    assert rhythm(given, names)[0] == pytest.approx(cosinor(angle, y, weights), abs=1e-9)


def cosinor(angle: Any, y: Any, weights: Any) -> tuple[float, ...]:
    """The same by matrices: weighted least squares, the F test and its region, errors by the delta method."""
    design = np.column_stack([np.ones_like(angle), np.cos(angle), np.sin(angle)])
    root, n = np.sqrt(weights), len(y)
    (_, b, g), (rest,), _, _ = np.linalg.lstsq(design * root[:, None], y * root, rcond=None)
    total = float((weights * (y - np.average(y, weights=weights)) ** 2).sum())
    covariance = (rest / (n - 3) * np.linalg.inv(design.T @ (design * weights[:, None])))[1:, 1:]
    amplitude = math.hypot(b, g)
    to_peak = np.array([-g, b]) / amplitude**2
    f = ((total - rest) / 2) / (rest / (n - 3))
    return (
        math.sqrt(1 - rest / total),
        amplitude,
        amplitude * math.sqrt(stats.f.ppf(0.95, 2, n - 3) / f),
        math.atan2(g, b) * 24 / (2 * math.pi) % 24,
        math.sqrt(to_peak @ covariance @ to_peak) * 24 / (2 * math.pi),
        float(stats.f.sf(f, 2, n - 3)),
    )


def test_a_session_of_many_plays_counts_for_several_of_one_play_and_not_for_as_many() -> None:
    given = table(["n"], [[0], [1], [5], [1000]])
    weights = [one for (one,) in rows(f"select {RHYTHMS.session_weight('n')} from {given}")]
    assert weights == pytest.approx([0, 1, 5 / 1.8, 1000 / 200.8])


@pytest.mark.parametrize("hours", [[7] * 50, [7, 19] * 25])
def test_no_rhythm_where_the_times_lie_on_a_line(hours: list[int]) -> None:
    given = table(["y", "h"], [[n % 7, hour] for n, hour in enumerate(hours)])
    angle = f"(select y, cos(h * pi() / 12) as c, sin(h * pi() / 12) as s, 1 as w from {given})"
    assert rhythm(angle, ["p_value", "r"]) == [(None, None)]


@pytest.mark.parametrize(
    "session", ["ab", "aab", "abc", "aabb", "aaab", "aabbc", "aaabb", "aabbcc", "aaaabbc"]
)
@pytest.mark.parametrize("word", ["ab", "aa", "ba", "aba", "aaa", "abc", "aab", "abb"])
def test_transitions_agree_with_all_orders_counted_out(session: str, word: str) -> None:
    orders = list(itertools.permutations(session))
    counts = [sum(order[i : i + len(word)] == tuple(word) for i in range(len(session))) for order in orders]
    letters = Counter(session)
    given = table([*"abc", "n"], [[*(letters[letter] for letter in "abc"), len(session)]])
    forms = (WORDS.transition_expected(list(word), "n"), WORDS.transition_variance(list(word), "n"))
    found = rows(f"select {forms[0]}, {forms[1]} from {given}")[0]
    assert found == pytest.approx((np.mean(counts), np.var(counts)), abs=1e-12)


def test_prediction_t_is_a_t_test_of_one_against_many() -> None:
    baseline, new = DRAW.normal(0.5, 0.1, 12), 0.75
    given = table(["x", "m", "s", "n"], [[new, baseline.mean(), baseline.std(ddof=1), 12]])
    ours = value(f"select {CHANGES.prediction_t('x', 'm', 's', 'n', 8)} from {given}")
    assert ours == pytest.approx(-stats.ttest_ind(baseline, [new]).statistic, abs=1e-12)


def test_no_prediction_t_under_the_gate_or_against_a_constant() -> None:
    given = table(
        ["x", "m", "s", "n"], [[1, 0.5, 0.1, 7], [1, 0.5, 0, 12], [1, 0.5, 1e-17, 12], [1, None, None, 0]]
    )
    sql = f"select {CHANGES.prediction_t('x', 'm', 's', 'n', 8)} from {given}"
    assert rows(sql) == [(None,)] * 4
    enough = table(["x", "m", "s", "n"], [[1, 0.5, 0.1, 8]])
    assert value(f"select {CHANGES.prediction_t('x', 'm', 's', 'n', 8)} from {enough}") == pytest.approx(
        0.5 / (0.1 * math.sqrt(9 / 8))
    )


def test_robust_z_is_in_standard_deviations_of_a_normal() -> None:
    sample = DRAW.normal(10, 2, 20_001)
    middle, mad = float(np.median(sample)), float(stats.median_abs_deviation(sample))
    given = table(["x", "m", "d"], [[12, middle, mad], [12, middle, 0], [12, middle, 1e-14]])
    near, none, noise = (one for (one,) in rows(f"select {CHANGES.robust_z('x', 'm', 'd')} from {given}"))
    assert near == pytest.approx(1, abs=0.05)
    assert none is None
    assert noise is None


@pytest.mark.parametrize(
    ("q", "level"),
    [(0.01, "High"), (0.011, "Medium"), (0.05, "Medium"), (0.1, "Low"), (0.11, None), (None, None)],
)
def test_levels(q: float | None, level: str | None) -> None:
    assert value(f"select {CHANGES.alarm_level('q')} from {table(['q'], [[q]])}") == level
