"""Years as bars."""

from __future__ import annotations

from rich.text import Text

from spotiflow.core import words
from spotiflow.report.drawing.canvas import ACCENT, QUIET, Canvas
from spotiflow.report.sections.years import Year, Years

MOST_LINES = 8
LABEL_WIDTH = 8
PLAYS_WIDTH = 9
HOURS_WIDTH = 9


def draw(section: Years, canvas: Canvas) -> list[Text]:
    """Return one bar per year; where they are more than eight, the first ones share a line without a bar."""
    lines = [canvas.heading("Years", columns=f"{'plays':>{PLAYS_WIDTH}}{'listened':>{HOURS_WIDTH}}")]
    if not section.years:
        return [*lines, canvas.line(("No plays yet.", QUIET))]
    parts = [canvas.line((section.parts, QUIET))] if section.parts else []
    labelled = _labelled(section.years, MOST_LINES - len(parts))
    most = max(year.plays for year in section.years)
    return lines + [_line(label, year, most, canvas) for label, year in labelled] + parts


def _labelled(years: tuple[Year, ...], most: int) -> list[tuple[str, Year]]:
    shown = [(str(year.year), year) for year in years]
    if len(years) <= most:
        return shown
    early = years[: len(years) - most + 1]
    together = Year(
        early[-1].year,
        sum(year.plays for year in early),
        sum(known) if (known := [year.minutes for year in early if year.minutes is not None]) else None,
        sum(year.days for year in early),
    )
    return [(f"to {early[-1].year}", together), *shown[len(early) :]]


def _line(label: str, year: Year, most: int, canvas: Canvas) -> Text:
    room = canvas.width - LABEL_WIDTH - PLAYS_WIDTH - HOURS_WIDTH
    return canvas.line(
        (label.ljust(LABEL_WIDTH), QUIET),
        (canvas.bar(0 if label.startswith("to") else year.plays / most, room), ACCENT),
        f"{words.count(year.plays):>{PLAYS_WIDTH}}",
        (f"{words.hours(year.minutes):>{HOURS_WIDTH}}", QUIET),
    )
