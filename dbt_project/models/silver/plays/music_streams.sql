-- Every stream of music, too short ones included, in local time, with how often the
-- track was heard by then.
-- Grain: play_id. This is what skips are counted over; listening_with_features holds
-- the plays among them.
with
    plays as (select * from {{ ref("plays") }}),
    time_zone_intervals as (select * from {{ ref("time_zone_intervals") }}),
    localised as (
        select
            plays.*,
            {{
                utc_to_local(
                    "plays.started_at", "coalesce(time_zone_intervals.time_zone, 'UTC')"
                )
            }} as local_started_at
        from plays
        left join
            time_zone_intervals
            on plays.listener_id = time_zone_intervals.listener_id
            and plays.started_at >= time_zone_intervals.valid_from
            and plays.started_at < time_zone_intervals.valid_to
        where plays.is_music
    )

select
    play_id,
    listener_id,
    session_id,
    track_id,
    started_at,
    cast(local_started_at as date) as local_date,
    cast(extract(hour from local_started_at) as integer) as hour_of_day,
    {{ part_of_day("extract(hour from local_started_at)") }} as part_of_day,
    ms_played,
    was_skipped,
    case
        when track_id is not null
        then
            row_number() over (
                partition by listener_id, track_id
                order by started_at nulls last, play_id nulls last
            )
    end as times_heard,
    is_play,
    is_simulated
from localised
