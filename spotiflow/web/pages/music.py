"""`/music`: mood of the music and genres, and how sure is that?"""

from __future__ import annotations

from spotiflow.report.gold.queries import Query
from spotiflow.web import words
from spotiflow.web.figure import Figure, Page
from spotiflow.web.marks.cells import plane
from spotiflow.web.marks.dots import Dot, dots
from spotiflow.web.marks.lines import trend
from spotiflow.web.pages import shared, sound
from spotiflow.web.pages.shared import NO_MEASURE
from spotiflow.web.view import View
from spotiflow.web.words import Col, table

BINS = 18
PLANE = Query(
    ("listening_log",),
    f"""
    select least({BINS} - 1, cast(floor(valence * {BINS}) as integer)) as x,
        least({BINS} - 1, cast(floor(energy * {BINS}) as integer)) as y, count(*) as plays
    from gold.listening_log
    where listener_id = $listener and date between $first and $last and is_measured
        and valence is not null and energy is not null
    group by all order by all
    """,
)
BY_MONTH = Query(
    ("music_by_month",),
    "from gold.music_by_month where listener_id = $listener "
    "and month_start between date_trunc('month', $first) and $last "
    "order by month_start",
)
BY_HOUR = Query(
    ("mood_by_hour",),
    """
    select hour_of_day, sample_size, n_sessions, avg_valence, valence_ci_low, valence_ci_high, avg_energy,
        energy_ci_low, energy_ci_high, measured_share, reason
    from gold.mood_by_hour where listener_id = $listener order by hour_of_day
    """,
)
CYCLES = Query(
    ("mood_time_correlations",),
    """
    select feature, period, n_sessions, r, ci_low, ci_high, amplitude, peak_hour, q_value, reason
    from gold.mood_time_correlations where listener_id = $listener
    order by q_value nulls last, feature, period
    """,
)


def build(view: View) -> Page:
    """Return the sound of the music."""
    return Page(
        "music",
        "Sound of the music",
        lead="Of the music, not of you. Only plays whose sound was measured count here.",
        groups=(
            ("", (the_plane(view), shared.moods(view), by_month(view))),
            ("Round the day", (by_hour(view), cycles(view))),
            ("Genres", (shared.genres(view, 12), sound.genre_profiles(view))),
            ("Sound", (sound.features(view), sound.pairs(view))),
            ("Moods one after the other", (sound.patterns(view), sound.zones(view), sound.by_mood(view))),
        ),
    )


def the_plane(view: View) -> Figure:
    """Return the measured plays of the period by valence and energy."""
    rows = view.rows(PLANE)
    if not rows:
        return Figure("plane", "Valence and energy", empty=NO_MEASURE)
    total = sum(row["plays"] for row in rows)
    counts = {(row["x"], row["y"]): row["plays"] for row in rows}
    return Figure(
        "plane",
        "Valence and energy",
        f"{view.span.label}; n = {total:,} measured plays",
        plane(counts, BINS, "Valence and energy", f"{total:,} measured plays in {BINS} by {BINS} cells."),
        table(
            [{"valence": row["x"] / BINS, "energy": row["y"] / BINS, "plays": row["plays"]} for row in rows],
            Col("valence from", "valence", words.decimal),
            Col("energy from", "energy", words.decimal),
            Col("plays", "plays", words.count),
        ),
    )


def by_month(view: View) -> Figure:
    """Return mean valence and energy of each month with 95 % over sessions."""
    title = "Valence and energy by month"
    rows = view.rows(BY_MONTH)
    if not any(row["avg_valence"] is not None for row in rows):
        return Figure("by-month", title, empty=NO_MEASURE, is_wide=True)
    lines = shared.means(rows, lambda row: f"{row['month_start']:%b %y}")
    return Figure(
        "by-month",
        title,
        "means of measured plays; bands: 95 % over sessions, none where there are too few",
        trend(lines, title, f"{len(rows)} months.", bounds=(0.0, 1.0)),
        table(
            rows,
            Col("month", "month_start", lambda month: f"{month:%b %Y}"),
            Col("sessions", "n_sessions", words.count),
            *shared.MEANS,
            Col("measured", "measured_share", words.share),
        ),
        is_wide=True,
    )


def by_hour(view: View) -> Figure:
    """Return mean valence and energy of each hour of the day."""
    title = "Valence and energy by hour"
    rows = view.rows(BY_HOUR)
    if not any(row["avg_valence"] is not None for row in rows):
        return Figure("by-hour", title, empty=NO_MEASURE)
    lines = shared.means(rows, lambda row: f"{row['hour_of_day']:02}")
    return Figure(
        "by-hour",
        title,
        "whole history, local time; bands: 95 % over sessions",
        trend(lines, title, "24 hours.", bounds=(0.0, 1.0), width=560),
        table(
            rows,
            Col("hour", "hour_of_day", words.count),
            Col("plays", "sample_size", words.count),
            Col("sessions", "n_sessions", words.count),
            *shared.MEANS,
            Col("why no interval", "reason"),
        ),
    )


def cycles(view: View) -> Figure:
    """Return how strongly sound goes with the hour and the day of the week."""
    title = "Does the sound follow the clock?"
    rows = view.rows(CYCLES)
    known = [row for row in rows if row["r"] is not None]
    daily = [row for row in known if row["period"].startswith("24")] or known
    data = [
        Dot(
            words.label(row["feature"]),
            row["r"],
            None,
            None,
            f"{words.label(row['feature'])}, {row['period']}: r {words.decimal(row['r'])}, "
            f"n = {row['n_sessions']}",
        )
        for row in daily
    ]
    return Figure(
        "cycles",
        title,
        f"multiple correlation of session means with the time of day; n = {rows[0]['n_sessions']:,} sessions"
        if rows
        else "",
        dots(data, title, "Further right: more of the sound goes with the hour.", words.decimal)
        if data
        else (),
        table(
            rows,
            Col("feature", "feature", words.label),
            Col("period", "period"),
            Col("sessions", "n_sessions", words.count),
            Col("r", "r", words.decimal),
            Col("amplitude", "amplitude", words.decimal),
            Col("95 % from", "ci_low", words.decimal),
            Col("to", "ci_high", words.decimal),
            Col("peak hour", "peak_hour", lambda value: words.decimal(value, 1)),
            Col("q", "q_value", lambda value: words.decimal(value, 3)),
            Col("why nothing", "reason"),
        ),
        empty="" if data else str(rows[0]["reason"]) if rows else NO_MEASURE,
    )
