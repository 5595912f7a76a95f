-- Where did your hours go: music, podcasts, audiobooks, video?
-- Grain: one row per listener, month and content_type with streams.
-- Caveat: every stream counts, short ones too. Sources that do not tell how long was
-- listened (polls, scrobbles) add no minutes, see ms_played_share.
with
    plays as (select * from {{ ref("plays") }}),
    time_zone_intervals as (select * from {{ ref("time_zone_intervals") }}),
    streams as (
        select
            plays.listener_id,
            plays.content_type,
            case
                when plays.is_music then plays.ms_counted else plays.ms_played
            end as ms_played,
            plays.is_play,
            plays.is_simulated,
            cast(
                date_trunc(
                    'month',
                    {{
                        utc_to_local(
                            "plays.started_at",
                            "coalesce(time_zone_intervals.time_zone, 'UTC')",
                        )
                    }}
                ) as date
            ) as month_start
        from plays
        left join
            time_zone_intervals
            on plays.listener_id = time_zone_intervals.listener_id
            and plays.started_at >= time_zone_intervals.valid_from
            and plays.started_at < time_zone_intervals.valid_to
    ),
    months as (
        select
            listener_id,
            month_start,
            content_type,
            count(*) as streams,
            count(*) filter (where is_play) as plays,
            count(ms_played) as timed_streams,
            cast(sum(ms_played) as bigint) as ms_played,
            bool_or(is_simulated) as is_simulated
        from streams
        group by listener_id, month_start, content_type
    ),
    totals as (
        select *, sum(ms_played) over (partition by listener_id, month_start) as all_ms
        from months
    )

select
    listener_id,
    month_start,
    content_type,
    streams,
    plays,
    ms_played / 60000e0 as minutes,
    {{ share("ms_played", "all_ms") }} as share,
    {{ share("timed_streams", "streams") }} as ms_played_share,
    is_simulated
from totals
order by listener_id nulls last, month_start nulls last, content_type nulls last
