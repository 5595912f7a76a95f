-- Real audio features that a person or a provider brought. Grain: track_id, provider.
with track_features as (select * from {{ source("raw", "track_features") }})

select
    track_id,
    provider,
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
    fetched_at
from track_features
