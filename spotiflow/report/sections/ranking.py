"""Top artists, tracks and albums of all time, by plays."""

from __future__ import annotations

from dataclasses import dataclass, replace

from spotiflow.report.gold.queries import (
    ALBUMS_KNOWN,
    TOP_ALBUMS,
    TOP_ARTISTS,
    TOP_TRACKS,
    Gold,
    Query,
)

DEPTH = 5
# Share of plays whose album must be known before albums are ranked; as in gold.year_in_review.
LEAST_KNOWN_ALBUMS = 0.5


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
    """One ranking of all time.

    known_share: share 0..1 of the plays that name what is ranked, None where all do. Under a half nothing is
    ranked, because most of the plays cannot count.
    """

    title: str
    source: tuple[str, ...]
    entries: tuple[Entry, ...]
    known_share: float | None = None


def load(gold: Gold, listener: str) -> tuple[Ranking, ...]:
    """Read the three rankings."""
    return (
        _read(gold, listener, "Top artists", TOP_ARTISTS),
        _albums(gold, listener),
        _read(gold, listener, "Top tracks", TOP_TRACKS),
    )


def _albums(gold: Gold, listener: str) -> Ranking:
    albums = _read(gold, listener, "Top albums", TOP_ALBUMS)
    known = (gold.first(ALBUMS_KNOWN, listener=listener) or {"share": None})["share"]
    entries = albums.entries if known is None or known >= LEAST_KNOWN_ALBUMS else ()
    return replace(albums, source=albums.source + ALBUMS_KNOWN.tables, entries=entries, known_share=known)


def _read(gold: Gold, listener: str, title: str, query: Query) -> Ranking:
    rows = gold.rows(query, listener=listener, depth=DEPTH)
    return Ranking(title, query.tables, tuple(Entry(**row) for row in rows))
