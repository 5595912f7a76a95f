"""The page of one artist."""

from __future__ import annotations

from dataclasses import replace

from rich.text import Text

from spotiflow.core import words
from spotiflow.report.drawing.canvas import ACCENT, QUIET, WARNING, Canvas
from spotiflow.report.drawing.paper import Paper
from spotiflow.report.sections.artist import ArtistReport
from spotiflow.report.terminal import ranking, years


def page(report: ArtistReport) -> Paper:
    """Return the page for a rich console."""
    return Paper(lambda canvas: _blocks(report, canvas))


def _blocks(report: ArtistReport, canvas: Canvas) -> list[list[Text]]:
    canvas = replace(canvas, note="simulated" if report.is_simulated else "")
    return [
        _head(report, canvas),
        years.draw(report.years, canvas),
        ranking.draw(report.top_tracks, canvas, ""),
    ]


def _head(report: ArtistReport, canvas: Canvas) -> list[Text]:
    period = f"  {report.period}" if report.period else ""
    warning = "  SIMULATED listener: invented" if report.is_simulated else ""
    whose = f"  in the listening of {words.clean(report.listener_id)}"
    name = (words.clean(report.artist), f"bold {ACCENT}")
    title = canvas.line(name, whose, (period, "bold"), (warning, WARNING))
    facts = [
        words.counted(report.plays, "play"),
        words.listened(report.minutes),
        words.counted(report.tracks, "track"),
        f"{words.share(report.share)} of all plays",
        f"number {report.rank:,} of {words.counted(report.artists, 'artist')}",
    ]
    when = [
        f"first {words.day(report.first_date)}, last {words.day(report.last_date)}",
        words.counted(report.days, "day") + " with plays",
    ]
    if report.longest_pause_days:
        when.append(f"longest pause {words.counted(report.longest_pause_days, 'day')}")
    return [title, *canvas.joined(facts), *canvas.joined(when), *canvas.wrapped(_sound(report), QUIET)]


def _sound(report: ArtistReport) -> str:
    if not report.n_measured:
        return "No play of this artist has measured audio features."
    return (
        f"Sound of the songs: valence {words.unit(report.valence)}, energy {words.unit(report.energy)} on "
        f"average over measured plays ({words.n(report.n_measured, 'plays')}, "
        f"{words.share(report.measured_share)} of these)."
    )
