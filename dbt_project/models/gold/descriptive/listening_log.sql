-- What did you play, play by play?
-- Grain: one row per listener and play_id: music of 30 seconds or more.
-- Caveat: mood_category may rest on a synthetic stand-in, see is_measured; a play
-- without a known length has no minutes. A view: it costs nothing until it is asked.
{{ config(materialized="view") }}
with
    listening as (select * from {{ ref("listening_with_features") }}),
    track_metadata as (select * from {{ ref("track_metadata") }})

select
    listener_id,
    listening.play_id,
    listening.session_id,
    listening.source,
    listening.started_at,
    listening.local_date as date,
    listening.hour_of_day,
    listening.day_of_week,
    listening.part_of_day,
    track_id,
    listening.track_name,
    listening.artist_name,
    coalesce(listening.told_album_name, track_metadata.album_name) as album_name,
    listening.track_genre,
    listening.ms_played,
    listening.minutes,
    listening.valence,
    listening.energy,
    listening.mood_category,
    listening.feature_source,
    listening.is_measured,
    listening.is_simulated
from listening
left join track_metadata using (listener_id, track_id)
