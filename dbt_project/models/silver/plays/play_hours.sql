-- In which hours were the minutes of each play heard? Grain: play_id, local_hour, local
-- time; music plays of known length only. A play is taken as heard without a pause from
-- heard_from on, so no hour holds more than its minutes. started_date is the day the
-- play is counted on.
with
    plays as (select * from {{ ref("plays") }}),
    listening as (select * from {{ ref("listening_with_features") }}),
    music as (
        select
            listening.listener_id,
            listening.play_id,
            listening.local_date as started_date,
            listening.ms_played,
            listening.is_simulated,
            {{ utc_to_local("plays.heard_from", "coalesce(listening.time_zone, 'UTC')") }}
            as local_from
        from listening
        inner join plays on listening.play_id = plays.play_id
        where listening.ms_played > 0
    ),
    hours as (
        select
            *,
            cast(date_trunc('hour', local_from) as timestamp) as first_hour,
            {{ epoch_ms("local_from") }}
            - {{ epoch_ms("date_trunc('hour', local_from)") }} as ms_into_hour
        from music
    ),
    slices as (
        select
            hours.*,
            steps.step,
            least(ms_into_hour + ms_played, (step + 1) * 3600000)
            - greatest(ms_into_hour, step * 3600000) as ms_in_hour
        from hours
        inner join
            {{ integers(0, var("longest_stream_hours"), "step") }}
            on steps.step * 3600000 < hours.ms_into_hour + hours.ms_played
    )

select
    listener_id,
    play_id,
    started_date,
    {{ add_ms("first_hour", "step * 3600000") }} as local_hour,
    cast({{ add_ms("first_hour", "step * 3600000") }} as date) as local_date,
    {{ iso_day_of_week(add_ms("first_hour", "step * 3600000")) }} as day_of_week,
    cast(
        extract(hour from {{ add_ms("first_hour", "step * 3600000") }}) as integer
    ) as hour_of_day,
    ms_in_hour / cast(60000 as double) as minutes,
    is_simulated
from slices
