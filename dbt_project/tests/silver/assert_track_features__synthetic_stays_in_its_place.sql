-- A synthetic value never stands where a real one is, and nowhere at all when switched
-- off; every known track has its row.
with
    tracks as (select * from {{ ref("tracks") }}),
    track_features as (select * from {{ ref("track_features") }}),
    real_features as (select track_id from {{ ref("my_tracks_features_bronze") }})

select track_id, track_features.feature_source
from tracks
left join track_features using (listener_id, track_id)
where
    track_features.track_id is null
    or track_features.feature_source = 'synthetic'
    and (
        not {{ allow_synthetic() }} or track_id in (select track_id from real_features)
    )
