"""`/day/DATE`: one day, its plays in order, and the same day in other years."""

from __future__ import annotations

from datetime import date
from typing import Any

from spotiflow.core.errors import NotFoundError
from spotiflow.report.gold.queries import Query
from spotiflow.web import figures, words
from spotiflow.web.figure import Figure, Page, Tile
from spotiflow.web.marks.bars import Column, columns
from spotiflow.web.periods import one_day
from spotiflow.web.view import View
from spotiflow.web.words import Col, table

ON_DAY = Query(
    ("on_this_day",),
    """
    select date, plays, minutes, top_track_name, top_artist_name, top_track_plays from gold.on_this_day
    where listener_id = $listener and month_day = $month_day and year <> $year order by year desc
    """,
)
LOG = Query(
    ("listening_log",),
    """
    select started_at, hour_of_day, track_id, track_name, artist_name, album_name, minutes, source
    from gold.listening_log where listener_id = $listener and date = $day order by started_at, play_id
    """,
)
STATE = Query(
    ("history_completeness",),
    """
    select state, sources from gold.history_completeness where listener_id = $listener and date = $day
    """,
)
OVER_24_HOURS = Query(
    ("temporal_trends",),
    """
    select is_over_24_hours from gold.temporal_trends where listener_id = $listener and date = $day
    """,
)
NEIGHBOURS = Query(
    ("listening_log",),
    """
    select max(date) filter (where date < $day) as earlier, min(date) filter (where date > $day) as later
    from gold.listening_log where listener_id = $listener
    """,
)


def build(view: View, day: str) -> Page:
    """Return one day: its plays in order, and the same day in other years."""
    when = one_day(day)
    log = view.rows(LOG, day=when)
    known = view.row(STATE, day=when)
    if not log and not known:
        raise NotFoundError(
            f"The history has no day {when}.",
            hint=f"It goes from {view.history[0]} to {view.history[1]}.",
        )
    beside = view.row(NEIGHBOURS, day=when)
    links = [
        (f"{arrow} {words.day(found)}", view.of("day", found.isoformat()) or "")
        for arrow, found in (("←", beside.get("earlier")), ("→", beside.get("later")))
        if found
    ]
    state = figures.STATES.get(known.get("state", ""), "unknown")
    is_over = bool(view.row(OVER_24_HOURS, day=when).get("is_over_24_hours"))
    return Page(
        "when",
        f"{figures.WEEKDAYS[when.weekday()]}, {words.day(when)}",
        lead=lead(state, is_over_24_hours=is_over),
        tiles=_day_tiles(log),
        links=links,
        groups=(("", (_hours(when, log), same_day(view, when))), ("", (_plays(view, log),))),
        has_period=False,
    )


def lead(state: str, *, is_over_24_hours: bool) -> str:
    """Return what is known of the day, and that it is too long for one device where it is."""
    too_long = " More than 24 hours were played on it: two devices at once." if is_over_24_hours else ""
    return f"History of this day: {state}.{too_long}"


def _day_tiles(log: list[dict[str, Any]]) -> list[Tile]:
    told = [row["minutes"] for row in log if row["minutes"] is not None]
    minutes = sum(told) if told else None
    tracks, artists = ({row[key] for row in log if row[key]} for key in ("track_id", "artist_name"))
    return [
        Tile("plays", len(log), words.count(len(log)), "plays"),
        Tile("minutes", minutes, words.minutes(minutes), "listened"),
        Tile("tracks", len(tracks), words.count(len(tracks)), "tracks"),
        Tile("artists", len(artists), words.count(len(artists)), "artists"),
    ]


def _hours(when: date, log: list[dict[str, Any]]) -> Figure:
    counts = [sum(row["hour_of_day"] == hour for row in log) for hour in range(24)]
    if not log:
        return Figure("hours", "Hour by hour", empty="Nothing was played on this day.")
    data = [
        Column(
            f"{hour:02}", (float(count),), f"{hour:02} to {hour + 1:02} h: {figures.counted(count, 'plays')}"
        )
        for hour, count in enumerate(counts)
    ]
    rows = [{"hour": f"{hour:02}", "plays": count} for hour, count in enumerate(counts)]
    return Figure(
        "hours",
        "Hour by hour",
        f"n = {len(log)} plays, local time",
        columns(data, "Hour by hour", f"Plays on {when}.", words.count),
        table(rows, Col("hour", "hour"), Col("plays", "plays", words.count)),
    )


def same_day(view: View, when: date) -> Figure:
    """Return this day of the year in other years."""
    rows = view.rows(ON_DAY, month_day=f"{when:%m-%d}", year=when.year)
    found = table(
        rows,
        Col("day", "date", words.day, lambda row: view.of("day", row["date"].isoformat())),
        Col("plays", "plays", words.count),
        Col("listened", "minutes", words.minutes),
        Col("most played", "top_track_name"),
        Col("by", "top_artist_name"),
        Col("plays of it", "top_track_plays", words.count),
    )
    return figures.listing(
        "same-day",
        "On this day",
        found,
        empty="Nothing was played on this day in any other year.",
        is_wide=False,
    )


def _plays(view: View, log: list[dict[str, Any]]) -> Figure:
    rows = [row | {"utc": row["started_at"]} for row in log]
    return figures.listing(
        "log",
        "Every play",
        table(
            rows,
            Col("began, UTC", "utc", lambda moment: f"{moment:%H:%M:%S}"),
            Col("local hour", "hour_of_day", words.count),
            Col("track", "track_name", href=lambda row: view.of("track", row["track_id"])),
            Col("artist", "artist_name", href=lambda row: view.of("artist", row["artist_name"])),
            Col(
                "album",
                "album_name",
                href=lambda row: view.of("album", row["album_name"], artist=row["artist_name"]),
            ),
            Col("listened", "minutes", words.minutes),
            Col("source", "source"),
        ),
        empty="Nothing was played on this day.",
    )
