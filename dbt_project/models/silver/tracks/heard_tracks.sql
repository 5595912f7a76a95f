-- Every track each listener played, with what is known of its sound. Grain:
-- listener_id, track_id.
-- The features and the category are those of the track, so they are the same for all
-- its plays.
with
    listening as (select * from {{ ref("listening_with_features") }}),
    track_metadata as (select * from {{ ref("track_metadata") }}),
    heard as (
        select
            listener_id,
            track_id,
            max(track_name) as track_name,
            max(artist_name) as artist_name,
            max(track_genre) as track_genre,
            count(*) as plays,
            cast(sum(ms_played) as bigint) as ms_played,
            count(ms_played) as timed_plays,
            min(played_at) as first_played_at,
            max(played_at) as last_played_at,
            {% for feature in audio_features() %}
                max({{ feature }}) as {{ feature }},
            {% endfor %}
            max(mood_category) as mood_category,
            max(feature_source) as feature_source,
            bool_and(is_measured) as is_measured,
            bool_or(is_simulated) as is_simulated
        from listening
        where track_id is not null
        group by listener_id, track_id
    )

select heard.*, track_metadata.household_track_id
from heard
left join track_metadata using (listener_id, track_id)
