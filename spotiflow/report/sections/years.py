"""How much, year by year."""

from __future__ import annotations

from dataclasses import dataclass

from spotiflow.report.gold.queries import YEARS, Gold


@dataclass(frozen=True)
class Year:
    """One calendar year in local time; `days` are days with plays."""

    year: int
    plays: int
    minutes: float | None
    days: int


@dataclass(frozen=True)
class Years:
    """All years with plays, first to last."""

    source: tuple[str, ...]
    years: tuple[Year, ...]


def load(gold: Gold, listener: str) -> Years:
    """Read the years."""
    return Years(YEARS.tables, tuple(Year(**row) for row in gold.rows(YEARS, listener=listener)))
