-- Which tracks did you play most: of all time, in a year, in a quarter, in a month?
-- Grain: one row per listener ('all': everybody, where there are several), period and
-- rank, up to 100 tracks.
-- Caveat: ranked by plays, then time listened, then track_id; a play without a known
-- length adds 0 minutes.
with
    track_days as (select * from {{ ref("track_days") }}),
    scopes as ({{ listener_scopes("track_days") }}),
    periods as (
        select
            scopes.scope_id as listener_id,
            period_kind,
            {{ period_start("track_days.local_date", "scopes.first_month") }}
            as period_start,
            track_days.track_id,
            max(track_days.track_name) as track_name,
            max(track_days.artist_name) as artist_name,
            cast(sum(track_days.plays) as bigint) as plays,
            cast(sum(track_days.ms_played) as bigint) as ms_played,
            min(track_days.first_played_at) as first_played_at,
            max(track_days.last_played_at) as last_played_at,
            bool_or(track_days.is_simulated) as is_simulated
        from track_days
        inner join scopes using (listener_id)
        cross join {{ period_kinds() }}
        group by all
    ),
    ranked as (
        select
            *,
            row_number() over (
                partition by listener_id, period_kind, period_start
                order by
                    plays desc nulls last,
                    ms_played desc nulls last,
                    track_id nulls last
            ) as rank
        from periods
    )

select
    listener_id,
    period_kind,
    period_start,
    cast(rank as integer) as rank,
    track_id,
    track_name,
    artist_name,
    plays,
    ms_played / 60000e0 as minutes,
    first_played_at,
    last_played_at,
    is_simulated
from ranked
where rank <= {{ var("ranking_depth") }}
order by
    listener_id nulls last,
    period_kind nulls last,
    period_start nulls last,
    rank nulls last
