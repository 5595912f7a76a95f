-- How often each track was played on each day, and how long it had rested before.
-- Grain: listener_id, track_id,
-- local_date (ends at midnight). pause_days counts from the last day with a play of
-- the track, NULL at the first and where a silence that is not believed lies between.
-- Streams of no known track are a row of their own,
-- without track_id and all that follows from it. The album is the release that was
-- played that day.
with
    listening as (select * from {{ ref("listening_with_features") }}),
    track_metadata as (select * from {{ ref("track_metadata") }}),
    spells as (select * from {{ ref("history_spells") }}),
    days as (
        select
            listener_id,
            track_id,
            local_date,
            max(track_name) as track_name,
            max(artist_name) as artist_name,
            max(told_album_name) as album_name,
            count(*) as plays,
            cast(sum(ms_played) as bigint) as ms_played,
            count(ms_played) as timed_plays,
            min(played_at) as first_played_at,
            max(played_at) as last_played_at,
            bool_or(is_simulated) as is_simulated
        from listening
        group by listener_id, track_id, local_date
    )

select
    days.listener_id,
    track_id,
    local_date,
    track_metadata.household_track_id,
    days.track_name,
    days.artist_name,
    coalesce(days.album_name, track_metadata.album_name) as album_name,
    plays,
    ms_played,
    timed_plays,
    spells.from_date as spell_start,
    first_played_at,
    last_played_at,
    case
        when track_id is not null
        then min(local_date) over (partition by days.listener_id, track_id)
    end as track_first_date,
    case
        when artist_name is not null
        then min(local_date) over (partition by days.listener_id, artist_name)
    end as artist_first_date,
    case
        when track_id is not null
        then
            cast(
                floor(
                    (
                        {{ epoch_seconds("local_date") }}
                        - lag({{ epoch_seconds("local_date") }}) over (
                            partition by days.listener_id, track_id, spells.from_date
                            order by local_date nulls last
                        )
                    )
                    / 86400
                ) as integer
            )
    end as pause_days,
    case
        when track_id is not null
        then
            cast(
                sum(plays) over (
                    partition by days.listener_id, track_id
                    order by
                        local_date nulls last
                        range between interval 6 days preceding and current row
                ) as bigint
            )
    end as week_plays,
    is_simulated
from days
left join track_metadata using (listener_id, track_id)
left join
    spells
    on days.listener_id = spells.listener_id
    and local_date >= spells.from_date
    and local_date <= spells.to_date + interval 1 day
