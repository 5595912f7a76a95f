"""How values become text on a page: as on the terminal, with spaces that do not break."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from spotiflow.core import words
from spotiflow.web.figure import Cell, Table

UNKNOWN = "\u2013"
# A name may have any length; a page shows this much of it.
LONGEST = 120
UNITS = ("plays", "minutes")


def count(value: float | None) -> str:
    """Return a whole number."""
    return UNKNOWN if value is None else words.count(value)


def hours(minutes: float | None) -> str:
    """Return minutes as hours; unknown where no length was told."""
    return "length not told" if minutes is None else words.hours(minutes).replace(" ", words.NO_BREAK)


def minutes(value: float | None) -> str:
    """Return minutes as they are for a session or a track: `12 min`, `2.5 h`."""
    if value is None:
        return "length not told"
    shown = f"{value:.0f} min" if value < 120 else words.hours(value)
    return shown.replace(" ", words.NO_BREAK)


def share(value: float | None) -> str:
    """Return a share 0..1 as a percentage."""
    return UNKNOWN if value is None else words.share(value).replace(" ", words.NO_BREAK)


def decimal(value: float | None, digits: int = 2) -> str:
    """Return a number with its decimals."""
    return UNKNOWN if value is None else f"{value + 0.0:.{digits}f}".replace("-", "\u2212")


def between(low: float | None, high: float | None, shown: Callable[[float | None], str] = decimal) -> str:
    """Return an interval."""
    return UNKNOWN if low is None or high is None else f"{shown(low)} to {shown(high)}"


def amount(value: float | None, unit: str) -> str:
    """Return plays as a number, minutes as hours or minutes."""
    return minutes(value) if unit == "minutes" else count(value)


def change(now: float | None, before: float | None) -> str:
    """Return how a number stands to the one before: `+12 %`, `new`, or nothing without one."""
    if not before or now is None:
        return ""
    by = now / before - 1
    return f"{'+' if by >= 0 else chr(0x2212)}{words.share(abs(by))}".replace(" ", words.NO_BREAK)


def day(value: date | datetime | None) -> str:
    """Return a day: `3 Mar 2026`."""
    return UNKNOWN if value is None else f"{value.day} {value:%b %Y}"


def moment(value: datetime | None) -> str:
    """Return a day and time: `3 Mar 2026, 14:05`."""
    return UNKNOWN if value is None else f"{day(value)}, {value:%H:%M}"


def name(value: str | None) -> str:
    """Return a name fit for a line."""
    return words.shortened(value, LONGEST, "\u2026") if value else "(no name)"


def label(text: str | None) -> str:
    """Return a key of a table as words: `Happy_Calm` becomes `happy calm`, `part_of_day` `part of day`."""
    return words.clean(text).replace("_", " ").lower() if text else UNKNOWN


@dataclass(frozen=True)
class Col:
    """One column of a table: its heading, the key of its values, how they are written, where they lead.

    shown: None for words as they are; a column of numbers stands in even digits.
    """

    heading: str
    key: str
    shown: Callable[[Any], str] | None = None
    href: Callable[[Mapping[str, Any]], str | None] | None = None

    def cell(self, row: Mapping[str, Any]) -> Cell:
        """Return this column's cell of a row."""
        value = row[self.key]
        shown = self.shown or (lambda text: UNKNOWN if text is None else name(str(text)))
        return Cell(value, shown(value), self.href(row) if self.href else None, self.shown in NUMBERS)


NUMBERS = (count, hours, minutes, share, decimal)


def table(rows: Iterable[Mapping[str, Any]], *columns: Col) -> Table:
    """Return rows as a table."""
    return Table(
        [column.heading for column in columns], [[column.cell(row) for column in columns] for row in rows]
    )
