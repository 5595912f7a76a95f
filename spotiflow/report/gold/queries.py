"""The SQL of the report: short questions to gold tables, one listener at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb

# Days of history that must lie before a month until "new" says something about it.
SETTLED_DAYS = 90
# Months whose share of new tracks is shown.
RECENT_MONTHS = 12


@dataclass(frozen=True)
class Query:
    """A question and the gold tables it reads; `$listener` stands for the listener's id."""

    tables: tuple[str, ...]
    sql: str


class Gold:
    """Gold tables of an open warehouse."""

    def __init__(self, db: duckdb.DuckDBPyConnection) -> None:
        """Look up which tables are there: after a partial build some may not be."""
        self._db = db
        rows = db.execute("select table_name from information_schema.tables where table_schema = 'gold'")
        self.tables = frozenset(str(row[0]) for row in rows.fetchall())

    def rows(self, query: Query, **values: Any) -> list[dict[str, Any]]:
        """Return the rows as dictionaries; none where a table has not been built yet."""
        if not self.tables.issuperset(query.tables):
            return []
        named = {name: value for name, value in values.items() if f"${name}" in query.sql}
        cursor = self._db.execute(query.sql, named)
        names = [str(column[0]) for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def first(self, query: Query, **values: Any) -> dict[str, Any] | None:
        """Return the first row, None where there is none."""
        return next(iter(self.rows(query, **values)), None)


LISTENERS = Query(
    ("listening_overview",),
    "select listener_id, plays, is_simulated from gold.listening_overview order by plays desc, listener_id",
)
OVERVIEW = Query(
    ("listening_overview",), "select * from gold.listening_overview where listener_id = $listener"
)
SPAN = Query(
    ("temporal_trends",),
    """
    select min(date) as first_date, max(date) as last_date from gold.temporal_trends
    where listener_id = $listener
    """,
)
OVER_24_HOURS = Query(
    ("temporal_trends",),
    """
    select count(*) as days_over_24_hours from gold.temporal_trends
    where listener_id = $listener and is_over_24_hours
    """,
)
TOP_ARTISTS = Query(
    ("top_artists",),
    """
    select rank, artist_name as name, null as artist, plays, minutes from gold.top_artists
    where listener_id = $listener and period_kind = 'all' and rank <= $depth order by rank
    """,
)
TOP_TRACKS = Query(
    ("top_tracks",),
    """
    select rank, track_name as name, artist_name as artist, plays, minutes from gold.top_tracks
    where listener_id = $listener and period_kind = 'all' and rank <= $depth order by rank
    """,
)
TOP_ALBUMS = Query(
    ("top_albums",),
    """
    select rank, album_name as name, artist_name as artist, plays, minutes from gold.top_albums
    where listener_id = $listener and period_kind = 'all' and rank <= $depth order by rank
    """,
)
ALBUMS_KNOWN = Query(
    ("listening_log",),
    """
    select count(album_name) / nullif(count(*), 0) as share from gold.listening_log
    where listener_id = $listener
    """,
)
CLOCK = Query(
    ("listening_patterns_by_time",),
    """
    select day_of_week, hour_of_day, play_count from gold.listening_patterns_by_time
    where listener_id = $listener order by day_of_week, hour_of_day
    """,
)
YEARS = Query(
    ("year_in_review",),
    """
    select
        year,
        cast(max(value) filter (where item = 'plays') as bigint) as plays,
        max(value) filter (where item = 'minutes') as minutes,
        cast(max(value) filter (where item = 'days') as bigint) as days
    from gold.year_in_review where listener_id = $listener group by year order by year
    """,
)
# The last two years, both from the first to the last day of the year that both know; a week is a unit, since
# the days of one are alike.
YEAR_CHANGE = Query(
    ("history_completeness",),
    """
    with known as (
        select date, plays, year(date) as year, strftime(date, '%m-%d') as day,
            max(year(date)) over () as last_year
        from gold.history_completeness
        where listener_id = $listener and state in ('complete', 'partial')
    ),
    ends as (
        select min(day) filter (where year = last_year - 1) as since,
            max(day) filter (where year = last_year) as until
        from known
    ),
    weeks as (
        select year, dayofyear(date) // 7 as week, avg(plays) as plays, count(*) as days,
            any_value(until) as until
        from known cross join ends
        where year >= last_year - 1 and day between since and until
        group by year, week
    )
    select year, avg(plays) as plays_per_day, var_samp(plays) as variance, count(*) as weeks,
        cast(sum(days) as bigint) as days, any_value(until) as until
    from weeks group by year order by year
    """,
)
MONTHS = Query(
    ("temporal_trends",),
    """
    select cast(date_trunc('month', date) as date) as month, cast(sum(total_plays) as bigint) as plays,
        sum(minutes) filter (where total_plays > 0) as minutes
    from gold.temporal_trends where listener_id = $listener group by 1 order by 1
    """,
)
REVIEW = Query(
    ("year_in_review",),
    """
    select item, value, text from gold.year_in_review
    where listener_id = $listener and year = $year order by item
    """,
)
# The counts of a year in review, from one day to another.
COUNTS_BETWEEN = Query(
    ("listening_log",),
    """
    with log as (
        select *, min(date) over (partition by track_id) as track_first_date,
            min(date) over (partition by artist_name) as artist_first_date
        from gold.listening_log where listener_id = $listener and date <= $last
    )
    select
        count(*) as plays, sum(minutes) as minutes, count(distinct date) as days,
        count(distinct track_id) as tracks, count(distinct artist_name) as artists,
        count(distinct track_id) filter (where track_first_date >= $first) as new_tracks,
        count(distinct artist_name) filter (where artist_first_date >= $first) as new_artists
    from log where date >= $first
    """,
)
KNOWN_DAYS = Query(
    ("history_completeness",),
    """
    select count(*) as days, min(date) as first_date, max(date) as last_date
    from gold.history_completeness
    where listener_id = $listener and date between $first and $last and state in ('complete', 'partial')
    """,
)
SPOKEN = Query(
    ("audio_ledger",),
    """
    select content_type, sum(minutes) as minutes, cast(sum(streams) as bigint) as streams
    from gold.audio_ledger where listener_id = $listener and content_type in ('episode', 'audiobook')
    group by content_type order by content_type desc
    """,
)
SKIPS = Query(
    ("skip_behaviour",),
    """
    select definition, skip_share, ci_low, ci_high, n from gold.skip_behaviour
    where listener_id = $listener and dimension = 'all' order by definition
    """,
)
SKIPS_BY_FAMILIARITY = Query(
    ("skip_behaviour",),
    """
    select value, skip_share, ci_low, ci_high, n from gold.skip_behaviour
    where listener_id = $listener and dimension = 'familiarity' and ci_low is not null
        and definition = $definition
    order by value
    """,
)
NEW_TRACKS = Query(
    ("discovery_and_repeat",),
    f"""
    select cast(sum(new_tracks) as bigint) as new_tracks, cast(sum(tracks) as bigint) as tracks,
        sum(new_tracks) / sum(tracks) as share, count(*) as months
    from (
        select * from gold.discovery_and_repeat
        where listener_id = $listener and history_days >= {SETTLED_DAYS}
        order by month_start desc limit {RECENT_MONTHS}
    ) having count(*) > 0
    """,
)
WEEKEND = Query(
    ("weekend_vs_weekday",),
    """
    select metric, mean_weekend, mean_weekday, difference, ci_low, ci_high, n_weekend + n_weekday as n
    from gold.weekend_vs_weekday
    where listener_id = $listener and metric in ('minutes', 'plays') and q_value < 0.05
    order by q_value, metric limit 1
    """,
)
LONGEST_STREAK = Query(
    ("listening_streaks",),
    """
    select days, started_date, ended_date from gold.listening_streaks
    where listener_id = $listener order by days desc, ended_date desc limit 1
    """,
)
CURRENT_STREAK = Query(
    ("listening_streaks",),
    """
    select days, started_date, ended_date from gold.listening_streaks
    where listener_id = $listener and is_current
    """,
)
COMEBACK = Query(
    ("discovery_and_repeat",),
    """
    select comeback_track_name as name, comeback_artist_name as artist, comeback_pause_days as days,
        month_start as month
    from gold.discovery_and_repeat where listener_id = $listener and comeback_track_id is not null
    order by comeback_pause_days desc, month_start desc limit 1
    """,
)
OBSESSION = Query(
    ("discovery_and_repeat",),
    """
    select week_obsession_track_name as name, week_obsession_artist_name as artist,
        week_obsession_plays as plays, week_obsession_date as week_end
    from gold.discovery_and_repeat where listener_id = $listener
    order by week_obsession_plays desc, month_start desc limit 1
    """,
)
MOOD = Query(
    ("mood_category_shares",),
    """
    select mood_category, share, ci_low, ci_high, plays, n_measured, measured_share, reason
    from gold.mood_category_shares where listener_id = $listener order by mood_category
    """,
)
SOURCES = Query(
    ("feature_source_coverage",),
    """
    select feature_source, cast(sum(record_count) as bigint) as plays,
        cast(sum(tracks) as bigint) as tracks, sum(percentage) / 100 as share
    from gold.feature_source_coverage where listener_id = $listener group by feature_source
    """,
)
PREDICTED = Query(
    ("feature_completion",),
    """
    select cast(sum(tracks) as bigint) as tracks, sum(plays_share) as share,
        sum(tracks * avg_valence_standard_error) / sum(tracks) as valence_standard_error,
        sum(tracks * avg_energy_standard_error) / sum(tracks) as energy_standard_error
    from gold.feature_completion where listener_id = $listener and feature_source = 'predicted'
    having sum(tracks) > 0
    """,
)
CATALOGUE = Query(
    ("catalogue_profile",),
    "select max(n_rows) as n_rows, bool_or(is_simulated) as is_simulated from gold.catalogue_profile",
)
GENRES = Query(
    ("genre_mix",),
    """
    select track_genre as genre, plays, share, known_share from gold.genre_mix
    where listener_id = $listener and period_kind = 'all' and rank <= $depth order by rank
    """,
)
# Of each model the version that is used: the champion or, where none was named, the last one trained.
MODELS = Query(
    ("model_performance_metrics",),
    """
    select model, dataset, split, metric, value, n, ci_low, ci_high, baseline_name, baseline_value
    from gold.model_performance_metrics
    where slice = 'all' and listener_id = '-' and value is not null
    qualify row_number() over (
        partition by model, dataset, split, metric order by is_champion desc, trained_at desc, version desc
    ) = 1
    order by model, dataset, split, metric
    """,
)
