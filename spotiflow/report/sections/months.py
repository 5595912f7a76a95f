"""How much, month by month: what a period or a year shows in the place of the years."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from rich.text import Text

from spotiflow.report.drawing import words
from spotiflow.report.drawing.canvas import ACCENT, QUIET, Canvas
from spotiflow.report.gold.queries import MONTHS, Gold

# A longer period shows its years.
MOST = 24
LABEL_WIDTH = 9
PLAYS_WIDTH = 8
HOURS_WIDTH = 9


@dataclass(frozen=True)
class Month:
    """One calendar month in local time."""

    month: date
    plays: int
    minutes: float


@dataclass(frozen=True)
class Months:
    """The months of a period, first to last; none where there are more than 24."""

    source: tuple[str, ...]
    months: tuple[Month, ...]


def load(gold: Gold, listener: str) -> Months:
    """Read the months."""
    rows = gold.rows(MONTHS, listener=listener)
    return Months(MONTHS.tables, tuple(Month(**row) for row in rows) if len(rows) <= MOST else ())


def draw(section: Months, canvas: Canvas) -> list[Text]:
    """Return one bar per month."""
    lines = [canvas.heading("Months", columns=f"{'plays':>{PLAYS_WIDTH}}{'listened':>{HOURS_WIDTH}}")]
    most = max((month.plays for month in section.months), default=0)
    return lines + [_line(month, most, canvas) for month in section.months]


def _line(month: Month, most: int, canvas: Canvas) -> Text:
    room = canvas.width - LABEL_WIDTH - PLAYS_WIDTH - HOURS_WIDTH
    return canvas.line(
        (f"{month.month:%Y-%m}".ljust(LABEL_WIDTH), QUIET),
        (canvas.bar(month.plays / max(1, most), room), ACCENT),
        f"{words.count(month.plays):>{PLAYS_WIDTH}}",
        (f"{words.hours(month.minutes):>{HOURS_WIDTH}}", QUIET),
    )
