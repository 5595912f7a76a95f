"""`/people`: everybody's tops, how much they share, totals."""

from __future__ import annotations

from spotiflow.report.gold.queries import Query
from spotiflow.web import figures, words
from spotiflow.web.figure import Entry, Figure, Page, Tile
from spotiflow.web.marks.bars import bar
from spotiflow.web.marks.cells import matrix
from spotiflow.web.view import View
from spotiflow.web.words import Col, table

TOTALS = Query(
    ("listening_overview", "listening_log"),
    """
    select
        (select count(*) from gold.listening_overview where plays > 0) as listeners,
        count(*) as plays, sum(minutes) as minutes, count(distinct artist_name) as artists,
        count(distinct track_id) as tracks
    from gold.listening_log
    """,
)
EVERYBODY = Query(
    ("listening_overview",),
    """
    select overview.listener_id, overview.is_simulated, overview.plays, overview.minutes, overview.artists,
        overview.tracks, overview.active_days, overview.first_played_at, overview.last_played_at,
        overview.measured_share
    from gold.listening_overview as overview order by plays desc, listener_id limit 200
    """,
)
LAST_RUN = Query((), "select max(finished_at) as at from raw.stage_runs where status = 'ok'")
OVERLAP = Query(
    ("household_overlap",),
    """
    select listener_id, other_listener_id, artists, shared_artists, shared_artist_share, shared_play_share,
        shared_tracks, taste_distance, reason
    from gold.household_overlap order by listener_id, other_listener_id
    """,
)
# With one listener only there are no rows for everybody: their own are the same.
TOP = """
    select rank, {name} as title, {artist} as artist, plays, minutes from gold.{table}
    where period_kind = 'all' and rank <= 10 and listener_id = coalesce(
        (select any_value(listener_id) from gold.{table} where listener_id = 'all'), $listener
    ) order by rank
"""
TOPS = (
    ("artist", "Artists of everybody", "top_artists", "artist_name", "cast(null as varchar)"),
    ("track", "Tracks of everybody", "top_tracks", "track_name", "artist_name"),
    ("album", "Albums of everybody", "top_albums", "album_name", "artist_name"),
)
MOST_IN_MATRIX = 12


def build(view: View) -> Page:
    """Return everybody."""
    total = view.row(TOTALS)
    last = view.row(LAST_RUN)
    return Page(
        "people",
        "Everybody",
        tiles=[
            Tile(
                "listeners",
                total.get("listeners"),
                words.count(total.get("listeners")),
                "listeners with plays",
            ),
            Tile("plays", total.get("plays"), words.count(total.get("plays")), "plays"),
            Tile("minutes", total.get("minutes"), words.hours(total.get("minutes")), "listened"),
            Tile("artists", total.get("artists"), words.count(total.get("artists")), "artists"),
            Tile("tracks", total.get("tracks"), words.count(total.get("tracks")), "tracks"),
            Tile("last-run", last.get("at"), words.day(last.get("at")), "last stage that ran"),
        ],
        groups=(
            ("", (everybody(view),)),
            ("What is played most by all", tuple(tops(view, *one) for one in TOPS)),
            ("What they share", (overlap(view),)),
        ),
        has_period=False,
    )


def everybody(view: View) -> Figure:
    """Return a line a listener."""
    return figures.listing(
        "everybody",
        "Listeners",
        table(
            view.rows(EVERYBODY),
            Col("listener", "listener_id", href=lambda row: view.link("/", listener=row["listener_id"])),
            Col("simulated", "is_simulated"),
            Col("plays", "plays", words.count),
            Col("listened", "minutes", words.hours),
            Col("artists", "artists", words.count),
            Col("tracks", "tracks", words.count),
            Col("days", "active_days", words.count),
            Col("first", "first_played_at", words.day),
            Col("last", "last_played_at", words.day),
            Col("measured", "measured_share", words.share),
        ),
    )


def tops(view: View, kind: str, title: str, name: str, column: str, artist: str) -> Figure:
    """Return what all listeners together play most."""
    sql = TOP.replace("{name}", column).replace("{artist}", artist).replace("{table}", name)
    rows = view.rows(Query((name,), sql))
    if not rows:
        return Figure(f"all-{kind}", title, empty="No plays yet.")
    most = rows[0]["plays"]
    entries = [
        Entry(
            row["rank"],
            words.name(row["title"]),
            words.name(row["artist"]) if row["artist"] else "",
            words.count(row["plays"]),
            None,
            bar=bar(row["plays"] / most),
        )
        for row in rows
    ]
    return Figure(
        f"all-{kind}",
        title,
        "by plays, all time",
        entries=entries,
        table=table(
            rows,
            Col("place", "rank", words.count),
            Col(kind, "title"),
            Col("artist", "artist"),
            Col("plays", "plays", words.count),
            Col("listened", "minutes", words.minutes),
        ),
    )


def overlap(view: View) -> Figure:
    """Return which share of one listener's plays is by artists another plays too."""
    rows = view.rows(OVERLAP)
    title = "Shared artists"
    if not rows:
        return Figure("overlap", title, empty="It takes two listeners with plays.", is_wide=True)
    names = list(dict.fromkeys(row["listener_id"] for row in rows))[:MOST_IN_MATRIX]
    cells = {
        (row["listener_id"], row["other_listener_id"]): (
            row["shared_play_share"],
            words.share(row["shared_play_share"]),
            f"{row['listener_id']}: {words.share(row['shared_play_share'])} of plays are by artists that "
            f"{row['other_listener_id']} plays too ({row['shared_artists']:,} artists)",
        )
        for row in rows
        if row["shared_play_share"] is not None
        and {row["listener_id"], row["other_listener_id"]} <= set(names)
    }
    return Figure(
        "overlap",
        title,
        "share of a listener's plays (row) by artists the other one (column) plays too",
        matrix(names, names, cells, title, f"{len(names)} listeners."),
        table(
            rows,
            Col("listener", "listener_id"),
            Col("and", "other_listener_id"),
            Col("artists", "artists", words.count),
            Col("shared artists", "shared_artists", words.count),
            Col("of artists", "shared_artist_share", words.share),
            Col("of plays", "shared_play_share", words.share),
            Col("shared tracks", "shared_tracks", words.count),
            Col("distance of taste", "taste_distance", words.decimal),
            Col("why nothing", "reason"),
        ),
        is_wide=True,
    )
