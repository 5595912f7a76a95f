"""No model or macro says what another engine would silently read otherwise."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.dbt.project import PROJECT

FILES = sorted(
    path
    for folder in ("models", "macros", "tests")
    for path in (PROJECT / folder).rglob("*.sql")
    if path.parent.name != "engine" and path.name != "drop_leftovers.sql"
)
SILENT = {
    "log(x) is log10 here and ln on Spark: say ln, log2 or log10": r"\blog\(",
    "days of the week are numbered otherwise: macro iso_day_of_week": (
        r"extract\(\s*(dow|isodow|dayofweek|weekday)\b|\b(dayofweek|weekday|isodow)\("
    ),
    "concat ignores NULL here and not on Spark: say ||": r"\bconcat\(",
    "double quotes are text on Spark: no quoted identifiers": r'"',
    "casts to whole numbers round here and cut off on Spark: floor or round first": (
        r"cast\(\s*(?!floor|round|count|sum|coalesce\(sum|extract|{{)[^()]*[/*.][^()]*"
        r"as (int|integer|bigint)\)"
    ),
    "regexp_replace replaces the first match here and all on Spark: macro replace_all": r"\bregexp_replace\(",
    "at time zone does not parse on Spark: macro utc_to_local": r"\bat time zone\b",
    "not on both engines": (
        r"\b(quantile_cont|arg_max|arg_min|entropy|width_bucket|string_agg|strftime|date_diff|epoch_ms)\(|\blist_\w+\("
    ),
    "exclude is except on Spark": r"\*\s*exclude\b",
    "nulls are placed otherwise inside lag: avoid": r"ignore nulls",
    "varchar needs a length on Spark: cast to string": r"as varchar\b",
}


def _sql(path: Path) -> str:
    """The SQL of a file: without comments, Jinja expressions and statements."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"{#.*?#}", "", text, flags=re.S)
    text = re.sub(r"{%.*?%}", "", text, flags=re.S)
    text = re.sub(r"{{.*?}}", "{{}}", text, flags=re.S)
    return re.sub(r"--.*", "", text)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_says_nothing_that_is_read_otherwise_elsewhere(path: Path) -> None:
    sql = _sql(path).lower()
    found = [reason for reason, pattern in SILENT.items() if re.search(pattern, sql)]
    assert found == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_order_says_where_nulls_go(path: Path) -> None:
    for order in _orders(_sql(path).lower()):
        for key in _split(order):
            assert re.search(r"nulls (first|last)$", key), f"order by {key}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_divisor_can_be_zero(path: Path) -> None:
    for divisor in re.findall(r"/\s*([^\s/]+)", _sql(path).lower()):
        is_number = re.match(r"\(?-?[\d.]+", divisor)
        is_guarded = divisor.startswith(("nullif", "cast(60000", "{{}}", "sqrt", "greatest"))
        assert is_number or is_guarded, f"/ {divisor}"


def _orders(sql: str) -> list[str]:
    """The keys of every `order by`, up to the frame, the closing bracket or the end."""
    found = []
    for match in re.finditer(r"order\s+by\s+", sql):
        depth, end = 0, match.end()
        while end < len(sql) and not (
            depth == 0 and re.match(r"\)|\s(rows|range|limit|qualify)\s", sql[end:])
        ):
            depth += {"(": 1, ")": -1}.get(sql[end], 0)
            end += 1
        found.append(" ".join(sql[match.end() : end].split()))
    return found


def _split(keys: str) -> list[str]:
    found, depth = [""], 0
    for letter in keys:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            found.append("")
        else:
            found[-1] += letter
    return [key.strip() for key in found]


def test_the_lint_finds_what_it_looks_for() -> None:
    assert _orders("a over (order by max(x, y) desc, z rows between 1 preceding)") == ["max(x, y) desc, z"]
    assert _split("max(x, y) desc, z nulls last") == ["max(x, y) desc", "z nulls last"]
