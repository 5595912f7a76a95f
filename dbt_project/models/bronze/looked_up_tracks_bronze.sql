-- Spotify ids that a listener has besides those that were played: saved ones, and those
-- that a search found for a name. Grain: listener_id, track_id.
with
    saved_tracks as (select * from {{ source("raw", "saved_tracks") }}),
    track_searches as (select * from {{ source("raw", "track_searches") }})

select listener_id, track_id
from saved_tracks
union
select listener_id, track_id
from track_searches
where track_id is not null
