"""The most frequent genres, among the plays whose genre is known."""

from __future__ import annotations

from dataclasses import dataclass

from spotiflow.report.gold.queries import GENRES, Gold

DEPTH = 5


@dataclass(frozen=True)
class Genre:
    """One genre: its plays, of a track with four genres a quarter each, and its share 0..1 of those known."""

    genre: str
    plays: float
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
