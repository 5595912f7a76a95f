"""`/data`: is the history whole, where is it from, what ran?"""

from __future__ import annotations

from spotiflow.report.gold.queries import Query
from spotiflow.web import figures, words
from spotiflow.web.figure import Figure, Page
from spotiflow.web.marks.bars import Column, columns, stacked
from spotiflow.web.view import View
from spotiflow.web.words import Col, table

MONTHS = Query(
    ("history_completeness",),
    """
    select cast(date_trunc('month', date) as date) as month_start,
        count(*) filter (where state = 'complete') as complete,
        count(*) filter (where state = 'partial') as partial,
        count(*) filter (where state = 'unknown') as unknown,
        count(*) filter (where state = 'missing') as missing
    from gold.history_completeness where listener_id = $listener and state <> 'none' group by 1 order by 1
    """,
)
SOURCES = Query(
    ("listening_log",),
    """
    select source, count(*) as plays, count(minutes) as with_length, min(date) as first_date,
        max(date) as last_date
    from gold.listening_log where listener_id = $listener group by source order by plays desc, source
    """,
)
FEATURES = Query(
    ("feature_source_coverage",),
    """
    select feature_source, match_method, is_measured, record_count, percentage / 100 as share, tracks
    from gold.feature_source_coverage where listener_id = $listener
    order by record_count desc, feature_source, match_method
    """,
)
CATALOGUE = Query(("catalogue_profile",), "from gold.catalogue_profile order by column_name")
GAPS = Query(
    (),
    """
    select gap_started_at, gap_ended_at, reason, closed_at from raw.history_gaps
    where listener_id = $listener order by gap_started_at desc limit 50
    """,
)
RUNS = Query(
    (),
    """
    select stage, started_at, date_diff('microsecond', started_at, finished_at) / 1e6 as seconds, status,
        detail
    from raw.stage_runs order by started_at desc limit 50
    """,
)
IMPORTS = Query(
    (), "select source, input, started_at, status from raw.ingest_runs order by started_at desc limit 50"
)
COMPARED = Query(
    ("feature_source_comparison",),
    """
    select feature, n_measured, n_synthetic, mean_measured, mean_synthetic, overlap
    from gold.feature_source_comparison where listener_id = $listener order by feature
    """,
)


def build(view: View) -> Page:
    """Return where the numbers come from."""
    return Page(
        "data",
        "Where the numbers come from",
        groups=(
            ("Is the history whole?", (months(view), sources(view), gaps(view))),
            ("Is the sound measured?", (features(view), compared(view))),
            ("The catalogue", (catalogue(view),)),
            ("What ran", (runs(view), imports(view))),
        ),
        has_period=False,
    )


def months(view: View) -> Figure:
    """Return the days of each month by what is known of them."""
    rows = view.rows(MONTHS)
    title = "Days of each month"
    if not rows:
        return Figure("completeness", title, empty="No plays yet.", is_wide=True)
    data = [
        Column(
            f"{row['month_start']:%b %y}",
            (float(row["complete"]), float(row["missing"]), float(row["partial"])),
            f"{row['month_start']:%b %Y}: {row['complete']} complete, {row['partial']} partial, "
            f"{row['missing']} missing",
        )
        for row in rows
    ]
    return Figure(
        "completeness",
        title,
        "green: complete; orange: missing; blue: known in part",
        columns(data, title, f"{len(rows)} months.", words.count, width=1120),
        table(
            rows,
            Col("month", "month_start", lambda month: f"{month:%b %Y}"),
            Col("complete", "complete", words.count),
            Col("partial", "partial", words.count),
            Col("unknown", "unknown", words.count),
            Col("missing", "missing", words.count),
        ),
        about="Complete: inside an extended export. Request one to close what is missing.",
        is_wide=True,
    )


def sources(view: View) -> Figure:
    """Return which source each play comes from."""
    return figures.listing(
        "sources",
        "Sources of the plays",
        table(
            view.rows(SOURCES),
            Col("source", "source"),
            Col("plays", "plays", words.count),
            Col("length told", "with_length", words.count),
            Col("first", "first_date", words.day),
            Col("last", "last_date", words.day),
        ),
        empty="No plays yet.",
        is_wide=False,
    )


def gaps(view: View) -> Figure:
    """Return the holes of the history."""
    return figures.listing(
        "gaps",
        "Gaps",
        table(
            view.rows(GAPS),
            Col("from, UTC", "gap_started_at", words.moment),
            Col("to", "gap_ended_at", words.moment),
            Col("why", "reason"),
            Col("closed", "closed_at", words.moment),
        ),
        empty="No gap was recorded.",
        is_wide=False,
    )


def features(view: View) -> Figure:
    """Return where audio features come from, as shares of plays."""
    rows = view.rows(FEATURES)
    title = "Where audio features come from"
    if not rows:
        return Figure("feature-sources", title, empty="No plays yet.")
    kinds = {"real": "c0", "kaggle": "c0", "synthetic": "c1", "unknown": "q1"}
    parts = [
        (
            kinds.get(row["feature_source"], "q3"),
            row["share"],
            f"{row['feature_source']} by {words.label(row['match_method'])}: {words.share(row['share'])}",
        )
        for row in rows
    ]
    return Figure(
        "feature-sources",
        title,
        "share of plays; green: measured, orange: synthetic stand-ins, which no statistic takes",
        stacked(parts, title, f"{len(parts)} sources."),
        table(
            rows,
            Col("source", "feature_source"),
            Col("found by", "match_method", words.label),
            Col("measured", "is_measured"),
            Col("plays", "record_count", words.count),
            Col("share", "share", words.share),
            Col("tracks", "tracks", words.count),
        ),
    )


def compared(view: View) -> Figure:
    """Return how far synthetic values lie from measured ones."""
    return figures.listing(
        "compared",
        "Synthetic against measured",
        table(
            view.rows(COMPARED),
            Col("feature", "feature", words.label),
            Col("measured", "n_measured", words.count),
            Col("synthetic", "n_synthetic", words.count),
            Col("mean measured", "mean_measured", words.decimal),
            Col("mean synthetic", "mean_synthetic", words.decimal),
            Col("overlap", "overlap", words.share),
        ),
        empty="No synthetic values are in use.",
        is_wide=False,
    )


def catalogue(view: View) -> Figure:
    """Return the profile of the catalogue, a line a column."""
    return figures.listing(
        "catalogue",
        "The catalogue, column by column",
        table(
            view.rows(CATALOGUE),
            Col("column", "column_name"),
            Col("kind", "column_kind"),
            Col("rows", "n_rows", words.count),
            Col("missing", "missing_share", words.share),
            Col("different", "n_distinct", words.count),
            Col("out of range", "n_out_of_range", words.count),
            Col("outliers", "n_outliers", words.count),
            Col("mean", "mean", words.decimal),
            Col("deviation", "std_dev", words.decimal),
            Col("median", "median", words.decimal),
        ),
        empty="No catalogue yet: spotiflow ingest kaggle archive.zip",
    )


def runs(view: View) -> Figure:
    """Return the stages that ran last."""
    return figures.listing(
        "runs",
        "Stages",
        table(
            view.rows(RUNS),
            Col("stage", "stage"),
            Col("began, UTC", "started_at", words.moment),
            Col("seconds", "seconds", lambda value: words.decimal(value, 1)),
            Col("ended", "status"),
            Col("what", "detail"),
        ),
        note="the last 50",
        empty="Nothing ran yet.",
    )


def imports(view: View) -> Figure:
    """Return the imports that ran last."""
    return figures.listing(
        "imports",
        "Imports",
        table(
            view.rows(IMPORTS),
            Col("source", "source"),
            Col("what", "input"),
            Col("began, UTC", "started_at", words.moment),
            Col("ended", "status"),
        ),
        note="the last 50",
        empty="Nothing was brought in yet.",
    )
