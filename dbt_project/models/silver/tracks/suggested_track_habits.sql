-- When did a listener play each track that was suggested to be played again? Grain:
-- listener_id, track_id.
-- Days are local calendar days; the last 28 days and days_since_last_play count back
-- from the listener's last play of anything. Of equal months the later one is busiest.
{{ config(tags=["from_ml"]) }}
with
    listening as (select * from {{ ref("listening_with_features") }}),
    suggested_tracks as (
        select listener_id, track_id, recording_id
        from {{ ref("suggested_tracks") }}
        where not is_new_to_listener
    ),
    ends as (
        select listener_id, max(local_date) as last_date
        from listening
        group by listener_id
    ),
    plays as (
        select
            listening.listener_id,
            suggested_tracks.track_id,
            listening.local_date,
            cast(date_trunc('month', listening.local_date) as date) as month_start,
            {{ dbt.datediff("listening.local_date", "ends.last_date", "day") }}
            as days_before_end
        from listening
        inner join
            suggested_tracks
            on listening.listener_id = suggested_tracks.listener_id
            and listening.track_id = suggested_tracks.recording_id
        inner join ends on listening.listener_id = ends.listener_id
    ),
    month_counts as (
        select listener_id, track_id, month_start, count(*) as n_plays
        from plays
        group by listener_id, track_id, month_start
    ),
    months as (
        select *
        from month_counts
        qualify
            row_number() over (
                partition by listener_id, track_id
                order by n_plays desc nulls last, month_start desc nulls last
            )
            = 1
    ),
    totals as (
        select
            listener_id,
            track_id,
            min(local_date) as first_played_on,
            max(local_date) as last_played_on,
            min(days_before_end) as days_since_last_play,
            count(case when days_before_end < 28 then 1 end) as plays_last_28_days
        from plays
        group by listener_id, track_id
    )

select
    listener_id,
    track_id,
    totals.first_played_on,
    totals.last_played_on,
    totals.days_since_last_play,
    totals.plays_last_28_days,
    months.month_start as busiest_month,
    months.n_plays as plays_in_busiest_month
from totals
inner join months using (listener_id, track_id)
