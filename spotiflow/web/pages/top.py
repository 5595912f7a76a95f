"""`/top`, `/artist/NAME`, `/track/ID`, `/album/NAME`: most played, and one of them over time."""

from __future__ import annotations

from typing import Any

from spotiflow.core.errors import NotFoundError
from spotiflow.core.words import clean, shortened
from spotiflow.report.gold.queries import Query
from spotiflow.web import figures, words
from spotiflow.web.figure import Page, Tile
from spotiflow.web.figures import ALBUMS, ARTISTS, TRACKS, Part
from spotiflow.web.view import View

DEPTH = 50
NEAR = 3
# Names are compared without case and accents where no name is exactly the one asked for.
ARTIST = Query(
    ("listening_log",),
    """
    select artist_name as name from gold.listening_log
    where listener_id = $listener and lower(strip_accents(artist_name)) = lower(strip_accents($wanted))
    group by 1 order by artist_name = $wanted desc, count(*) desc limit 1
    """,
)
NEAREST = Query(
    ("listening_log",),
    """
    select artist_name as name from gold.listening_log
    where listener_id = $listener and artist_name is not null
    group by 1 order by jaro_winkler_similarity(lower(artist_name), lower($wanted)) desc, 1 limit 3
    """,
)
TRACK = Query(
    ("listening_log",),
    """
    select max(track_name) as title, max(artist_name) as artist, max(album_name) as album,
        max(track_genre) as genre, max(valence) filter (where is_measured) as valence,
        max(energy) filter (where is_measured) as energy
    from gold.listening_log where listener_id = $listener and track_id = $wanted having count(*) > 0
    """,
)
ALBUM = Query(
    ("listening_log",),
    """
    select album_name as title, artist_name as artist from gold.listening_log
    where listener_id = $listener and album_name = $wanted and ($artist = '' or artist_name = $artist)
    group by all order by count(*) desc, artist_name limit 1
    """,
)
PLACE = """
with counted as (
    select {column} as name, count(*) as plays from gold.listening_log
    where listener_id = $listener and date between $first and $last and {column} is not null group by 1
)
select
    (select count(*) + 1 from counted where plays > (select plays from counted where name = $name)) as place,
    (select count(*) from counted) as places,
    (select plays from counted where name = $name) / nullif((select sum(plays) from counted), 0) as share
"""


def build(view: View) -> Page:
    """Return the three rankings of the period."""
    part = Part(view)
    ranked = tuple(figures.top(part, one, DEPTH) for one in (ARTISTS, TRACKS, ALBUMS))
    against = "" if view.span.before is None else " Arrows: against the period of the same length before."
    return Page(
        "top",
        "Most played",
        lead=f"{view.span.label}, by {view.unit}.{against}",
        groups=(("", ranked),),
        has_unit=True,
    )


def artist(view: View, name: str) -> Page:
    """Return one artist: how much, when, which tracks and albums."""
    found = view.row(ARTIST, wanted=name)
    if not found:
        near = [row["name"] for row in view.rows(NEAREST, wanted=name[:200])]
        raise _nothing("artist", name, near)
    part = Part(view, "artist_name", found["name"])
    groups = (
        ("", (figures.over_time(part), figures.clock(part))),
        ("Of this artist", (figures.top(part, TRACKS, 20), figures.top(part, ALBUMS, 20))),
        ("Day by day", (figures.calendar(part),)),
    )
    return Page(
        "top",
        words.name(found["name"]),
        lead=f"Artist, {view.span.label}",
        tiles=_tiles(part, "artist_name"),
        groups=groups,
        has_unit=True,
    )


def track(view: View, ident: str) -> Page:
    """Return one track: how much and when."""
    found = view.row(TRACK, wanted=ident)
    if not found:
        raise _nothing("track", ident, [])
    part = Part(view, "track_id", ident)
    sound = "Its sound was not measured."
    if found["valence"] is not None:
        sound = (
            f"Measured: valence {words.decimal(found['valence'])}, energy {words.decimal(found['energy'])}."
        )
    return Page(
        "top",
        words.name(found["title"]),
        lead=f"Track by {words.name(found['artist'])}, {view.span.label}. {sound}",
        links=_links(view, found, "artist", "album"),
        tiles=_tiles(part, "track_id"),
        groups=(
            ("", (figures.over_time(part), figures.clock(part))),
            ("Day by day", (figures.calendar(part),)),
        ),
        has_unit=True,
    )


def album(view: View, name: str, artist: str) -> Page:
    """Return one album: how much, when, which tracks."""
    found = view.row(ALBUM, wanted=name, artist=artist)
    if not found:
        raise _nothing("album", name, [])
    part = Part(view, "album_name", found["title"], found["artist"] or "")
    return Page(
        "top",
        words.name(found["title"]),
        lead=f"Album by {words.name(found['artist'])}, {view.span.label}",
        links=_links(view, found, "artist"),
        tiles=_tiles(part, "album_name"),
        groups=(
            ("", (figures.over_time(part), figures.top(part, TRACKS, 20))),
            ("When", (figures.clock(part), figures.calendar(part))),
        ),
        has_unit=True,
    )


album.takes = ("artist",)  # type: ignore[attr-defined]


def _links(view: View, found: dict[str, Any], *kinds: str) -> list[tuple[str, str]]:
    links = []
    for kind in kinds:
        by = found["artist"] if kind == "album" else None
        if found[kind] and (href := view.of(kind, found[kind], artist=by)):
            links.append((f"{kind.capitalize()}: {words.name(found[kind])}", href))
    return links


def _nothing(kind: str, name: str, near: list[str]) -> NotFoundError:
    said = " or ".join(f"'{shortened(name, 40, '...')}'" for name in near[:NEAR])
    return NotFoundError(
        f"No play is of {'an' if kind[0] == 'a' else 'a'} {kind} '{shortened(clean(name), 60, '...')}'.",
        hint=f"Did you mean {said}?" if near else "Go on from the page of the most played.",
    )


def _tiles(part: Part, column: str) -> list[Tile]:
    now = figures.totals(part)
    earlier = figures.before(part.view)
    past = figures.totals(Part(earlier, part.column, part.name, part.by)) if earlier else {}
    place = part.rows(PLACE.replace("{column}", column))[0]
    numbers = [
        Tile(
            "plays",
            now["plays"],
            words.count(now["plays"]),
            "plays",
            words.change(now["plays"], past.get("plays")),
        ),
        Tile("minutes", now["minutes"], words.hours(now["minutes"]), "listened"),
        Tile("share", place["share"], words.share(place["share"]), "of plays"),
        Tile(
            "place",
            place["place"],
            f"{place['place']:,}" if now["plays"] else words.UNKNOWN,
            f"of {place['places']:,} by plays",
        ),
        Tile("tracks", now["tracks"], words.count(now["tracks"]), "tracks"),
        Tile("days", now["days"], words.count(now["days"]), "days with plays"),
        Tile("first", now["first_date"], words.day(now["first_date"]), "first played"),
        Tile("last", now["last_date"], words.day(now["last_date"]), "last played"),
    ]
    return [tile for tile in numbers if not (tile.key == "tracks" and column == "track_id")]
