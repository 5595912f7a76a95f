"""Top artists, tracks and albums of all time, by plays."""

from __future__ import annotations

from dataclasses import dataclass

from rich.text import Text

from spotiflow.report.drawing import words
from spotiflow.report.drawing.canvas import ACCENT, QUIET, Canvas
from spotiflow.report.gold.queries import (
    TOP_ALBUMS,
    TOP_ARTISTS,
    TOP_TRACKS,
    Gold,
    Query,
)

DEPTH = 5
PLAYS_WIDTH = 8
MINUTES_WIDTH = 9
BAR_WIDTH = 8
# From this width on there is room for the artist beside the name.
WITH_ARTIST = 70


@dataclass(frozen=True)
class Entry:
    """One place of a ranking; `minutes` counts only plays whose length is known."""

    rank: int
    name: str | None
    artist: str | None
    plays: int
    minutes: float


@dataclass(frozen=True)
class Ranking:
    """One ranking of all time."""

    title: str
    source: tuple[str, ...]
    entries: tuple[Entry, ...]


def load(gold: Gold, listener: str) -> tuple[Ranking, ...]:
    """Read the three rankings."""
    return (
        _read(gold, listener, "Top artists", TOP_ARTISTS),
        _read(gold, listener, "Top albums", TOP_ALBUMS),
        _read(gold, listener, "Top tracks", TOP_TRACKS),
    )


def _read(gold: Gold, listener: str, title: str, query: Query) -> Ranking:
    rows = gold.rows(query, listener=listener, depth=DEPTH)
    return Ranking(title, query.tables, tuple(Entry(**row) for row in rows))


def draw(ranking: Ranking, canvas: Canvas, nothing: str) -> list[Text]:
    """Return the ranking: rank, name, bar, plays, minutes; `nothing` says why it may be empty."""
    columns = f"{'plays':>{PLAYS_WIDTH}}{'minutes':>{MINUTES_WIDTH}}"
    lines = [canvas.heading(ranking.title, columns=columns)]
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
