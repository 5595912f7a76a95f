-- Which artists did you play most: of all time, in a year, in a quarter, in a month?
-- Grain: one row per listener ('all': everybody, where there are several), period and
-- rank, up to 100 artists.
-- Caveat: ranked by plays, then time listened, then name; the first artist of a track
-- stands for all of them.
with
    track_days as (select * from {{ ref("track_days") }}),
    scopes as ({{ listener_scopes("track_days") }}),
    {{ period_sums("track_days", ["artist_name", "track_id"], "track_days.artist_name is not null") }},
    artists as (
        select
            listener_id,
            period_kind,
            period_start,
            artist_name,
            count(track_id) as tracks,
            cast(sum(plays) as bigint) as plays,
            cast(sum(ms_played) as bigint) as ms_played,
            cast(sum(timed_plays) as bigint) as timed_plays,
            min(first_played_at) as first_played_at,
            max(last_played_at) as last_played_at,
            bool_or(is_simulated) as is_simulated
        from periods
        group by all
    ),
    leaders as ({{ leaders("artists") }}),
    ranked as (
        select
            *,
            row_number() over (
                partition by listener_id, period_kind, period_start
                order by
                    plays desc nulls last,
                    ms_played desc nulls last,
                    artist_name nulls last
            ) as rank
        from leaders
    )

select
    listener_id,
    period_kind,
    period_start,
    cast(rank as integer) as rank,
    artist_name,
    tracks,
    plays,
    ms_played / 60000e0 as minutes,
    {{ share("timed_plays", "plays") }} as ms_played_share,
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
