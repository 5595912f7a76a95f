"""A ranking with bars."""

from __future__ import annotations

from rich.text import Text

from spotiflow.core import words
from spotiflow.report.drawing.canvas import ACCENT, QUIET, Canvas
from spotiflow.report.sections.ranking import Entry, Ranking

PLAYS_WIDTH = 8
MINUTES_WIDTH = 9
BAR_WIDTH = 8
# From this width on there is room for the artist beside the name.
WITH_ARTIST = 70


def draw(ranking: Ranking, canvas: Canvas, nothing: str) -> list[Text]:
    """Return the ranking: rank, name, bar, plays, minutes; `nothing` says why it may be empty."""
    columns = f"{'plays':>{PLAYS_WIDTH}}{'minutes':>{MINUTES_WIDTH}}"
    share = ranking.known_share
    known = "" if share is None or share == 1 else f"known for {words.share(share)} of plays"
    lines = [canvas.heading(ranking.title, known, columns)]
    if not ranking.entries:
        return [*lines, *canvas.wrapped(nothing, QUIET)]
    most = max(entry.plays for entry in ranking.entries)
    return lines + [_entry(entry, most, canvas) for entry in ranking.entries]


def _entry(entry: Entry, most: int, canvas: Canvas) -> Text:
    room = canvas.width - 3 - 1 - BAR_WIDTH - PLAYS_WIDTH - MINUTES_WIDTH
    by = room * 2 // 5 if entry.artist and canvas.width >= WITH_ARTIST else 0
    return canvas.line(
        (f"{entry.rank:>2} ", QUIET),
        canvas.cell(entry.name or "(no name)", room - by - 1) + " ",
        (canvas.cell(entry.artist, by) if by else "", QUIET),
        " ",
        (canvas.bar(entry.plays / most, BAR_WIDTH), ACCENT),
        f"{words.count(entry.plays):>{PLAYS_WIDTH}}",
        (f"{words.count(entry.minutes):>{MINUTES_WIDTH}}", QUIET),
    )
