"""Genres as bars."""

from __future__ import annotations

from rich.text import Text

from spotiflow.core import words
from spotiflow.report.drawing.canvas import ACCENT, Canvas
from spotiflow.report.sections.genres import Genre, Genres

LABEL_WIDTH = 16
SHARE_WIDTH = 7


def draw(section: Genres, canvas: Canvas, lines: int) -> list[Text]:
    """Return at most `lines` lines, a bar per genre; nothing where no genre is known."""
    if not section.genres or lines < 2:
        return []
    heading = canvas.heading(
        "Genres", f"{words.share(section.known_share)} known", f"{'share':>{SHARE_WIDTH}}"
    )
    most = max(genre.share for genre in section.genres)
    return [heading, *(_genre(genre, most, canvas) for genre in section.genres[: lines - 1])]


def _genre(genre: Genre, most: float, canvas: Canvas) -> Text:
    room = canvas.width - LABEL_WIDTH - SHARE_WIDTH
    return canvas.line(
        canvas.cell(genre.genre, LABEL_WIDTH - 1) + " ",
        (canvas.bar(genre.share / most, room), ACCENT),
        f"{words.share(genre.share):>{SHARE_WIDTH}}",
    )
