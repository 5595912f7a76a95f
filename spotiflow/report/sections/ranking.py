"""Top artists, tracks and albums of all time, by plays."""

from __future__ import annotations

from dataclasses import dataclass

from spotiflow.report.gold.queries import (
    TOP_ALBUMS,
    TOP_ARTISTS,
    TOP_TRACKS,
    Gold,
    Query,
)

DEPTH = 5


@dataclass(frozen=True)
class Entry:
    """One place of a ranking; `minutes` counts only plays whose length is known, None where none is."""

    rank: int
    name: str | None
    artist: str | None
    plays: int
    minutes: float | None


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
