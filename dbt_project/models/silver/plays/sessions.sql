-- Runs of music with at least one play. Grain: listener_id, session_id. Times and day
-- are those of the start; minutes, tracks and artists count plays only, skips count
-- every stream that was cut off.
with
    plays as (select * from {{ ref("plays") }}),
    time_zone_intervals as (select * from {{ ref("time_zone_intervals") }}),
    sessions as (
        select
            listener_id,
            session_id,
            min(started_at) as started_at,
            max({{ heard_until("started_at", "ended_at", "ms_played") }}) as ended_at,
            cast(sum(ms_counted) filter (where is_play) as bigint)
            / cast(60000 as double) as minutes,
            count(*) filter (where is_play) as n_plays,
            count(ms_counted) filter (where is_play) as n_timed,
            count(*) filter (where was_skipped) as n_skips,
            count(distinct track_id) filter (where is_play) as n_tracks,
            count(distinct artist_name) filter (where is_play) as n_artists,
            max(is_simulated) as is_simulated
        from plays
        where is_music
        group by listener_id, session_id
        having count(*) filter (where is_play) > 0
    ),
    local_times as (
        select
            sessions.*,
            {{ utc_to_local("sessions.started_at", "coalesce(time_zone_intervals.time_zone, 'UTC')") }}
            as local_started_at
        from sessions
        left join
            time_zone_intervals
            on sessions.listener_id = time_zone_intervals.listener_id
            and sessions.started_at >= time_zone_intervals.valid_from
            and sessions.started_at < time_zone_intervals.valid_to
    )

select
    listener_id,
    session_id,
    started_at,
    ended_at,
    local_started_at,
    cast(local_started_at as date) as local_date,
    {{ listening_date("local_started_at") }} as listening_date,
    cast(extract(hour from local_started_at) as integer) as hour_of_day,
    {{ part_of_day("extract(hour from local_started_at)") }} as part_of_day,
    {{ iso_day_of_week("local_started_at") }} >= 6 as is_weekend,
    minutes,
    n_plays,
    n_timed,
    n_skips,
    n_tracks,
    n_artists,
    is_simulated
from local_times
