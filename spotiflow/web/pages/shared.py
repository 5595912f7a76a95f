"""Figures of the sound of the music that more than one page shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from spotiflow.report.gold.queries import Query
from spotiflow.web import words
from spotiflow.web.figure import Entry, Figure
from spotiflow.web.marks import bars
from spotiflow.web.marks.dots import Dot, dots
from spotiflow.web.marks.lines import Line, Point
from spotiflow.web.view import View
from spotiflow.web.words import Col, table

Row = Mapping[str, Any]
MOODS = {
    "Happy_Energetic": "happy, energetic",
    "Happy_Calm": "happy, calm",
    "Neutral": "in between",
    "Sad_Energetic": "sad, energetic",
    "Sad_Calm": "sad, calm",
}
MOOD = Query(
    ("mood_category_shares",),
    """
    select mood_category, share, ci_low, ci_high, plays, n_sessions, n_measured, measured_share, reason
    from gold.mood_category_shares where listener_id = $listener
    order by list_position(
        ['Happy_Energetic', 'Happy_Calm', 'Neutral', 'Sad_Energetic', 'Sad_Calm'], mood_category
    )
    """,
)
GENRES = Query(
    ("genre_mix",),
    """
    select rank, track_genre, plays, minutes, share, known_share from gold.genre_mix
    where listener_id = $listener and rank <= $depth and period_kind = $kind
        and ($kind = 'all' or period_start = $first)
    order by rank
    """,
)
# Periods that gold counts genres of; of others the whole history is shown, and said to be.
COUNTED = ("year", "quarter", "month")
NO_MEASURE = (
    "No play has measured audio features, so nothing is said here. "
    "To have them: spotiflow ingest kaggle archive.zip"
)

MEANS = tuple(
    column
    for name in ("valence", "energy")
    for column in (
        Col(name, f"avg_{name}", words.decimal),
        Col("95 % from", f"{name}_ci_low", words.decimal),
        Col("to", f"{name}_ci_high", words.decimal),
    )
)


def means(
    rows: Sequence[Row], label: Callable[[Row], str], when: Callable[[Row], str] | None = None
) -> list[Line]:
    """Return mean energy and valence with their intervals over time; `when` begins what a tooltip tells."""
    return [
        Line(
            name,
            [
                Point(
                    label(row),
                    row[f"avg_{name}"],
                    row[f"{name}_ci_low"],
                    row[f"{name}_ci_high"],
                    f"{(when or label)(row)}: {words.decimal(row[f'avg_{name}'])} "
                    f"({words.between(row[f'{name}_ci_low'], row[f'{name}_ci_high'])})",
                )
                for row in rows
            ],
        )
        for name in ("energy", "valence")
    ]


def moods(view: View) -> Figure:
    """Return the shares of the mood categories among measured plays, with their intervals."""
    rows = view.rows(MOOD)
    if not rows or not rows[0]["n_measured"]:
        return Figure("moods", "Moods of the music", "of the whole history", empty=NO_MEASURE)
    data = [
        Dot(
            MOODS[row["mood_category"]],
            row["share"],
            row["ci_low"],
            row["ci_high"],
            f"{MOODS[row['mood_category']]}: {words.share(row['share'])} "
            f"(95 % {words.between(row['ci_low'], row['ci_high'], words.share)}), {row['plays']:,} plays",
        )
        for row in rows
    ]
    first = rows[0]
    return Figure(
        "moods",
        "Moods of the music",
        f"whole history; n = {first['n_measured']:,} measured plays, "
        f"{words.share(first['measured_share'])} of all",
        dots(data, "Moods of the music", "Shares of measured plays with 95 % intervals.", words.share),
        table(
            rows,
            Col("mood", "mood_category", words.label),
            Col("share", "share", words.share),
            Col("95 % from", "ci_low", words.share),
            Col("to", "ci_high", words.share),
            Col("plays", "plays", words.count),
        ),
        about=first["reason"]
        or "Of the music, not of you. Intervals are 95 % over sessions, not over plays.",
    )


def genres(view: View, depth: int = 8) -> Figure:
    """Return the most played genres of the period, of the plays whose genre is known."""
    kind = view.span.kind if view.span.kind in COUNTED else "all"
    rows = view.rows(GENRES, depth=depth, kind=kind)
    if not rows:
        return Figure("genres", "Genres", empty="No play's genre is known: the catalogue has genres.")
    most = rows[0]["plays"] or 1
    entries = [
        Entry(
            row["rank"],
            words.name(row["track_genre"]),
            "",
            words.share(row["share"]),
            None,
            bar=bars.bar(row["plays"] / most),
        )
        for row in rows
    ]
    of = view.span.label if kind == view.span.kind else "whole history"
    return Figure(
        "genres",
        "Genres",
        f"{of}; of the {words.share(rows[0]['known_share'])} of plays whose genre is known",
        entries=entries,
        table=table(
            rows,
            Col("place", "rank", words.count),
            Col("genre", "track_genre"),
            Col("plays", "plays", words.count),
            Col("listened", "minutes", words.minutes),
            Col("share", "share", words.share),
        ),
    )
