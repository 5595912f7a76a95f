"""`/for-you`: what next, and why?"""

from __future__ import annotations

from spotiflow.report.gold.queries import Query
from spotiflow.web import figures, words
from spotiflow.web.figure import Figure, Page
from spotiflow.web.marks.dots import Dot, dots
from spotiflow.web.view import View
from spotiflow.web.words import Col, table

LISTS = Query(
    ("track_recommendations",),
    """
    select rank, kind, track_id, track_name, primary_artist, track_genre, reason, play_count,
        created_at, method, model_version
    from gold.track_recommendations where listener_id = $listener and is_current and kind = $kind
    order by rank limit $depth
    """,
)
PLAYLISTS = Query(
    ("personalized_playlist_suggestions",),
    """
    select playlist_name, position, track_id, track_name, artist_name, track_genre, why, is_new_to_listener
    from gold.personalized_playlist_suggestions where listener_id = $listener and position <= 10
    order by playlist_name, position
    """,
)
LIFTING = Query(
    ("mood_improvement_recommendations",),
    """
    select target_scenario, rank, track_id, track_name, artist_name, valence, energy, play_count, reason
    from gold.mood_improvement_recommendations where listener_id = $listener order by rank limit 40
    """,
)
BACKTEST = Query(
    ("model_performance_metrics",),
    """
    select model, metric, value, ci_low, ci_high, n, baseline_name, baseline_value, measured_at
    from gold.model_performance_metrics
    where model in ('relisten', 'discovery') and slice = 'all' and listener_id = $listener
        and metric in ('recall_at_20', 'ndcg_at_20') and value is not null
    qualify row_number() over (partition by model, metric order by measured_at desc) = 1
    order by model desc, metric
    """,
)
DEPTH = 25
TITLES = {"again": "To play again", "new": "To discover"}
NAMES = {"relisten": "to play again", "discovery": "to discover"}


def build(view: View) -> Page:
    """Return the current lists with their reasons and how well they did on plays held back."""
    return Page(
        "for-you",
        "For you",
        lead="Made from your own plays on this machine; every number in a reason comes from the tables.",
        groups=(
            ("", tuple(lists(view, kind) for kind in TITLES)),
            ("How good are they?", (backtest(view),)),
            ("Playlists", (playlists(view),)),
            ("By what it should do", (lifting(view),)),
        ),
        has_period=False,
    )


def lists(view: View, kind: str) -> Figure:
    """Return one list: tracks to play again, or new ones."""
    rows = view.rows(LISTS, kind=kind, depth=DEPTH)
    made = f"made {words.moment(rows[0]['created_at'])} UTC" if rows else ""
    return figures.listing(
        kind,
        TITLES[kind],
        table(
            rows,
            Col("place", "rank", words.count),
            Col(
                "track",
                "track_name",
                href=lambda row: view.of("track", row["track_id"]) if row["play_count"] else None,
            ),
            Col("artist", "primary_artist"),
            Col("genre", "track_genre"),
            Col("why", "reason"),
        ),
        note=made,
        empty="Nothing yet. New tracks take the catalogue: spotiflow ingest kaggle archive.zip",
    )


def backtest(view: View) -> Figure:
    """Return recall on plays that were held back, beside a simple rule."""
    rows = view.rows(BACKTEST)
    title = "On plays held back"
    if not rows:
        return Figure(
            "backtest", title, empty="None yet: it takes 200 plays before the last 28 days.", is_wide=True
        )
    data = [
        Dot(
            f"{NAMES[row['model']]}, {words.label(row['metric'])}",
            row["value"],
            row["ci_low"],
            row["ci_high"],
            f"{words.decimal(row['value'])} ({words.between(row['ci_low'], row['ci_high'])}), "
            f"n = {row['n']:,}; "
            f"{words.label(row['baseline_name'])} {words.decimal(row['baseline_value'])}",
            row["baseline_value"],
        )
        for row in rows
    ]
    return Figure(
        "backtest",
        title,
        "the last 28 days were hidden and then looked for; orange: a simple rule (most played, most popular)",
        dots(
            data, title, "Further right: more of what was played was in the list.", words.decimal, width=1120
        ),
        table(
            rows,
            Col("list", "model"),
            Col("figure", "metric"),
            Col("value", "value", words.decimal),
            Col("95 % from", "ci_low", words.decimal),
            Col("to", "ci_high", words.decimal),
            Col("n", "n", words.count),
            Col("simple rule", "baseline_name", words.label),
            Col("its value", "baseline_value", words.decimal),
        ),
        is_wide=True,
    )


def playlists(view: View) -> Figure:
    """Return the first tracks of each playlist."""
    return figures.listing(
        "playlists",
        "Playlists",
        table(
            view.rows(PLAYLISTS),
            Col("playlist", "playlist_name", words.label),
            Col("place", "position", words.count),
            Col("track", "track_name"),
            Col("artist", "artist_name"),
            Col("genre", "track_genre"),
            Col("why", "why"),
        ),
        note="the first ten of each",
        about="Send one to your account: spotiflow recommend --playlist focus --to-spotify",
        empty="None yet: they take measured features.",
    )


def lifting(view: View) -> Figure:
    """Return tracks by the scenario they are for."""
    return figures.listing(
        "lifting",
        "Tracks for focus, energy, calm and lift",
        table(
            view.rows(LIFTING),
            Col("for", "target_scenario", words.label),
            Col("place", "rank", words.count),
            Col("track", "track_name"),
            Col("artist", "artist_name"),
            Col("valence", "valence", words.decimal),
            Col("energy", "energy", words.decimal),
            Col("your plays", "play_count", words.count),
            Col("why", "reason"),
        ),
        about="Music of that kind, by your own habits; whether it helps anybody is not known.",
        empty="None yet: they take measured features.",
    )
