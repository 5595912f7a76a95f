"""`/habits`: sessions, skips, streaks, new against known, and what changed."""

from __future__ import annotations

from typing import Any

from spotiflow.report.gold.queries import Query
from spotiflow.web import figures, words
from spotiflow.web.figure import Figure, Page, Tile
from spotiflow.web.marks.bars import Column, columns
from spotiflow.web.marks.dots import Dot, dots
from spotiflow.web.marks.lines import Line, Point, trend
from spotiflow.web.pages import weeks
from spotiflow.web.view import View
from spotiflow.web.words import Col, table

BUCKET_MINUTES, LAST_BUCKET = 15, 12
LENGTHS = Query(
    ("listening_sessions",),
    f"""
    select least({LAST_BUCKET}, cast(floor(minutes / {BUCKET_MINUTES}) as integer)) as bucket,
        count(*) as sessions
    from gold.listening_sessions
    where listener_id = $listener and listening_date between $first and $last and minutes is not null
    group by 1 order by 1
    """,
)
LONGEST = Query(
    ("listening_sessions",),
    """
    select local_started_at, listening_date, minutes, plays, skips, tracks, artists
    from gold.listening_sessions
    where listener_id = $listener and listening_date between $first and $last
    order by minutes desc nulls last, session_id limit 10
    """,
)
STREAKS = Query(
    ("listening_streaks",),
    """
    select length_rank, started_date, ended_date, days, plays, minutes, is_current
    from gold.listening_streaks where listener_id = $listener order by length_rank limit 10
    """,
)
STREAK_FIGURES = Query(
    ("listening_streaks",),
    """
    select max(days) as longest, max(days) filter (where is_current) as current
    from gold.listening_streaks where listener_id = $listener
    """,
)
SKIPS = Query(
    ("skip_behaviour", "listening_overview"),
    """
    select dimension, value, n, skips, skip_share, ci_low, ci_high, reason from gold.skip_behaviour
    where listener_id = $listener and dimension = $dimension and definition = (
        select skip_definition from gold.listening_overview where listener_id = $listener
    ) order by try_cast(value as integer) nulls last, value
    """,
)
DEFINITION = Query(
    ("listening_overview",),
    "select skip_definition, skip_share, skip_n from gold.listening_overview where listener_id = $listener",
)
NEW = Query(
    ("discovery_and_repeat",),
    """
    select month_start, tracks, new_tracks, new_track_share, artists, new_artists, comeback_tracks,
        week_obsession_track_name, week_obsession_artist_name, week_obsession_plays
    from gold.discovery_and_repeat
    where listener_id = $listener and month_start between date_trunc('month', $first) and $last
    order by month_start
    """,
)
LEDGER = Query(
    ("audio_ledger",),
    """
    select month_start,
        coalesce(sum(minutes) filter (where content_type = 'track'), 0) as music,
        coalesce(sum(minutes) filter (where content_type = 'episode'), 0) as podcasts,
        coalesce(sum(minutes) filter (where content_type = 'audiobook'), 0) as audiobooks
    from gold.audio_ledger
    where listener_id = $listener and month_start between date_trunc('month', $first) and $last
    group by 1 order by 1
    """,
)
SAID = {
    "ended_early": "skipped: ended early, as the player noted",
    "under_30_seconds": "skipped: shorter than 30 seconds",
}


def build(view: View) -> Page:
    """Return the habits."""
    return Page(
        "habits",
        "Habits",
        tiles=_tiles(view),
        groups=(
            ("Sessions", (lengths(view), longest(view))),
            (
                "Skips",
                (skips(view, "familiarity", "How often heard before"), skips(view, "hour_of_day", "Hour")),
            ),
            ("New and known", (new(view), ledger(view))),
            ("Days in a row", (streaks(view), weeks.segment(view))),
            ("Week by week", (weeks.weeks(view), weeks.sound_of_weeks(view), weeks.triggers(view))),
            ("When which music", (weeks.times(view),)),
        ),
    )


def _tiles(view: View) -> list[Tile]:
    streak, skip = view.row(STREAK_FIGURES), view.row(DEFINITION)
    definition = SAID.get(skip.get("skip_definition") or "", "skipped")
    return [
        Tile(
            "longest-streak",
            streak.get("longest"),
            words.count(streak.get("longest")),
            "days in a row, the longest",
        ),
        Tile(
            "current-streak", streak.get("current"), words.count(streak.get("current")), "days in a row now"
        ),
        Tile("skip-share", skip.get("skip_share"), words.share(skip.get("skip_share")), definition),
    ]


def lengths(view: View) -> Figure:
    """Return how long sessions are."""
    found = {row["bucket"]: row["sessions"] for row in view.rows(LENGTHS)}
    if not found:
        return Figure(
            "lengths", "How long sessions are", empty="No session of this period has a known length."
        )
    total = sum(found.values())
    rows, data = [], []
    for bucket in range(LAST_BUCKET + 1):
        begin = bucket * BUCKET_MINUTES
        name = (
            f"{begin} min and more" if bucket == LAST_BUCKET else f"{begin} to {begin + BUCKET_MINUTES} min"
        )
        count = found.get(bucket, 0)
        rows.append({"length": name, "sessions": count})
        label = f"{begin // 60} h" if begin % 60 == 0 else ""
        data.append(
            Column(label if bucket < LAST_BUCKET else "3 h+", (float(count),), f"{name}: {count:,} sessions")
        )
    return Figure(
        "lengths",
        "How long sessions are",
        f"{view.span.label}; n = {total:,} sessions; a pause of 30 minutes ends one",
        columns(data, "How long sessions are", f"{total:,} sessions.", words.count),
        table(rows, Col("length", "length"), Col("sessions", "sessions", words.count)),
    )


def longest(view: View) -> Figure:
    """Return the longest sessions."""
    return figures.listing(
        "longest",
        "Longest sessions",
        table(
            view.rows(LONGEST),
            Col(
                "began",
                "local_started_at",
                words.moment,
                lambda row: view.of("day", row["listening_date"].isoformat()),
            ),
            Col("length", "minutes", words.minutes),
            Col("plays", "plays", words.count),
            Col("skips", "skips", words.count),
            Col("artists", "artists", words.count),
        ),
        note=view.span.label,
        empty="No session in this period.",
        is_wide=False,
    )


def skips(view: View, dimension: str, title: str) -> Figure:
    """Return the share of skips by one dimension, with intervals."""
    rows = view.rows(SKIPS, dimension=dimension)
    key = f"skips-{dimension.replace('_', '-')}"
    if not rows:
        return Figure(key, title, empty="No streams yet.")
    columns_ = (
        Col(words.label(dimension), "value"),
        Col("streams", "n", words.count),
        Col("skips", "skips", words.count),
        Col("share", "skip_share", words.share),
        Col("95 % from", "ci_low", words.share),
        Col("to", "ci_high", words.share),
        Col("why no interval", "reason"),
    )
    note = f"whole history, 95 % over sessions; n = {sum(row['n'] for row in rows):,} streams"
    if dimension == "hour_of_day":
        line = Line(
            "skipped",
            [
                Point(
                    f"{int(row['value']):02}",
                    row["skip_share"],
                    row["ci_low"],
                    row["ci_high"],
                    _skip_told(row),
                )
                for row in rows
            ],
        )
        mark = trend([line], title, "24 hours.", words.share, width=560)
    else:
        mark = dots(
            [
                Dot(row["value"], row["skip_share"], row["ci_low"], row["ci_high"], _skip_told(row))
                for row in rows
            ],
            title,
            "Share of streams that were skipped.",
            words.share,
        )
    return Figure(key, title, note, mark, table(rows, *columns_))


def _skip_told(row: dict[str, Any]) -> str:
    return f"{row['value']}: {words.share(row['skip_share'])} of {row['n']:,} streams"


def new(view: View) -> Figure:
    """Return the share of each month's tracks that were new."""
    rows = view.rows(NEW)
    title = "New tracks by month"
    if not rows:
        return Figure("new", title, empty="No month of this period has plays.")
    data = [
        Column(
            f"{row['month_start']:%b %y}",
            (float(row["tracks"] - row["new_tracks"]), float(row["new_tracks"])),
            f"{row['month_start']:%b %Y}: {row['new_tracks']:,} of {row['tracks']:,} tracks were new "
            f"({words.share(row['new_track_share'])})",
        )
        for row in rows
    ]
    return Figure(
        "new",
        title,
        "different tracks of a month; orange: heard for the first time",
        columns(data, title, f"{len(rows)} months.", words.count),
        table(
            rows,
            Col("month", "month_start", lambda month: f"{month:%b %Y}"),
            Col("tracks", "tracks", words.count),
            Col("new", "new_tracks", words.count),
            Col("share", "new_track_share", words.share),
            Col("artists", "artists", words.count),
            Col("new artists", "new_artists", words.count),
            Col("came back", "comeback_tracks", words.count),
            Col("on repeat", "week_obsession_track_name"),
            Col("by", "week_obsession_artist_name"),
            Col("plays in 7 days", "week_obsession_plays", words.count),
        ),
        about="In the first months of a history everything is new.",
    )


def streaks(view: View) -> Figure:
    """Return the longest rows of days with music."""
    return figures.listing(
        "streaks",
        "Longest rows of days",
        table(
            view.rows(STREAKS),
            Col("place", "length_rank", words.count),
            Col("from", "started_date", words.day),
            Col("to", "ended_date", words.day),
            Col("days", "days", words.count),
            Col("plays", "plays", words.count),
            Col("listened", "minutes", words.minutes),
        ),
        note="whole history",
        empty="No plays yet.",
        is_wide=False,
    )


def ledger(view: View) -> Figure:
    """Return hours of music, podcasts and audiobooks by month."""
    rows = view.rows(LEDGER)
    title = "Music, podcasts, audiobooks"
    if not rows:
        return Figure("ledger", title, empty="No month of this period has streams.")
    kinds = ("music", "podcasts", "audiobooks")
    data = [
        Column(
            f"{row['month_start']:%b %y}",
            tuple(row[kind] / 60 for kind in kinds),
            f"{row['month_start']:%b %Y}: " + ", ".join(f"{kind} {words.hours(row[kind])}" for kind in kinds),
        )
        for row in rows
    ]
    return Figure(
        "ledger",
        title,
        "hours a month from below: music, podcasts (orange), audiobooks (blue); however short",
        columns(data, title, f"{len(rows)} months.", lambda value: f"{value:,.4g} h"),
        table(
            rows,
            Col("month", "month_start", lambda month: f"{month:%b %Y}"),
            *(Col(kind, kind, words.hours) for kind in kinds),
        ),
    )
