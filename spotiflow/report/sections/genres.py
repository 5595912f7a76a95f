"""The most frequent genres, among the plays whose genre is known."""

from __future__ import annotations

from dataclasses import dataclass

from rich.text import Text

from spotiflow.report.drawing import words
from spotiflow.report.drawing.canvas import ACCENT, Canvas
from spotiflow.report.gold.queries import GENRES, Gold

DEPTH = 5
LABEL_WIDTH = 16
SHARE_WIDTH = 7


@dataclass(frozen=True)
class Genre:
    """One genre: its plays, and its share 0..1 of the plays whose genre is known."""

    genre: str
    plays: int
    share: float


@dataclass(frozen=True)
class Genres:
    """The most frequent genres; `known_share` is the share of plays whose genre is known."""

    source: tuple[str, ...]
    genres: tuple[Genre, ...]
    known_share: float | None


def load(gold: Gold, listener: str) -> Genres:
    """Read the first genres."""
    rows = gold.rows(GENRES, listener=listener, depth=DEPTH)
    genres = tuple(Genre(row["genre"], row["plays"], row["share"]) for row in rows)
    return Genres(GENRES.tables, genres, rows[0]["known_share"] if rows else None)


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
