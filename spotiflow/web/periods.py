"""The part of a history a page is about, as its address has it, and the part of the same length before."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from spotiflow.core.errors import UsageError
from spotiflow.core.words import clean, shortened
from spotiflow.web.marks.cells import MONTHS

FORM = re.compile(r"(?P<year>[1-9]\d{3})(?:-(?:Q(?P<quarter>[1-4])|(?P<month>0[1-9]|1[0-2])))?")
LAST_DAYS = {"28d": 28, "365d": 365}


@dataclass(frozen=True)
class Span:
    """Local days from `first` to `last`, both included; `before` are those it is compared with, if any.

    key: as an address has it. kind: all, year, quarter, month, days or range, as gold's tops call periods.
    """

    key: str
    kind: str
    label: str
    first: date
    last: date
    before: tuple[date, date] | None = None

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1


def span(key: str, since: str, until: str, first: date, last: date) -> Span:
    """Return the span an address asks for, within a history from `first` to `last`.

    Raises UsageError for what is none.
    """
    if since or until:
        return _range(_day(since, "from") if since else first, _day(until, "to") if until else last)
    if key in ("", "all"):
        return Span("all", "all", "all time", first, last)
    if days := LAST_DAYS.get(key):
        begin = last - timedelta(days=days - 1)
        return Span(key, "days", f"last {days} days", begin, last, _days_before(begin, last))
    form = FORM.fullmatch(key)
    if form is None:
        raise UsageError(
            f"'{shortened(clean(key), 40, '...')}' is no period.",
            hint="Periods: all, 28d, 365d, a year (2026), a quarter (2026-Q1) or a month (2026-03).",
        )
    return _calendar(key, int(form["year"]), form["quarter"], form["month"])


def _range(first: date, last: date) -> Span:
    if first > last:
        raise UsageError(
            f"The period ends ({last}) before it begins ({first}).", hint="Exchange the two days."
        )
    key = f"{first}..{last}"
    return Span(key, "range", f"{first} to {last}", first, last, _days_before(first, last))


def _calendar(key: str, year: int, quarter: str | None, month: str | None) -> Span:
    if month:
        begin, months, kind, label = int(month), 1, "month", f"{MONTHS[int(month) - 1]} {year}"
    elif quarter:
        begin, months, kind, label = 3 * int(quarter) - 2, 3, "quarter", f"Q{quarter} {year}"
    else:
        begin, months, kind, label = 1, 12, "year", str(year)
    first = date(year, begin, 1)
    end = begin + months - 1
    last = date(year, end, monthrange(year, end)[1])
    number = year * 12 + begin - 1 - months
    before = date(number // 12, number % 12 + 1, 1) if number >= 12 else None
    return Span(key, kind, label, first, last, (before, first - timedelta(days=1)) if before else None)


def _days_before(first: date, last: date) -> tuple[date, date] | None:
    days = (last - first).days + 1
    if (first - date.min).days < days:
        return None
    return first - timedelta(days=days), first - timedelta(days=1)


def _day(text: str, side: str) -> date:
    return one_day(text, f"The day '{side}'")


def one_day(text: str, what: str = "The address") -> date:
    """Return a day written YYYY-MM-DD. Raises UsageError for anything else."""
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise UsageError(
        f"{what} has '{shortened(clean(text), 40, '...')}', which is no day of the calendar.",
        hint="Write a day as 2026-03-17.",
    )
