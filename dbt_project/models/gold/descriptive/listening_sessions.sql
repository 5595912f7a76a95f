-- What did each sitting of listening look like, and through which moods of the music
-- did it pass?
-- Grain: one row per listener and session; a pause of more than 30 minutes ends one.
-- Caveat: zones_passed knows measured plays only; neighbouring plays of one category
-- count as one stop.
with
    sessions as (select * from {{ ref("sessions") }}),
    listening as (select * from {{ ref("listening_with_features") }}),
    means as (
        select
            listener_id,
            session_id,
            {{ feature_averages(["valence", "energy"]) }}
            count(distinct case when is_measured then mood_category end) as n_zones,
            {{ measured_share() }} as measured_share
        from listening
        group by listener_id, session_id
    ),
    steps as (
        select
            listener_id,
            session_id,
            mood_category,
            row_number() over (
                partition by listener_id, session_id
                order by started_at nulls last, play_id nulls last
            ) as step,
            lag(mood_category) over (
                partition by listener_id, session_id
                order by started_at nulls last, play_id nulls last
            ) as previous_category
        from listening
        where is_measured and mood_category is not null
    ),
    paths as (
        select
            listener_id,
            session_id,
            {{ joined("mood_category", " > ", "step") }} as zones_passed
        from steps
        where previous_category is null or previous_category <> mood_category
        group by listener_id, session_id
    )

select
    listener_id,
    session_id,
    sessions.started_at,
    sessions.ended_at,
    sessions.local_started_at,
    sessions.listening_date,
    sessions.hour_of_day,
    sessions.part_of_day,
    sessions.is_weekend,
    sessions.minutes,
    {{ share("sessions.n_timed", "sessions.n_plays") }} as ms_played_share,
    sessions.n_plays as plays,
    sessions.n_skips as skips,
    sessions.n_tracks as tracks,
    sessions.n_artists as artists,
    coalesce(means.n_zones, 0) as n_zones,
    paths.zones_passed,
    {{ feature_average_columns("means", ["valence", "energy"]) }}
    means.measured_share,
    sessions.is_simulated
from sessions
left join means using (listener_id, session_id)
left join paths using (listener_id, session_id)
order by listener_id nulls last, started_at nulls last
