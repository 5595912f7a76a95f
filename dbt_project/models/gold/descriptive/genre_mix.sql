-- Which genres make up your listening, and how does the mix move?
-- Grain: one row per listener, period (all, year, quarter, month) and genre.
-- Caveat: only plays whose genre the catalogue knows; known_share says how many of
-- all plays those are. A play of a track with four genres is a quarter of each.
with
    listening as (select * from {{ ref("listening_with_features") }}),
    track_genres as (select * from {{ ref("track_genres") }}),
    scopes as ({{ listener_scopes("listening") }}),
    months as (
        select
            listener_id,
            cast(date_trunc('month', local_date) as date) as month_start,
            track_genres.track_genre,
            sum(coalesce(weight, 1e0)) as plays,
            sum(ms_played * coalesce(weight, 1e0)) as ms_played,
            sum(
                case when ms_played is not null then coalesce(weight, 1e0) else 0e0 end
            ) as timed_plays,
            bool_or(is_simulated) as is_simulated
        from listening
        left join track_genres using (listener_id, track_id)
        group by
            listener_id,
            cast(date_trunc('month', local_date) as date),
            track_genres.track_genre
    ),
    periods as (
        select
            scopes.scope_id as listener_id,
            period_kind,
            {{ period_start("months.month_start", "scopes.first_month") }}
            as period_start,
            months.track_genre,
            sum(months.plays) as plays,
            sum(months.ms_played) as ms_played,
            sum(months.timed_plays) as timed_plays,
            bool_or(months.is_simulated) as is_simulated
        from months
        inner join scopes using (listener_id)
        cross join {{ period_kinds() }}
        group by all
    ),
    totals as (
        select
            *,
            sum(plays) over (
                partition by listener_id, period_kind, period_start
            ) as all_plays,
            sum(case when track_genre is not null then plays end) over (
                partition by listener_id, period_kind, period_start
            ) as known_plays
        from periods
    )

select
    listener_id,
    period_kind,
    period_start,
    track_genre,
    cast(
        row_number() over (
            partition by listener_id, period_kind, period_start
            order by
                plays desc nulls last, ms_played desc nulls last, track_genre nulls last
        ) as integer
    ) as rank,
    plays,
    ms_played / 60000e0 as minutes,
    {{ share("timed_plays", "plays") }} as ms_played_share,
    {{ share("plays", "known_plays") }} as share,
    {{ share("known_plays", "all_plays") }} as known_share,
    is_simulated
from totals
where track_genre is not null
order by
    listener_id nulls last,
    period_kind nulls last,
    period_start nulls last,
    rank nulls last
