"""The questions of the report once more, about a part of a history: counted from the log of plays.

`log` holds the listener's plays within the period, with the day on which each track was first heard and the
pause before. Intervals and thresholds are those of gold: the build keeps its formulas as macros in the file.
"""

from __future__ import annotations

import re
from typing import Any

import duckdb

from spotiflow.core.errors import NotFoundError
from spotiflow.report.gold import queries
from spotiflow.report.gold.period import Period
from spotiflow.report.gold.queries import (
    RECENT_MONTHS,
    SETTLED_DAYS,
    Gold,
    Query,
)

LOG = """
    create temp table log as
    with plays as (
        select
            *,
            case when track_id is not null then min(date) over (partition by track_id) end
                as track_first_date,
            min(date) over () as history_start
        from gold.listening_log where listener_id = $listener
    ),
    days as (
        select track_id, date, date - lag(date) over (partition by track_id order by date) as pause_days
        from (select distinct track_id, date from plays where track_id is not null)
    )
    select plays.*, days.pause_days
    from plays left join days using (track_id, date)
    where date between $first and $last
"""


def _ranking(name: str, keys: str, order: str, artist: str) -> str:
    return f"""
        select cast(row_number() over (order by plays desc, ms desc nulls last, {order}) as integer) as rank,
            {name} as name, {artist} as artist, plays, ms / 60000 as minutes
        from (
            select {keys}, max(track_name) as any_name, max(artist_name) as any_artist, count(*) as plays,
                sum(ms_played) as ms
            from log where {name.replace("any_name", "track_id")} is not null group by {keys}
        ) order by rank limit $depth
    """


WITHIN: dict[Query, str] = {
    queries.OVERVIEW: """
        select
            $listener as listener_id,
            count(play_id) as plays,
            case when count(play_id) = 0 then 0 else sum(minutes) end as minutes,
            count(ms_played) / nullif(count(play_id), 0) as ms_played_share,
            count(distinct track_id) as tracks,
            count(distinct artist_name) as artists,
            count(distinct session_id) as sessions,
            count(distinct date) as active_days,
            any_value(days.complete_days) as complete_days,
            any_value(days.partial_days) as partial_days,
            any_value(days.unknown_days) as unknown_days,
            any_value(days.missing_days) as missing_days,
            avg(is_measured::int) as measured_share,
            any_value(days.skip_definition) as skip_definition,
            any_value(days.is_simulated) as is_simulated
        from (
            select
                count(*) filter (where state = 'complete') as complete_days,
                count(*) filter (where state = 'partial') as partial_days,
                count(*) filter (where state = 'unknown') as unknown_days,
                count(*) filter (where state = 'missing') as missing_days,
                (select min(skip_definition) from gold.listening_overview
                    where listener_id = $listener) as skip_definition,
                (select bool_or(is_simulated) from gold.listening_overview
                    where listener_id = $listener) as is_simulated
            from gold.history_completeness where listener_id = $listener and date between $first and $last
        ) as days left join log on true
    """,
    queries.SPAN: "select min(date) as first_date, max(date) as last_date from log",
    queries.OVER_24_HOURS: """
        select count(*) as days_over_24_hours from gold.temporal_trends
        where listener_id = $listener and date between $first and $last and is_over_24_hours
    """,
    queries.TOP_ARTISTS: _ranking("artist_name", "artist_name", "artist_name", "null"),
    queries.TOP_ALBUMS: _ranking(
        "album_name", "album_name, artist_name", "album_name, artist_name", "artist_name"
    ),
    queries.TOP_TRACKS: _ranking("any_name", "track_id", "track_id", "any_artist"),
    queries.ALBUMS_KNOWN: "select count(album_name) / nullif(count(*), 0) as share from log",
    queries.CLOCK: "select day_of_week, hour_of_day, count(*) as play_count from log group by all",
    queries.YEARS: """
        select year(date)::integer as year, count(*) as plays, sum(minutes) as minutes,
            count(distinct date) as days
        from log group by 1 order by 1
    """,
    queries.MONTHS: """
        select date_trunc('month', date)::date as month, count(*) as plays, sum(minutes) as minutes
        from log group by 1 order by 1
    """,
    queries.SKIPS: """
        select definition, skip_share, ci_low, ci_high, n from gold.skip_behaviour
        where listener_id = $listener and dimension = 'year' and value = year($first)::varchar
            and month($first) = 1 and day($first) = 1 and $last = make_date(year($first), 12, 31)
        order by definition
    """,
    queries.NEW_TRACKS: f"""
        select cast(sum(new_tracks) as bigint) as new_tracks, cast(sum(tracks) as bigint) as tracks,
            sum(new_tracks) / sum(tracks) as share, count(*) as months
        from (
            select
                count(distinct track_id) as tracks,
                count(distinct track_id) filter (
                    where track_first_date >= date_trunc('month', date)
                ) as new_tracks
            from log where date_trunc('month', date)::date - history_start >= {SETTLED_DAYS}
            group by date_trunc('month', date) order by date_trunc('month', date) desc limit {RECENT_MONTHS}
        ) having count(*) > 0
    """,
    queries.LONGEST_STREAK: """
        select count(*) as days, min(date) as started_date, max(date) as ended_date
        from (
            select date, date - (row_number() over (order by date))::integer as island
            from (select distinct date from log)
        ) group by island order by days desc, ended_date desc limit 1
    """,
    queries.COMEBACK: """
        select max(track_name) as name, max(artist_name) as artist, any_value(pause_days) as days,
            date_trunc('month', date)::date as month
        from log where gold.is_comeback(pause_days) group by track_id, date
        order by days desc, month desc, date, track_id limit 1
    """,
    queries.OBSESSION: """
        select name, artist, plays, date as week_end
        from (
            select track_id, max(track_name) as name, max(artist_name) as artist, date,
                cast(sum(count(*)) over (partition by track_id order by date
                    range between interval 6 days preceding and current row) as bigint) as plays
            from log where track_id is not null group by track_id, date
        ) order by plays desc, date_trunc('month', date) desc, date, track_id limit 1
    """,
    queries.SPOKEN: """
        select content_type, sum(minutes) as minutes, cast(sum(streams) as bigint) as streams
        from gold.audio_ledger
        where listener_id = $listener and content_type in ('episode', 'audiobook')
            and month_start between $first and $last
            -- The ledger counts whole months.
            and day($first) = 1 and $last = last_day($last)
        group by content_type order by content_type desc
    """,
    queries.MOOD: """
        with totals as (
            select avg(is_measured::int) as measured_share,
                count(mood_category) filter (where is_measured) as n_measured
            from log
        ),
        categories as (select unnest(gold.mood_categories()) as mood_category),
        sessions as (
            select categories.mood_category, session_id,
                count(*) filter (where log.mood_category = categories.mood_category) as y, count(*) as w
            from log cross join categories
            where is_measured and log.mood_category is not null group by all
        ),
        shares as (
            select mood_category, cast(sum(y) as bigint) as plays, count(*) as n,
                gold.cluster_mean(y, w) as share, gold.cluster_ci(y, w) as half
            from sessions group by mood_category
        )
        select mood_category, share, gold.share_low(share, half, n) as ci_low,
            gold.share_high(share, half, n) as ci_high, coalesce(plays, 0) as plays, n_measured,
            measured_share, gold.too_few_sessions(n) as reason
        from categories cross join totals left join shares using (mood_category)
        where measured_share is not null order by mood_category
    """,
    queries.SOURCES: """
        select feature_source, count(*) as plays, count(distinct track_id) as tracks,
            count(*) / sum(count(*)) over () as share
        from log group by feature_source
    """,
    queries.GENRES: """
        select genre, plays, plays / known as share, known / total as known_share
        from (
            select genres.track_genre as genre, sum(weight) as plays, sum(ms_played * weight) as ms,
                sum(sum(weight)) over () as known, (select count(*) from log) as total
            from log inner join silver.track_genres as genres using (track_id)
            where genres.listener_id = $listener group by genres.track_genre
        ) order by plays desc, ms desc nulls last, genre limit $depth
    """,
}
# Macros that a build leaves in gold (dbt_project/macros/formulas.sql).
FORMULAS = frozenset(re.findall(r"gold\.(\w+)\(", " ".join(WITHIN.values())))
# What does not hang on the period: who there is, the catalogue, the models.
ALWAYS = (queries.LISTENERS, queries.CATALOGUE, queries.MODELS)


class PeriodGold(Gold):
    """Gold seen by one listener within a period; what cannot be said of a period has no rows."""

    def __init__(self, db: duckdb.DuckDBPyConnection, listener: str, period: Period) -> None:
        """Read the plays of the period into a temporary table, which the file does not keep."""
        super().__init__(db)
        first, last = period.bounds
        self._bounds = {"listener": listener, "first": first, "last": last}
        if "listening_log" in self.tables:
            _require_formulas(db)
            db.execute(LOG, self._bounds)

    def rows(self, query: Query, **values: Any) -> list[dict[str, Any]]:
        """Return the rows as dictionaries, counted within the period."""
        if query in ALWAYS:
            return super().rows(query, **values)
        if query not in WITHIN or "listening_log" not in self.tables:
            return []
        return super().rows(Query(query.tables, WITHIN[query]), **(self._bounds | values))


def _require_formulas(db: duckdb.DuckDBPyConnection) -> None:
    rows = db.execute("select function_name from duckdb_functions() where schema_name = 'gold'").fetchall()
    if not FORMULAS.issubset(name for (name,) in rows):
        raise NotFoundError(
            "The warehouse was built by an older spotiflow and lacks what a period is counted by.",
            hint="Build it again: spotiflow build --full-refresh.",
        )
