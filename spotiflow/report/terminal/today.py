"""The page of a day of the year."""

from __future__ import annotations

from dataclasses import replace

from rich.text import Text

from spotiflow.core import words
from spotiflow.report.drawing.canvas import ACCENT, QUIET, WARNING, Canvas
from spotiflow.report.drawing.paper import Paper
from spotiflow.report.sections.today import Day, TodayReport

NUMBER_WIDTH = 9


def page(report: TodayReport) -> Paper:
    """Return the page for a rich console."""
    return Paper(lambda canvas: _blocks(report, canvas))


def _blocks(report: TodayReport, canvas: Canvas) -> list[list[Text]]:
    canvas = replace(canvas, note="simulated" if report.is_simulated else "")
    warning = "  SIMULATED listener: invented" if report.is_simulated else ""
    title = canvas.line(
        ("On this day  ", f"bold {ACCENT}"), (f"{report.day:%B} {report.day.day}", "bold"),
        f"  {words.clean(report.listener_id)}", (warning, WARNING),
    )  # fmt: skip
    if not report.days:
        return [[title, *canvas.wrapped(_nothing(report), QUIET)]]
    columns = f"{'plays':>{NUMBER_WIDTH}}{'listened':>{NUMBER_WIDTH}}"
    heading = canvas.heading("Years", "most played track", columns)
    return [[title], [heading, *(_line(day, canvas) for day in report.days)]]


def _nothing(report: TodayReport) -> str:
    if report.nearest_date is None:
        return "No plays up to this day yet."
    return (
        f"Nothing was played on this day in any year; the nearest day with plays is {report.nearest_date} "
        f"({words.counted(report.nearest_plays or 0, 'play')})."
    )


def _line(day: Day, canvas: Canvas) -> Text:
    room = canvas.width - 6 - 2 * NUMBER_WIDTH
    song = words.song(day.top_track_name, day.top_artist_name, canvas.marks.ellipsis)
    return canvas.line(
        (f"{day.year}  ", QUIET),
        canvas.cell(f"{song}, {words.counted(day.top_track_plays, 'play')}", max(1, room)),
        f"{words.count(day.plays):>{NUMBER_WIDTH}}",
        (f"{words.hours(day.minutes):>{NUMBER_WIDTH}}", QUIET),
    )
