"""How much, month by month: what a period or a year shows in the place of the years."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from spotiflow.report.gold.queries import MONTHS, Gold

# A longer period shows its years.
MOST = 24


@dataclass(frozen=True)
class Month:
    """One calendar month in local time."""

    month: date
    plays: int
    minutes: float | None


@dataclass(frozen=True)
class Months:
    """The months of a period, first to last; none where there are more than 24."""

    source: tuple[str, ...]
    months: tuple[Month, ...]


def load(gold: Gold, listener: str) -> Months:
    """Read the months."""
    rows = gold.rows(MONTHS, listener=listener)
    return Months(MONTHS.tables, tuple(Month(**row) for row in rows) if len(rows) <= MOST else ())
