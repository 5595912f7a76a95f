"""A year in review: its counts beside those of the year before, and what stood out."""

from __future__ import annotations

from dataclasses import dataclass

from spotiflow.report.gold.queries import KNOWN_DAYS, REVIEW, Gold

# Days of the year before that must be known, or a change would be that of the data.
WHOLE_YEAR_DAYS = 330
# The items of gold.year_in_review, in order of display: counts, then names with the number behind them.
COUNTS = {
    "plays": "plays",
    "minutes": "hours",
    "days": "days with plays",
    "tracks": "tracks",
    "artists": "artists",
    "new_tracks": "new tracks",
    "new_artists": "new artists",
}
NAMES = {
    "top_genre": ("top genre", "play"),
    "busiest_day": ("busiest day", "play"),
    "longest_streak": ("longest row", "day"),
    "most_in_a_day": ("on repeat", "play"),
}


@dataclass(frozen=True)
class Item:
    """One item: its value, the name behind it, and the value of the year before where that is whole."""

    item: str
    value: float
    text: str | None
    before: float | None


@dataclass(frozen=True)
class Review:
    """The items of one year; `known_days_before` are the days of the year before that any source covers."""

    source: tuple[str, ...]
    year: int
    items: tuple[Item, ...]
    known_days_before: int


def load(gold: Gold, listener: str, year: int) -> Review:
    """Read the items of the year and of the one before."""
    rows = gold.rows(REVIEW, listener=listener, year=year)
    known = (gold.first(KNOWN_DAYS, listener=listener, year=year - 1) or {"days": 0})["days"]
    before = {
        row["item"]: row["value"] for row in rows if row["year"] == year - 1 and known >= WHOLE_YEAR_DAYS
    }
    of_year = {row["item"]: row for row in rows if row["year"] == year}
    items = tuple(
        Item(
            name, of_year[name]["value"], of_year[name]["text"], before.get(name) if name in COUNTS else None
        )
        for name in (*COUNTS, *NAMES)
        if name in of_year
    )
    return Review(REVIEW.tables + KNOWN_DAYS.tables, year, items, known)
