"""A part of a history: from one local day to another, as a person writes it."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

from spotiflow.core.errors import UsageError
from spotiflow.core.words import clean

FIRST, LAST = date(1, 1, 1), date(9999, 12, 31)
FORM = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


@dataclass(frozen=True)
class Period:
    """Local days from `since` to `until`, both included; None where that side is open."""

    since: date | None = None
    until: date | None = None

    @property
    def year(self) -> int | None:
        """The calendar year this is, None for any other period."""
        if self.since and self == of_year(self.since.year):
            return self.since.year
        return None

    @property
    def bounds(self) -> tuple[date, date]:
        """First and last day, for a comparison in SQL."""
        return self.since or FIRST, self.until or LAST

    def __str__(self) -> str:
        """Return the period in words: `2025`, `2025-01-01 to 2025-03-31`, `since 2025-01-01`."""
        if self.year:
            return str(self.year)
        if self.since and self.until:
            return f"{self.since} to {self.until}"
        return f"since {self.since}" if self.since else f"until {self.until}"


def of_year(year: int) -> Period:
    """Return the period of one calendar year."""
    return Period(date(year, 1, 1), date(year, 12, 31))


def between(since: str | None, until: str | None) -> Period | None:
    """Return the period of two days (YYYY-MM-DD, or YYYY-MM and YYYY for the whole month or year).

    None where neither is given. Raises UsageError for what is no day, and for an end before the beginning.
    """
    if since is None and until is None:
        return None
    period = Period(_day(since, "--since", last=False), _day(until, "--until", last=True))
    first, last = period.bounds
    if first > last:
        raise UsageError(
            f"The period ends ({last}) before it begins ({first}).", hint="Exchange --since and --until."
        )
    return period


def one_day(text: str, option: str) -> date:
    """Return the day that is written YYYY-MM-DD. Raises UsageError for anything else."""
    day = _day(text, option, last=False)
    if day is None or day.isoformat() != text.strip():
        raise _no_day(text, option)
    return day


def _day(text: str | None, option: str, *, last: bool) -> date | None:
    """Return the first, or `last`, day of what is written."""
    if text is None:
        return None
    form = FORM.fullmatch(text.strip())
    if form is None:
        raise _no_day(text, option)
    year, month, day = (int(part) if part else None for part in form.groups())
    assert year is not None
    try:
        month = month or (12 if last else 1)
        return date(year, month, day or (calendar.monthrange(year, month)[1] if last else 1))
    except (ValueError, calendar.IllegalMonthError):
        raise _no_day(text, option) from None


def _no_day(text: str, option: str) -> UsageError:
    longer = "" if option == "--date" else " (2025-05 and 2025 stand for a whole month or year)"
    return UsageError(
        f"{option} '{clean(text)}' is no day of the calendar.",
        hint=f"Write it as {option} 2025-05-17{longer}.",
    )
