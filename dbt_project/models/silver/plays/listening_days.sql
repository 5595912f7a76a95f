-- On which local days does any source tell of a stream, of whatever kind and length?
-- Grain: listener_id, local_date. is_video_only: nothing but videos, which stand in
-- files of their own in an export.
with
    plays as (select * from {{ ref("plays") }}),
    time_zone_intervals as (select * from {{ ref("time_zone_intervals") }})

select
    plays.listener_id,
    cast(
        {{ utc_to_local("plays.started_at", "coalesce(time_zone_intervals.time_zone, 'UTC')") }}
        as date
    ) as local_date,
    bool_and(plays.content_type = 'video') as is_video_only
from plays
left join
    time_zone_intervals
    on plays.listener_id = time_zone_intervals.listener_id
    and plays.started_at >= time_zone_intervals.valid_from
    and plays.started_at < time_zone_intervals.valid_to
group by 1, 2
