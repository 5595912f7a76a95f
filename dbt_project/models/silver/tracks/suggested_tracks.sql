-- What is known of each track that was ever suggested to a listener? Grain:
-- listener_id, track_id. A heard track speaks for itself, a new one by the catalogue;
-- new is what was never streamed under any id or as any cut of the song. Features are
-- measured ones or
-- NULL. spotify_track_id is the catalogue's where history has no id; recording_id is
-- the track_id of the recording in the history today, maybe another than on the day
-- of the list.
{{ config(tags=["from_ml"]) }}
{% set features = ("valence", "energy", "tempo", "instrumentalness", "speechiness", "acousticness") %}
with
    listeners as (select * from {{ ref("listeners_bronze") }}),
    heard_tracks as (select *, track_id as recording_id from {{ ref("heard_tracks") }}),
    kaggle_track_matches as (select * from {{ ref("kaggle_track_matches") }}),
    kaggle_tracks as (select * from {{ ref("kaggle_tracks") }}),
    track_identities as (select * from {{ ref("track_identities") }}),
    known as (select * from {{ ref("known_names") }}),
    listed as (
        select listener_id, track_id
        from {{ source("ml", "recommendations") }}
        union
        select listener_id, track_id
        from {{ source("ml", "playlists") }}
    ),
    suggested as (
        select
            listed.*,
            coalesce(track_identities.track_id, listed.track_id) as recording_id
        from listed
        left join
            track_identities
            on listed.listener_id = track_identities.listener_id
            and listed.track_id = track_identities.told_id
    )

select
    suggested.listener_id,
    suggested.track_id,
    suggested.recording_id,
    case
        when suggested.track_id not like 'name:%'
        then suggested.track_id
        else kaggle_track_matches.kaggle_track_id
    end as spotify_track_id,
    coalesce(heard_tracks.track_name, kaggle_tracks.track_name) as track_name,
    coalesce(heard_tracks.artist_name, kaggle_tracks.primary_artist) as artist_name,
    coalesce(heard_tracks.track_genre, kaggle_tracks.track_genre) as track_genre,
    kaggle_tracks.popularity,
    {% for feature in features %}
        case
            when heard_tracks.is_measured
            then heard_tracks.{{ feature }}
            when heard_tracks.track_id is null
            then kaggle_tracks.{{ feature }}
        end as {{ feature }},
    {% endfor %}
    coalesce(heard_tracks.plays, 0) as play_count,
    known_ids.known_id is null and known_names.known_id is null as is_new_to_listener,
    coalesce(listeners.is_simulated, false) as is_simulated
from suggested
left join heard_tracks using (listener_id, recording_id)
left join
    kaggle_track_matches
    on suggested.listener_id = kaggle_track_matches.listener_id
    and suggested.recording_id = kaggle_track_matches.track_id
left join kaggle_tracks on suggested.track_id = kaggle_tracks.track_id
left join listeners on suggested.listener_id = listeners.listener_id
left join
    known as known_ids
    on suggested.listener_id = known_ids.listener_id
    and suggested.track_id = known_ids.known_id
left join
    known as known_names
    on suggested.listener_id = known_names.listener_id
    and kaggle_tracks.song_id = known_names.known_id
