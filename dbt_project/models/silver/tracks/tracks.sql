-- Every track that a listener heard or looked up, with what the catalogue adds. Grain:
-- listener_id, track_id. duration_source says whether the length was told (metadata,
-- kaggle) or
-- seen (finished_plays).
with
    track_metadata as (select * from {{ ref("track_metadata") }}),
    kaggle_track_matches as (select * from {{ ref("kaggle_track_matches") }}),
    kaggle_tracks as (select * from {{ ref("kaggle_tracks") }}),
    matched as (
        select
            kaggle_track_matches.listener_id,
            kaggle_track_matches.track_id,
            kaggle_track_matches.match_method <> 'title_artist' as is_same_recording,
            kaggle_tracks.artist_names,
            kaggle_tracks.duration_ms,
            kaggle_tracks.explicit,
            kaggle_tracks.popularity,
            kaggle_tracks.album_name,
            kaggle_tracks.track_genre
        from kaggle_track_matches
        inner join
            kaggle_tracks
            on kaggle_track_matches.kaggle_track_id = kaggle_tracks.track_id
    ),
    joined as (
        select
            track_metadata.*,
            coalesce(
                track_metadata.artist_names, matched.artist_names
            ) as all_artist_names,
            coalesce(track_metadata.album_name, matched.album_name) as any_album_name,
            coalesce(track_metadata.explicit, matched.explicit) as any_explicit,
            coalesce(track_metadata.popularity, matched.popularity) as any_popularity,
            matched.track_genre,
            case
                when matched.is_same_recording then matched.duration_ms
            end as kaggle_duration_ms
        from track_metadata
        left join matched using (listener_id, track_id)
    )

select
    listener_id,
    track_id,
    name_id,
    song_id,
    track_name,
    primary_artist,
    all_artist_names as artist_names,
    any_album_name as album_name,
    track_genre,
    case
        when duration_source = 'metadata'
        then duration_ms
        else coalesce(kaggle_duration_ms, duration_ms)
    end as duration_ms,
    case
        when duration_source = 'metadata'
        then 'metadata'
        when kaggle_duration_ms is not null
        then 'kaggle'
        else duration_source
    end as duration_source,
    any_explicit as explicit,
    any_popularity as popularity,
    isrc,
    release_date
from joined
