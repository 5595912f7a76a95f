-- What Spotify or another provider says of a track. Grain: track_id.
with tracks as (select * from {{ source("raw", "tracks") }})

select
    track_id,
    track_name,
    artist_names,
    {{ first_of_list("artist_names") }} as primary_artist,
    album_name,
    duration_ms,
    isrc,
    explicit,
    release_date,
    popularity,
    fetched_at
from tracks
