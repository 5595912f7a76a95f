-- What is known of each track that was heard or fetched, before any catalogue: names
-- and length. Grain: track_id. Metadata speaks first, then the latest play; a length
-- nobody tells is seen from plays.
with
    plays as (select * from {{ ref("plays") }}),
    tracks as (select * from {{ ref("tracks_bronze") }}),
    track_lengths as (select * from {{ ref("track_lengths") }}),
    heard as (
        select
            track_id,
            max_by(track_name, played_at) filter (
                where track_name is not null
            ) as track_name,
            max_by(artist_name, played_at) filter (
                where artist_name is not null
            ) as artist_name,
            max_by(album_name, played_at) filter (
                where album_name is not null
            ) as album_name,
            max(duration_ms) as duration_ms
        from plays
        where is_music
        group by track_id
    ),
    combined as (
        select
            coalesce(tracks.track_id, heard.track_id) as track_id,
            coalesce(tracks.track_name, heard.track_name) as track_name,
            coalesce(tracks.primary_artist, heard.artist_name) as primary_artist,
            tracks.artist_names,
            coalesce(tracks.album_name, heard.album_name) as album_name,
            coalesce(tracks.duration_ms, heard.duration_ms) as told_duration_ms,
            tracks.isrc,
            tracks.explicit,
            tracks.popularity,
            tracks.release_date
        from heard
        full join tracks on heard.track_id = tracks.track_id
    )

select
    combined.track_id,
    {{ name_id("primary_artist", "track_name") }} as name_id,
    track_name,
    primary_artist,
    artist_names,
    album_name,
    coalesce(told_duration_ms, track_lengths.duration_ms) as duration_ms,
    case
        when told_duration_ms is not null
        then 'metadata'
        when track_lengths.duration_ms is not null
        then 'finished_plays'
    end as duration_source,
    isrc,
    explicit,
    popularity,
    release_date
from combined
left join track_lengths on combined.track_id = track_lengths.track_id
