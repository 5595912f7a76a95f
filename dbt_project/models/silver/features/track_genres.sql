-- Every genre the catalogue files a known track under, and how much each counts. Grain:
-- listener_id, track_id, track_genre. The weights of a track add up to 1: a play of a
-- track with
-- four genres is a quarter of a play of each, because none of them is the first.
with
    kaggle_track_matches as (select * from {{ ref("kaggle_track_matches") }}),
    genres as (
        select distinct track_id as kaggle_track_id, track_genre
        from {{ ref("kaggle_tracks_bronze") }}
        where track_genre is not null
    )

select
    kaggle_track_matches.listener_id,
    kaggle_track_matches.track_id,
    genres.track_genre,
    1e0 / nullif(
        count(*) over (
            partition by kaggle_track_matches.listener_id, kaggle_track_matches.track_id
        ),
        0
    ) as weight
from kaggle_track_matches
inner join genres using (kaggle_track_id)
