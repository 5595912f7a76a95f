-- At which hours of the week do you listen, and to what kind of music?
-- Grain: one row per listener, day of the week and hour of the day; all 168 cells,
-- those
-- without plays with 0.
-- Caveat: local time. Averages are over measured plays; those that end in
-- _with_synthetic hold stand-ins too.
{% set features = ["valence", "energy", "danceability", "acousticness", "tempo"] %}
with
    listening as (select * from {{ ref("listening_with_features") }}),
    hours as (
        select listener_id, day_of_week, hour_of_day, sum(minutes) as minutes
        from {{ ref("play_hours") }}
        group by listener_id, day_of_week, hour_of_day
    ),
    listeners as (
        select listener_id, bool_or(is_simulated) as is_simulated
        from listening
        group by listener_id
    ),
    cells as (
        select
            listener_id,
            day_of_week,
            hour_of_day,
            count(*) as play_count,
            {{ share("count(minutes)", "count(*)") }} as ms_played_share,
            {{ feature_averages(features) }}
            {{ measured_share() }} as measured_share
        from listening
        group by listener_id, day_of_week, hour_of_day
    )

select
    listener_id,
    day_of_week,
    hour_of_day,
    {{ day_name("day_of_week") }} as day_name,
    {{ part_of_day("hour_of_day") }} as part_of_day,
    day_of_week >= 6 as is_weekend,
    coalesce(cells.play_count, 0) as play_count,
    case
        when cells.ms_played_share = 0 and hours.minutes is null
        then null
        else coalesce(hours.minutes, 0)
    end as minutes,
    cells.ms_played_share,
    {{ feature_average_columns("cells", features) }}
    cells.measured_share,
    listeners.is_simulated
from listeners
cross join {{ integers(1, 7, "day_of_week") }}
cross join {{ integers(0, 23, "hour_of_day") }}
left join cells using (listener_id, day_of_week, hour_of_day)
left join hours using (listener_id, day_of_week, hour_of_day)
order by listener_id nulls last, day_of_week nulls last, hour_of_day nulls last
