-- Which Spotify id a track without one has: that of the same normalised artist and
-- title. Grain: name_id. Only ids seen in history or tracks; of several the measured
-- one, then the lowest.
with
    history as (select * from {{ ref("listening_history_bronze") }}),
    tracks as (select * from {{ ref("tracks_bronze") }}),
    kaggle_tracks as (select * from {{ ref("kaggle_tracks_bronze") }}),
    track_features as (select * from {{ ref("my_tracks_features_bronze") }}),
    wanted as (
        select distinct track_id as name_id
        from history
        where not has_spotify_id and track_id is not null
    ),
    spellings as (
        select track_id, artist_name, track_name
        from history
        where has_spotify_id and {{ is_music("content_type") }}
        union
        select track_id, primary_artist, track_name
        from tracks
    ),
    named as (
        select distinct {{ name_id("artist_name", "track_name") }} as name_id, track_id
        from spellings
        where coalesce(artist_name, track_name) is not null
    ),
    measured as (
        select track_id
        from kaggle_tracks
        union
        select track_id
        from track_features
    ),
    ranked as (
        select
            named.name_id,
            named.track_id,
            measured.track_id is not null as is_measured,
            count(*) over (partition by named.name_id) as n_candidates
        from named
        inner join wanted on named.name_id = wanted.name_id
        left join measured on named.track_id = measured.track_id
    )

select name_id, track_id, is_measured, n_candidates
from ranked
qualify
    row_number() over (
        partition by name_id order by is_measured desc nulls last, track_id nulls last
    )
    = 1
