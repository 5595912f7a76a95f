-- The catalogue as the file has it. Grain: row_number; a track stands there once per
-- genre. A row without a track id gets one made of its first artist and title, as
-- plays without an id do.
with
    kaggle_tracks as (select * from {{ source("raw", "kaggle_tracks") }}),
    with_first_artist as (
        select *, split_part(artists, ';', 1) as primary_artist from kaggle_tracks
    )

select
    row_number,
    -- coalesce() would compute the hash for every row.
    case
        when track_id is not null
        then track_id
        else {{ name_id("primary_artist", "track_name") }}
    end as track_id,
    track_name,
    artists,
    primary_artist,
    album_name,
    popularity,
    duration_ms,
    explicit,
    danceability,
    energy,
    valence,
    acousticness,
    instrumentalness,
    speechiness,
    liveness,
    loudness,
    tempo,
    time_signature,
    key,
    mode,
    track_genre,
    is_simulated,
    run_id,
    loaded_at
from with_first_artist
