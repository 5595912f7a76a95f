"""Months as bars."""

from __future__ import annotations

from rich.text import Text

from spotiflow.core import words
from spotiflow.report.drawing.canvas import ACCENT, QUIET, Canvas
from spotiflow.report.sections.months import Month, Months

LABEL_WIDTH = 9
PLAYS_WIDTH = 8
HOURS_WIDTH = 9


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
