"""`/when` and `/day/DATE`: which days and hours; which were unusual?"""

from __future__ import annotations

from spotiflow.report.gold.queries import Query
from spotiflow.web import figures, words
from spotiflow.web.figure import Figure, Page
from spotiflow.web.figures import Part
from spotiflow.web.marks.bars import Column, columns
from spotiflow.web.marks.dots import Dot, dots
from spotiflow.web.marks.lines import Line, Point, trend
from spotiflow.web.view import View
from spotiflow.web.words import Col, table

MEANS = {
    "plays": ("total_plays", "total_plays_mean_7d", "total_plays_mean_28d"),
    "minutes": ("minutes", "minutes_mean_7d", "minutes_mean_28d"),
}
TREND = Query(
    ("temporal_trends",),
    """
    select date, total_plays, minutes, total_plays_mean_7d, total_plays_mean_28d, minutes_mean_7d,
        minutes_mean_28d, new_tracks
    from gold.temporal_trends where listener_id = $listener and date between $first and $last order by date
    """,
)
PARTS = Query(
    ("temporal_patterns",),
    """
    select part_of_day, is_weekend, plays, play_share, minutes, n_sessions from gold.temporal_patterns
    where listener_id = $listener
    order by is_weekend, list_position(['night', 'morning', 'afternoon', 'evening'], part_of_day)
    """,
)
PROFILE = Query(
    ("part_of_day_profile",),
    """
    select part_of_day, n_sessions, plays, play_share, new_track_share, new_track_ci_low, new_track_ci_high,
        skip_share, skip_ci_low, skip_ci_high, top_artist, top_genre
    from gold.part_of_day_profile where listener_id = $listener
    order by list_position(['night', 'morning', 'afternoon', 'evening'], part_of_day)
    """,
)
WEEKEND = Query(
    ("weekend_vs_weekday",),
    """
    select metric, n_weekend, n_weekday, mean_weekend, mean_weekday, difference, hedges_g, g_ci_low,
        g_ci_high, q_value, reason
    from gold.weekend_vs_weekday where listener_id = $listener order by metric
    """,
)
ANOMALIES = Query(
    ("listening_anomalies",),
    """
    select period, period_start, metric, direction, value, expected, q_value, severity, top_artist, top_track
    from gold.listening_anomalies
    where listener_id = $listener and period_start between $first and $last
    order by period_start desc, period, metric limit 100
    """,
)


def build(view: View) -> Page:
    """Return the days and hours of the period."""
    part = Part(view)
    return Page(
        "when",
        "When you listen",
        groups=(
            ("", (course(view), figures.calendar(part))),
            ("Hours", (figures.clock(part), parts_of_day(view))),
            ("What differs", (weekend(view), profile(view))),
            ("Unusual days and weeks", (anomalies(view),)),
        ),
        has_unit=True,
    )


def course(view: View) -> Figure:
    """Return the means of 7 and 28 days."""
    rows = view.rows(TREND)
    total, week, month = MEANS[view.unit]
    if not rows:
        return Figure("course", "Day by day", empty="No day of this period is in the history.", is_wide=True)
    lines = [
        Line(
            label,
            [
                Point(
                    f"{row['date']:%b %y}" if row["date"].day == 1 else "",
                    row[key],
                    told=f"{words.day(row['date'])}: {words.decimal(row[key], 1)} {view.unit} a day",
                )
                for row in rows
            ],
        )
        for label, key in (("mean of 28 days", month), ("mean of 7 days", week))
    ]
    return Figure(
        "course",
        "Day by day",
        f"{view.unit} a day; n = {len(rows):,} days, those without music included",
        trend(lines, "Day by day", f"Means of {view.unit} a day.", words.count),
        table(
            rows,
            Col("day", "date", words.day, lambda row: view.of("day", row["date"].isoformat())),
            Col(view.unit, total, words.count if view.unit == "plays" else words.minutes),
            Col("mean of 7 days", week, words.decimal),
            Col("mean of 28 days", month, words.decimal),
            Col("new tracks", "new_tracks", words.count),
        ),
        is_wide=True,
    )


def parts_of_day(view: View) -> Figure:
    """Return weekdays and weekends by part of the day."""
    rows = view.rows(PARTS)
    if not rows:
        return Figure("parts", "Parts of the day", empty="No plays yet.")
    unit = view.unit
    data = [
        Column(
            row["part_of_day"],
            _stacked((row[unit] or 0) / (60 if unit == "minutes" else 1), row["is_weekend"]),
            f"{row['part_of_day']}, {'weekend' if row['is_weekend'] else 'weekdays'}: "
            f"{figures.counted(row[unit] or 0, unit)}, n = {row['n_sessions']} sessions",
        )
        for row in rows
    ]
    return Figure(
        "parts",
        "Parts of the day",
        "whole history; orange: weekends",
        columns(data, "Parts of the day", "Weekdays, then weekends.", words.count),
        table(
            rows,
            Col("part of day", "part_of_day"),
            Col("weekend", "is_weekend"),
            Col("plays", "plays", words.count),
            Col("share", "play_share", words.share),
            Col("listened", "minutes", words.minutes),
            Col("sessions", "n_sessions", words.count),
        ),
    )


def _stacked(value: float, is_weekend: bool) -> tuple[float, ...]:
    """Return one column in the first colour or the second."""
    return (0.0, value) if is_weekend else (value,)


def weekend(view: View) -> Figure:
    """Return how sessions at the weekend differ, in standard deviations."""
    rows = view.rows(WEEKEND)
    title = "Weekend against weekday"
    if not rows:
        return Figure("weekend", title, empty="No sessions yet.")
    known = [row for row in rows if row["hedges_g"] is not None]
    data = [
        Dot(
            words.label(row["metric"]),
            row["hedges_g"],
            row["g_ci_low"],
            row["g_ci_high"],
            f"{words.label(row['metric'])}: {words.decimal(row['mean_weekend'])} at the weekend, "
            f"{words.decimal(row['mean_weekday'])} on weekdays",
        )
        for row in known
    ]
    n = f"; n = {rows[0]['n_weekend']:,} and {rows[0]['n_weekday']:,} sessions"
    return Figure(
        "weekend",
        title,
        f"whole history, standardised difference of sessions with 95 %{n}",
        dots(data, title, "Right of the line: more at the weekend.", words.decimal, zero=0.0, width=1120)
        if known
        else (),
        table(
            rows,
            Col("what", "metric", words.label),
            Col("weekend", "mean_weekend", words.decimal),
            Col("weekday", "mean_weekday", words.decimal),
            Col("difference", "difference", words.decimal),
            Col("g", "hedges_g", words.decimal),
            Col("95 % from", "g_ci_low", words.decimal),
            Col("to", "g_ci_high", words.decimal),
            Col("q", "q_value", lambda value: words.decimal(value, 3)),
            Col("why nothing", "reason"),
        ),
        empty="" if known else str(rows[0]["reason"]),
        about="An interval that crosses the line is no difference that can be told from chance.",
    )


def profile(view: View) -> Figure:
    """Return what each part of the day is like."""
    rows = view.rows(PROFILE)
    return figures.listing(
        "profile",
        "What each part of the day is like",
        table(
            rows,
            Col("part of day", "part_of_day"),
            Col("sessions", "n_sessions", words.count),
            Col("plays", "plays", words.count),
            Col("share", "play_share", words.share),
            Col("new tracks", "new_track_share", words.share),
            Col("skipped", "skip_share", words.share),
            Col("top artist", "top_artist", href=lambda row: view.of("artist", row["top_artist"])),
            Col("top genre", "top_genre"),
        ),
        note="whole history",
        empty="No plays yet.",
    )


def anomalies(view: View) -> Figure:
    """Return the days and weeks that were unlike those before."""
    return figures.listing(
        "anomalies",
        "Unlike the weeks before",
        table(
            view.rows(ANOMALIES),
            Col(
                "begins",
                "period_start",
                words.day,
                lambda row: view.of("day", row["period_start"].isoformat()),
            ),
            Col("day or week", "period"),
            Col("what", "metric", words.label),
            Col("was", "value", words.decimal),
            Col("expected", "expected", words.decimal),
            Col("q", "q_value", lambda value: words.decimal(value, 3)),
            Col("how much", "severity"),
            Col("most played", "top_artist"),
        ),
        about="Against your own past only, corrected for the number of days that were looked at.",
        empty="No day or week of this period stands out from those before it.",
    )
