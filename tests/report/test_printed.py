"""Every number printed is one of the report's values in one of the ways a value is written."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from spotiflow.core import words
from spotiflow.core.settings import Settings
from spotiflow.report.sections.report import Report, build_report
from tests.report.conftest import PLAYS
from tests.report.sample import full_report, printed

NUMBER = re.compile(r"(?<![\w.])-?\d+(?:,\d{3})*(?:\.\d+)?|(?<![\w.])-?\.\d+")
# What is no figure: ranks, numbered findings, hours of the clock, "95 %", "30 s", the examples under Next,
# the plays that a finding takes and the first days of a history, in which everything is new.
FIXED = {"1", "2", "3", "4", "5", "00", "06", "12", "18", "95", "30", "10", "100", "90"}


def leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in leaves(item)]
    if isinstance(value, list | tuple):
        return [leaf for item in value for leaf in leaves(item)]
    return [value]


def written(leaf: Any) -> set[str]:
    """Return every way in which the report may write a value."""
    if isinstance(leaf, bool) or leaf is None:
        return set()
    if isinstance(leaf, str | date):
        return set(NUMBER.findall(str(leaf))) | set(re.findall(r"\d+", str(leaf)))
    texts = [
        words.count(leaf),
        words.hours(leaf),
        words.share(leaf),
        words.share(abs(leaf)),
        words.unit(leaf),
    ]
    texts += [f"{leaf:.1f}", f"{leaf}", f"{leaf:02}"]
    return {number for text in texts for number in NUMBER.findall(text)}


def _allowed(report: Report) -> set[str]:
    allowed = set(FIXED)
    for leaf in leaves(report.to_dict()):
        allowed |= written(leaf)
    early = report.years.years[:-6]
    allowed |= written(sum(year.plays for year in early)) | written(sum(year.minutes for year in early))
    if report.review:
        allowed.add(str(report.review.year - 1))
    allowed |= written(report.clock.most) | written(len(report.models.models))
    return allowed


def check_numbers(report: Report) -> None:
    for width in (80, 100):
        numbers = set(NUMBER.findall(printed(report, width)))
        assert numbers <= _allowed(report), numbers - _allowed(report)


def test_the_fullest_page_prints_no_other_number() -> None:
    check_numbers(full_report())


@pytest.mark.slow
@pytest.mark.parametrize("listener", PLAYS)
def test_a_short_history_prints_no_other_number(small_warehouse: Settings, listener: str) -> None:
    check_numbers(build_report(small_warehouse, listener))


@pytest.mark.slow
def test_a_long_history_prints_no_other_number(demo_warehouse: Settings) -> None:
    check_numbers(build_report(demo_warehouse))


def test_how_values_arewritten() -> None:
    assert [words.share(x) for x in (0.0, 0.001, 0.0994, 0.0996, 0.5, 1.0, None)] == [
        "0 %", "0.1 %", "9.9 %", "10 %", "50 %", "100 %", "-",
    ]  # fmt: skip
    assert [words.unit(x) for x in (0.54, -0.041, -0.001, 1.0, None)] == [".54", "-.04", ".00", "1.00", "-"]
    assert [words.hours(x) for x in (0, 90, 60_000)] == ["0.0 h", "1.5 h", "1,000 h"]
    assert words.counted(1, "day") == "1 day"
    assert words.counted(1_200, "day") == "1,200 days"
    assert words.share_range(0.084, 0.12) == "8.4 to 12 %"


def test_foreign_text_cannot_steer_the_terminal() -> None:
    assert words.clean("a\x1b[31m\r\nb\u202e\x07 c") == "a [31m b c"
    assert words.fit("日本語", 5) == "日本…"
    assert words.fit("ab", 4) == "ab  "
    assert words.encodable("café ─", "ascii") == "caf? ?"
    assert words.encodable("café ─", "utf-8") == "café ─"
