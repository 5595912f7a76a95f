"""Figures of `/habits`: how weeks differ from those before, and when which music is played."""

from __future__ import annotations

from spotiflow.report.gold.queries import Query
from spotiflow.web import figures, words
from spotiflow.web.figure import Figure
from spotiflow.web.marks.dots import Dot, dots
from spotiflow.web.marks.lines import Line, Point, trend
from spotiflow.web.pages import shared
from spotiflow.web.view import View
from spotiflow.web.words import Col, table

SEGMENT = Query(("behavioral_segments",), "from gold.behavioral_segments where listener_id = $listener")
TRAITS = ("concentration", "novelty", "repetition", "effective_tracks", "skip_share", "regularity")
WEEKS = Query(
    ("wellbeing_indicators",),
    """
    select week_start, n_sessions, plays, minutes, avg_valence, valence_ci_low, valence_ci_high, avg_energy,
        energy_ci_low, energy_ci_high, valence_inertia, repetition, novelty, night_share, regularity, reason
    from gold.wellbeing_indicators where listener_id = $listener and week_start between $first - 6 and $last
    order by week_start
    """,
)
SHARES = ("repetition", "novelty", "night_share")
TRIGGERS = Query(
    ("mood_intervention_triggers",),
    """
    select week_start, metric, value, baseline_mean, baseline_weeks, q_value, consecutive_weeks, level,
        message
    from gold.mood_intervention_triggers
    where listener_id = $listener and level is not null and week_start between $first - 6 and $last
    order by week_start desc, metric limit 50
    """,
)
TIMES = Query(
    ("optimal_listening_times",),
    """
    select activity, part_of_day, n_sessions, n_matching, share, lift, ci_low, ci_high, q_value,
        recommendation, reason
    from gold.optimal_listening_times where listener_id = $listener
    order by activity, list_position(['night', 'morning', 'afternoon', 'evening'], part_of_day)
    """,
)


def segment(view: View) -> Figure:
    """Return how the last weeks stand in the listener's own past."""
    row = view.row(SEGMENT)
    title = "The last weeks in your own past"
    if not row or row["archetype"] is None:
        return Figure("segment", title, empty=str(row.get("reason") or "Too few weeks yet."))
    rows = [{"trait": name, "value": row[name], "percentile": row[f"{name}_percentile"]} for name in TRAITS]
    data = [
        Dot(
            words.label(one["trait"]),
            one["percentile"],
            None,
            None,
            f"{words.label(one['trait'])}: {words.decimal(one['value'])}",
        )
        for one in rows
    ]
    return Figure(
        "segment",
        title,
        f"{words.label(row['archetype'])}, {words.label(row['clock_type'])} listener; "
        f"n = {row['n_weeks']} weeks",
        dots(data, title, "Right: more than in most of your weeks.", words.share, zero=0.5),
        table(
            rows,
            Col("trait", "trait", words.label),
            Col("value", "value", words.decimal),
            Col("share of your weeks below", "percentile", words.share),
        ),
        about="Compared with your own weeks only, never with other people.",
    )


def weeks(view: View) -> Figure:
    """Return repetition, novelty and the share of the night by week."""
    rows = view.rows(WEEKS)
    title = "How you listened, week by week"
    if not rows:
        return Figure("weeks", title, empty="No week of this period has plays.", is_wide=True)
    lines = [
        Line(
            words.label(name),
            [
                Point(
                    f"{row['week_start']:%b %y}" if row["week_start"].day <= 7 else "",
                    row[name],
                    told=f"week of {words.day(row['week_start'])}: {words.share(row[name])}",
                )
                for row in rows
            ],
        )
        for name in SHARES
    ]
    return Figure(
        "weeks",
        title,
        f"shares of plays; n = {len(rows)} weeks; no score is made of them",
        trend(lines, title, f"{len(rows)} weeks.", words.share, bounds=(0.0, 1.0)),
        table(
            rows,
            Col("week of", "week_start", words.day),
            Col("sessions", "n_sessions", words.count),
            Col("plays", "plays", words.count),
            Col("listened", "minutes", words.minutes),
            Col("repetition", "repetition", words.share),
            Col("novelty", "novelty", words.share),
            Col("at night", "night_share", words.share),
            Col("regularity", "regularity", words.decimal),
            Col("why nothing", "reason"),
        ),
        is_wide=True,
    )


def sound_of_weeks(view: View) -> Figure:
    """Return valence and energy by week where there are enough sessions."""
    rows = view.rows(WEEKS)
    title = "Sound of the music, week by week"
    if not any(row["avg_valence"] is not None for row in rows):
        return Figure(
            "week-sound", title, empty="No week of this period has enough measured plays.", is_wide=True
        )
    lines = shared.means(
        rows,
        lambda row: f"{row['week_start']:%b %y}" if row["week_start"].day <= 7 else "",
        lambda row: f"week of {words.day(row['week_start'])}",
    )
    return Figure(
        "week-sound",
        title,
        "means of measured plays; bands: 95 % over sessions",
        trend(lines, title, f"{len(rows)} weeks.", bounds=(0.0, 1.0)),
        table(
            rows,
            Col("week of", "week_start", words.day),
            *shared.MEANS,
            Col("inertia", "valence_inertia", words.decimal),
        ),
        about="Of the music, not of you: docs/wellbeing.md says what cannot be concluded.",
        is_wide=True,
    )


def triggers(view: View) -> Figure:
    """Return the weeks in which something changed against the weeks before."""
    return figures.listing(
        "triggers",
        "What changed",
        table(
            view.rows(TRIGGERS),
            Col("week of", "week_start", words.day),
            Col("what", "metric", words.label),
            Col("was", "value", words.decimal),
            Col("before", "baseline_mean", words.decimal),
            Col("weeks before", "baseline_weeks", words.count),
            Col("q", "q_value", lambda value: words.decimal(value, 3)),
            Col("weeks in a row", "consecutive_weeks", words.count),
            Col("how much", "level"),
            Col("in words", "message"),
        ),
        about="A change of your listening against your own weeks before; it says nothing about you.",
        empty="No week of this period differs from those before it by more than chance.",
    )


def times(view: View) -> Figure:
    """Return which part of the day holds more of a kind of music than chance would."""
    rows = view.rows(TIMES)
    title = "Focus, energy, calm and lift: when?"
    data = [
        Dot(
            f"{row['activity']}, {row['part_of_day']}",
            row["lift"],
            row["ci_low"],
            row["ci_high"],
            f"{row['recommendation']}, n = {row['n_matching']} of {row['n_sessions']} sessions",
        )
        for row in rows
        if row["lift"] is not None
    ]
    return Figure(
        "times",
        title,
        "whole history; how many times as often as by chance, 95 % over sessions",
        dots(data, title, "1: as often as by chance.", words.decimal, zero=1.0, width=1120) if data else (),
        table(
            rows,
            Col("kind", "activity"),
            Col("part of day", "part_of_day"),
            Col("sessions", "n_sessions", words.count),
            Col("of the kind", "n_matching", words.count),
            Col("share", "share", words.share),
            Col("times chance", "lift", words.decimal),
            Col("95 % from", "ci_low", words.decimal),
            Col("to", "ci_high", words.decimal),
            Col("q", "q_value", lambda value: words.decimal(value, 3)),
            Col("in words", "recommendation"),
            Col("why nothing", "reason"),
        ),
        empty="" if data else str(rows[0]["reason"]) if rows else "No measured sessions yet.",
        is_wide=True,
    )
