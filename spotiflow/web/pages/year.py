"""`/year/YEAR`: the year, to look at and to share."""

from __future__ import annotations

from dataclasses import replace

from spotiflow.core.errors import NotFoundError, UsageError
from spotiflow.core.words import clean, shortened
from spotiflow.report.gold.queries import Query
from spotiflow.web import figures, words
from spotiflow.web.figure import Figure, Page, Tile
from spotiflow.web.figures import Part
from spotiflow.web.pages import overview, shared
from spotiflow.web.periods import span
from spotiflow.web.view import View
from spotiflow.web.words import Col, table

ITEMS = Query(
    ("year_in_review",),
    """
    select item, value, text from gold.year_in_review where listener_id = $listener and year = $year
    """,
)
YEARS = Query(
    ("year_in_review",),
    "select distinct year from gold.year_in_review where listener_id = $listener order by year",
)
NAMES = {
    "top_track": ("the track of the year", "plays"),
    "top_artist": ("the artist of the year", "plays"),
    "top_album": ("the album of the year", "plays"),
    "top_genre": ("the genre of the year", "plays"),
    "busiest_day": ("the busiest day", "plays"),
    "longest_streak": ("the longest row of days", "days"),
    "most_in_a_day": ("most often in one day", "plays"),
    "new_tracks": ("tracks heard for the first time", ""),
    "new_artists": ("artists heard for the first time", ""),
}


def latest(view: View) -> Page:
    """Return the last year of the history."""
    return build(view, str(view.history[1].year))


def build(view: View, year: str) -> Page:
    """Return one calendar year."""
    if not (year.isascii() and year.isdecimal() and len(year) == 4 and year[0] != "0"):
        raise UsageError(f"'{shortened(clean(year), 40, '...')}' is no year.", hint="Write it as 2026.")
    of_year = replace(view, span=span(year, "", "", *view.history))
    part = Part(of_year)
    years = [row["year"] for row in view.rows(YEARS)]
    if not figures.totals(part).get("plays"):
        known = ", ".join(map(str, years[-20:])) or "none yet"
        raise NotFoundError(f"No play is from {year}.", hint=f"Years with plays: {known}.")
    return Page(
        "year",
        year,
        tiles=_tiles(of_year),
        strip=overview.history(of_year),
        links=[(str(one), view.link(f"/year/{one}") or "") for one in reversed(years) if str(one) != year],
        groups=(
            ("", (items(of_year, int(year)),)),
            (
                "",
                tuple(
                    figures.top(part, one, 5, title=f"Your {one.title.lower()}")
                    for one in (figures.ARTISTS, figures.TRACKS, figures.ALBUMS)
                ),
            ),
            ("", (figures.over_time(part, title="Month by month"), figures.clock(part, title="When"))),
            ("", (figures.calendar(part),)),
            ("", (shared.genres(of_year, 5), moods(of_year))),
        ),
        has_period=False,
        has_unit=True,
        is_hero=True,
    )


def _tiles(view: View) -> list[Tile]:
    shown = {tile.key: tile for tile in figures.tiles(view)}
    return [shown[key] for key in ("minutes", "plays", "artists", "tracks", "days")]


def items(view: View, year: int) -> Figure:
    """Return what stood out."""
    found = {row["item"]: row for row in view.rows(ITEMS, year=year)}
    rows = [
        {"what": label, "text": found[item]["text"] or "", "value": found[item]["value"], "unit": unit}
        for item, (label, unit) in NAMES.items()
        if item in found
    ]
    return figures.listing(
        "items",
        "What stood out",
        table(
            rows,
            Col("what", "what"),
            Col("which", "text", str),
            Col("how many", "value", words.count),
            Col("of", "unit", str),
        ),
        empty="Nothing stood out.",
    )


def moods(view: View) -> Figure:
    """Return the moods of the music of the whole history: gold has them for no single year."""
    return shared.moods(view)
