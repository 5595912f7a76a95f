-- The tracks that get synthetic features: every id of the history and of the known
-- tracks, or none at all while the switch is off. Grain: track_id.
with
    history as (select track_id from {{ ref("listening_history_bronze") }}),
    tracks as (select track_id from {{ ref("tracks_bronze") }})

select track_id
from history
where track_id is not null and {{ allow_synthetic() }}
union
select track_id
from tracks
where {{ allow_synthetic() }}
