-- Which catalogue track a known recording is. Grain: listener_id, track_id. By any
-- of its ids; else
-- by normalised title and first artist, of any of its spellings, with lengths within
-- 3 s; else by title and artist alone. Ties: nearest length, most popular, lowest id.
with
    track_metadata as (select * from {{ ref("track_metadata") }}),
    track_identities as (select * from {{ ref("track_identities") }}),
    track_spellings as (select * from {{ ref("track_spellings") }} where is_named),
    kaggle_tracks as (select * from {{ ref("kaggle_tracks") }}),
    by_id as (
        select
            listener_id,
            track_metadata.track_id,
            kaggle_tracks.track_id as kaggle_track_id,
            'id' as match_method,
            1 as preference,
            abs(track_metadata.duration_ms - kaggle_tracks.duration_ms) as ms_apart,
            kaggle_tracks.popularity
        from track_metadata
        inner join track_identities using (listener_id, track_id)
        inner join kaggle_tracks on track_identities.told_id = kaggle_tracks.track_id
    ),
    names as (
        select distinct listener_id, track_identities.track_id, track_spellings.name_id
        from track_spellings
        inner join track_identities using (listener_id, told_id)
    ),
    by_name as (
        select
            listener_id,
            track_metadata.track_id,
            kaggle_tracks.track_id as kaggle_track_id,
            abs(track_metadata.duration_ms - kaggle_tracks.duration_ms) as ms_apart,
            kaggle_tracks.popularity
        from track_metadata
        inner join names using (listener_id, track_id)
        inner join kaggle_tracks on names.name_id = kaggle_tracks.name_id
    ),
    candidates as (
        select *
        from by_id
        union all
        select
            listener_id,
            track_id,
            kaggle_track_id,
            case
                when ms_apart <= 3000 then 'title_artist_duration' else 'title_artist'
            end as match_method,
            case when ms_apart <= 3000 then 2 else 3 end as preference,
            ms_apart,
            popularity
        from by_name
    )

select listener_id, track_id, kaggle_track_id, match_method, ms_apart
from candidates
qualify
    row_number() over (
        partition by listener_id, track_id
        order by
            preference nulls last,
            ms_apart nulls last,
            popularity desc nulls last,
            kaggle_track_id nulls last
    )
    = 1
