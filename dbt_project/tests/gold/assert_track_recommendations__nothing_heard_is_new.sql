-- A current discovery was never streamed, not even for a second, under no id and no
-- name.
with
    new_tracks as (
        select listener_id, track_id
        from {{ ref("track_recommendations") }}
        where kind = 'new' and is_current
        union
        select listener_id, track_id
        from {{ ref("personalized_playlist_suggestions") }}
        where is_new_to_listener
    ),
    kaggle_tracks as (select track_id, name_id from {{ ref("kaggle_tracks") }}),
    tracks as (select listener_id, track_id, name_id from {{ ref("tracks") }}),
    matches as (
        select listener_id, track_id, kaggle_track_id
        from {{ ref("kaggle_track_matches") }}
    ),
    streamed as (
        select distinct listener_id, track_id from {{ ref("plays") }} where is_music
    )

select new_tracks.listener_id, new_tracks.track_id
from new_tracks
left join kaggle_tracks on new_tracks.track_id = kaggle_tracks.track_id
inner join streamed on new_tracks.listener_id = streamed.listener_id
left join
    tracks
    on streamed.listener_id = tracks.listener_id
    and streamed.track_id = tracks.track_id
left join
    matches
    on streamed.listener_id = matches.listener_id
    and streamed.track_id = matches.track_id
where
    new_tracks.track_id = streamed.track_id
    or new_tracks.track_id = matches.kaggle_track_id
    or kaggle_tracks.name_id = tracks.name_id
