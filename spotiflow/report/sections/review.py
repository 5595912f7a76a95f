"""A year in review: its counts beside those of the year before, and what stood out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from spotiflow.report.gold.queries import COUNTS_BETWEEN, KNOWN_DAYS, REVIEW, Gold

# Share of the days of both years that must be known, and the fewest days worth a comparison.
LEAST_KNOWN = 0.9
LEAST_DAYS = 30
# The items of gold.year_in_review, in order of display: counts, then names with the number behind them.
COUNTS = {
    "plays": "plays",
    "minutes": "hours",
    "days": "days with plays",
    "tracks": "tracks",
    "artists": "artists",
    "new_tracks": "new tracks",
    "new_artists": "new artists",
}
NAMES = {
    "top_genre": ("top genre", "play"),
    "busiest_day": ("busiest day", "play"),
    "longest_streak": ("longest row", "day"),
    "most_in_a_day": ("on repeat", "play"),
}


@dataclass(frozen=True)
class Item:
    """One item: its value, the name behind it, and the value of the same days of the year before."""

    item: str
    value: float
    text: str | None
    before: float | None


@dataclass(frozen=True)
class Known:
    """Days that any source covers: how many of how many, the first and the last of them."""

    days: int
    of_days: int
    first_date: date | None
    last_date: date | None

    @property
    def is_whole(self) -> bool:
        """Whether so much is known that a change would be one of the listening, not of the data."""
        return self.of_days >= LEAST_DAYS and self.days >= LEAST_KNOWN * self.of_days


@dataclass(frozen=True)
class Review:
    """The items of one year up to its last known day, and what is known of it and of the same days before.

    is_first: whether nothing is known of any year before.
    """

    source: tuple[str, ...]
    year: int
    items: tuple[Item, ...]
    known: Known
    known_before: Known
    is_first: bool

    @property
    def comparison(self) -> str:
        """What the year is compared with, or why with nothing, in words."""
        this, before, last = self.known, self.known_before, self.known.last_date
        if last is None:
            return ""
        is_over = (last.month, last.day) == (12, 31)
        if this.is_whole and before.is_whole:
            return f"beside {self.year - 1}" + ("" if is_over else f", both up to {last:%m-%d}")
        if self.is_first:
            return f"the first year, from {this.first_date} on"
        short, year = (before, self.year - 1) if this.is_whole else (this, self.year)
        return f"no comparison: {year} known for {short.days} of {short.of_days} days to {last:%m-%d}"


def load(gold: Gold, listener: str, year: int) -> Review:
    """Read the items of the year, and the counts of the year before up to the same day."""
    begin, end = date(year, 1, 1), date(year, 12, 31)
    known = _known(gold, listener, begin, end)
    last = known.last_date or end
    known = replace(known, of_days=(last - begin).days + 1)
    first_before, last_before = begin.replace(year=year - 1), _same_day(last, year - 1)
    known_before = _known(gold, listener, first_before, last_before)
    earlier = _known(gold, listener, date.min, date(year - 1, 12, 31))
    before = {}
    if known.is_whole and known_before.is_whole:
        before = gold.first(COUNTS_BETWEEN, listener=listener, first=first_before, last=last_before) or {}
    rows = {row["item"]: row for row in gold.rows(REVIEW, listener=listener, year=year)}
    items = tuple(
        Item(name, rows[name]["value"], rows[name]["text"], before.get(name))
        for name in (*COUNTS, *NAMES)
        if name in rows
    )
    return Review(REVIEW.tables + KNOWN_DAYS.tables, year, items, known, known_before, not earlier.days)


def _known(gold: Gold, listener: str, first: date, last: date) -> Known:
    row = gold.first(KNOWN_DAYS, listener=listener, first=first, last=last)
    nothing = {"days": 0, "first_date": None, "last_date": None}
    return Known(of_days=(last - first).days + 1, **(row or nothing))


def _same_day(day: date, year: int) -> date:
    """The day before February 29 stands for it in a year without."""
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=year, day=28 if is_leap_day else day.day)
