-- What did you play most on this day of the year, in each year?
-- Grain: one row per listener, day of the year (MM-DD) and year with plays.
-- Caveat: local calendar days; ties go to the longer time listened, then to the lower
-- track_id.
with
    track_days as (select * from {{ ref("track_days") }}),
    days as (
        select
            *,
            cast(
                sum(plays) over (partition by listener_id, local_date) as bigint
            ) as day_plays,
            sum(ms_played) over (partition by listener_id, local_date) as day_ms_played,
            sum(timed_plays) over (partition by listener_id, local_date) as day_timed,
            row_number() over (
                partition by listener_id, local_date
                order by
                    track_id is null nulls last,
                    plays desc nulls last,
                    ms_played desc nulls last,
                    track_id nulls last
            ) as rank_in_day
        from track_days
    )

select
    listener_id,
    substr(cast(local_date as string), 6, 5) as month_day,
    cast(extract(year from local_date) as integer) as year,
    local_date as date,
    day_plays as plays,
    day_ms_played / 60000e0 as minutes,
    {{ share("day_timed", "day_plays") }} as ms_played_share,
    track_id as top_track_id,
    track_name as top_track_name,
    artist_name as top_artist_name,
    case when track_id is not null then plays end as top_track_plays,
    is_simulated
from days
where rank_in_day = 1
order by listener_id nulls last, month_day nulls last, year nulls last
