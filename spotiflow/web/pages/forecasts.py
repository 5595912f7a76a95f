"""Figures of `/models`: what models said of a listener, beside what came."""

from __future__ import annotations

from spotiflow.report.gold.queries import Query
from spotiflow.web import figures, words
from spotiflow.web.figure import Figure
from spotiflow.web.marks.bars import Column, columns
from spotiflow.web.marks.lines import Line, Point, trend
from spotiflow.web.view import View
from spotiflow.web.words import Col, table

ENERGY = Query(
    ("energy_forecasts",),
    """
    select target_date, horizon_days, predicted_energy, lower_90, upper_90, energy, n_measured,
        baseline_energy, is_baseline
    from gold.energy_forecasts where listener_id = $listener
    qualify row_number() over (partition by target_date order by horizon_days) = 1
    order by target_date
    """,
)
SESSIONS = Query(
    ("session_forecasts",),
    """
    select target, count(*) as sessions, count(observed) as known,
        avg(abs(predicted - observed)) as error, avg(abs(baseline - observed)) as baseline_error,
        avg(cast(observed between lower_90 and upper_90 as integer))
            filter (where observed is not null) as inside
    from gold.session_forecasts where listener_id = $listener group by target order by target
    """,
)
PREDICTED = Query(
    ("mood_predictions",),
    """
    select least(9, cast(floor(predicted_valence * 10) as integer)) as bucket, count(*) as plays,
        avg(predicted_valence) as predicted, avg(valence) as measured,
        avg(cast(valence between lower_90 and upper_90 as integer)) as inside
    from gold.mood_predictions where listener_id = $listener and is_measured and valence is not null
    group by 1 order by 1
    """,
)
CLASSES = Query(
    ("mood_classifications",),
    """
    select mood_category, count(*) filter (where method = 'rule') as by_rule,
        count(*) filter (where method = 'model') as by_model, count(*) filter (where is_unclear) as unclear
    from gold.mood_classifications where listener_id = $listener group by 1 order by 1
    """,
)
COMPLETION = Query(
    ("feature_completion",),
    """
    select feature_source, match_method, route, tracks, plays, plays_share, avg_valence_standard_error,
        avg_energy_standard_error
    from gold.feature_completion where listener_id = $listener
    order by plays desc, feature_source, match_method
    """,
)


def energy(view: View) -> Figure:
    """Return the forecasts of the energy of days, beside what came."""
    rows = view.rows(ENERGY)
    title = "Energy of the days ahead"
    if not rows:
        return Figure(
            "energy", title, empty="No forecasts yet: they take 60 days with measured plays.", is_wide=True
        )

    def points(key: str, has_band: bool) -> list[Point]:
        return [
            Point(
                f"{row['target_date']:%d %b}",
                row[key],
                row["lower_90"] if has_band else None,
                row["upper_90"] if has_band else None,
                f"{words.day(row['target_date'])}: {words.decimal(row[key])}",
            )
            for row in rows
        ]

    lines = [
        Line("forecast, 90 %", points("predicted_energy", True)),
        Line("what came", points("energy", False)),
    ]
    known = [row for row in rows if row["energy"] is not None]
    note = f"n = {len(known)} days known"
    if rows[-1]["is_baseline"]:
        note += "; the mean serves, as no model beat it"
    return Figure(
        "energy",
        title,
        note,
        trend(lines, title, f"{len(rows)} days.", bounds=(0.0, 1.0)),
        table(
            rows,
            Col("day", "target_date", words.day),
            Col("days ahead", "horizon_days", words.count),
            Col("forecast", "predicted_energy", words.decimal),
            Col("90 % from", "lower_90", words.decimal),
            Col("to", "upper_90", words.decimal),
            Col("came", "energy", words.decimal),
            Col("measured plays", "n_measured", words.count),
            Col("baseline", "baseline_energy", words.decimal),
        ),
        is_wide=True,
    )


def predictions(view: View) -> Figure:
    """Return predicted against measured valence of plays held back."""
    rows = view.rows(PREDICTED)
    title = "Valence of plays held back"
    if not rows:
        return Figure("predictions", title, empty="No measured plays were held back yet.")
    lines = [
        Line(
            label,
            [
                Point(f".{row['bucket']}", row[key], told=f"{words.decimal(row[key])}, n = {row['plays']:,}")
                for row in rows
            ],
        )
        for label, key in (("predicted", "predicted"), ("measured", "measured"))
    ]
    total = sum(row["plays"] for row in rows)
    inside = sum(row["inside"] * row["plays"] for row in rows) / total
    return Figure(
        "predictions",
        title,
        f"means of plays with alike predictions; n = {total:,}; "
        f"{words.share(inside)} lie in their 90 % interval",
        trend(lines, title, "Ten steps of the prediction.", bounds=(0.0, 1.0), width=560),
        table(
            rows,
            Col("step", "bucket", words.count),
            Col("plays", "plays", words.count),
            Col("predicted", "predicted", words.decimal),
            Col("measured", "measured", words.decimal),
            Col("inside 90 %", "inside", words.share),
        ),
    )


def classes(view: View) -> Figure:
    """Return how the moods of the tracks were found."""
    rows = view.rows(CLASSES)
    title = "Moods of your tracks"
    if not rows:
        return Figure("classes", title, empty="No tracks yet.")
    data = [
        Column(
            words.label(row["mood_category"]),
            (float(row["by_rule"]), float(row["by_model"])),
            f"{words.label(row['mood_category'])}: {row['by_rule']:,} by rule, "
            f"{row['by_model']:,} by the model",
        )
        for row in rows
    ]
    return Figure(
        "classes",
        title,
        "tracks; green: measured, so the rule knows; orange: the model's guess",
        columns(data, title, "Tracks by mood.", words.count),
        table(
            rows,
            Col("mood", "mood_category", words.label),
            Col("by rule", "by_rule", words.count),
            Col("by model", "by_model", words.count),
            Col("unclear", "unclear", words.count),
        ),
    )


def sessions(view: View) -> Figure:
    """Return the errors of the forecasts of sessions."""
    return figures.listing(
        "sessions",
        "The next session",
        table(
            view.rows(SESSIONS),
            Col("of what", "target"),
            Col("sessions", "sessions", words.count),
            Col("known", "known", words.count),
            Col("mean error", "error", words.decimal),
            Col("of the baseline", "baseline_error", words.decimal),
            Col("inside 90 %", "inside", words.share),
        ),
        empty="No forecasts of sessions yet.",
        is_wide=False,
    )


def completion(view: View) -> Figure:
    """Return where the sound of the tracks comes from, predictions included."""
    return figures.listing(
        "completion",
        "Where the sound of your tracks comes from",
        table(
            view.rows(COMPLETION),
            Col("source", "feature_source"),
            Col("found by", "match_method", words.label),
            Col("tracks", "tracks", words.count),
            Col("plays", "plays", words.count),
            Col("share", "plays_share", words.share),
            Col("error of valence", "avg_valence_standard_error", words.decimal),
            Col("of energy", "avg_energy_standard_error", words.decimal),
        ),
        empty="No plays yet.",
        is_wide=False,
    )
