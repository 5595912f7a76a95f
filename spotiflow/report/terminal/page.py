"""The layout: sections one under the other, two beside each other where the terminal is wide enough."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from rich.text import Text

from spotiflow.report.drawing.canvas import GAP, Canvas, beside
from spotiflow.report.drawing.paper import TWO_COLUMNS, Paper
from spotiflow.report.sections.report import Report
from spotiflow.report.sections.sources import advice
from spotiflow.report.sections.steps import without_models
from spotiflow.report.terminal import (
    clock,
    findings,
    genres,
    habits,
    models,
    months,
    mood,
    ranking,
    review,
    sources,
    steps,
    who,
    years,
)

Draw = Callable[[Canvas], list[Text]]


class Page(Paper):
    """A report that draws itself in the width and the characters of a console."""

    def __init__(self, report: Report) -> None:
        """Keep the report; nothing is drawn before a console asks."""
        super().__init__(self._blocks)
        self.report = report

    def _blocks(self, canvas: Canvas) -> Iterator[list[Text]]:
        report = self.report
        canvas = replace(canvas, note="simulated" if report.who.is_simulated else "")
        songs = self._about_songs(canvas)
        yield who.draw(report.who, canvas, self._simulated(), str(report.period or ""))
        if report.review:
            yield review.draw(report.review, canvas)
        else:
            yield findings.draw(report.findings, report.who, canvas)
        if report.who.plays:
            yield from self._listening(canvas)
            yield self._songs(songs)
        if report.period is None:
            # Models learn from everything there is: they say nothing about a period.
            yield models.draw(report.models, songs, without_models(report))
        yield steps.draw(report, canvas)

    def _simulated(self) -> str:
        listener, catalogue = self.report.who.is_simulated, self.report.is_catalogue_simulated
        names = [name for name, is_so in (("listener", listener), ("catalogue", catalogue)) if is_so]
        return " and ".join(names)

    def _listening(self, canvas: Canvas) -> Iterator[list[Text]]:
        artists, albums, tracks = self.report.rankings
        half = (canvas.width - GAP) // 2
        yield _pair(
            canvas,
            half,
            lambda column: ranking.draw(artists, column, "No play names an artist."),
            lambda column: ranking.draw(albums, column, "The album of most plays is unknown: none is named."),
        )
        yield ranking.draw(tracks, canvas, "No plays yet.")
        yield _pair(
            canvas,
            clock.WIDTH,
            lambda column: clock.draw(self.report.clock, column),
            self._years_and_genres,
        )
        yield habits.draw(self.report.habits, canvas, self.report.period is not None)

    def _years_and_genres(self, canvas: Canvas) -> list[Text]:
        """Genres take the lines that a short history leaves beside the clock."""
        shown = self.report.months
        by_month = shown is not None and len(shown.months) > 1
        lines = months.draw(shown, canvas) if shown and by_month else years.draw(self.report.years, canvas)
        return lines + genres.draw(self.report.genres, self._about_songs(canvas), clock.LINES - len(lines))

    def _about_songs(self, canvas: Canvas) -> Canvas:
        return replace(canvas, note="simulated") if self.report.is_catalogue_simulated else canvas

    def _songs(self, canvas: Canvas) -> list[Text]:
        how = advice(self.report.sources, self.report.who.complete_days)
        return _pair(
            canvas,
            mood.WIDTH,
            lambda column: mood.draw(self.report.mood, column),
            lambda column: sources.draw(self.report.sources, column, how),
        )


def _pair(canvas: Canvas, left_width: int, left: Draw, right: Draw) -> list[Text]:
    """Return two sections beside each other, or one under the other where there is no room for two."""
    if canvas.width < TWO_COLUMNS:
        return left(canvas) + right(canvas)
    right_width = canvas.width - left_width - GAP
    return beside(left(canvas.narrowed(left_width)), right(canvas.narrowed(right_width)), left_width)
