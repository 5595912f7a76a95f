"""How much, year by year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from spotiflow.report.gold.queries import SPAN, YEARS, Gold

# A year that lacks fewer days than these at an end counts as whole.
MARGIN_DAYS = 7


@dataclass(frozen=True)
class Year:
    """One calendar year in local time; `days` are days with plays."""

    year: int
    plays: int
    minutes: float | None
    days: int


@dataclass(frozen=True)
class Years:
    """All years with plays, first to last; `first_date` and `last_date` are the ends of the history."""

    source: tuple[str, ...]
    years: tuple[Year, ...]
    first_date: date | None = None
    last_date: date | None = None

    @property
    def parts(self) -> str:
        """Which years are not whole, in words: `2025 from 11-01, 2026 to 10-31`, or nothing."""
        first, last = self.first_date, self.last_date
        if first is None or last is None:
            return ""
        begins = (first.month, first.day) > (1, MARGIN_DAYS)
        ends = (last.month, last.day) < (12, 31 - MARGIN_DAYS)
        if begins and ends and first.year == last.year:
            return f"{first.year} from {first:%m-%d} to {last:%m-%d}"
        parts = [f"{first.year} from {first:%m-%d}"] * begins + [f"{last.year} to {last:%m-%d}"] * ends
        return ", ".join(parts)


def load(gold: Gold, listener: str) -> Years:
    """Read the years."""
    years = tuple(Year(**row) for row in gold.rows(YEARS, listener=listener))
    span = gold.first(SPAN, listener=listener) or {"first_date": None, "last_date": None}
    return Years(YEARS.tables + SPAN.tables, years, **span)
