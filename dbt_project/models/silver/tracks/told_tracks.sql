-- Under which ids, artists and titles does each listener know music, and what do plays
-- and metadata say of them? Grain: listener_id, spotify_id, artist_name, track_name,
-- is_metadata; spotify_id is NULL where a source has names only. Metadata counts for
-- those who played the id, saved it or had it searched for, so that nobody's tracks
-- hang on what others hear. 'all' is the household, where there are several listeners.
with
    history as (select * from {{ ref("listening_history_bronze") }}),
    tracks as (select * from {{ ref("tracks_bronze") }}),
    looked_up_tracks as (select * from {{ ref("looked_up_tracks_bronze") }}),
    heard as (
        select
            listener_id,
            case when has_spotify_id then track_id end as spotify_id,
            artist_name,
            track_name,
            max(played_at) as last_played_at,
            max(duration_ms) as duration_ms,
            {{ comparable_isrc("min(isrc)") }} as first_isrc,
            {{ comparable_isrc("max(isrc)") }} as last_isrc,
            false as is_metadata
        from history
        where {{ is_music("content_type") }} and track_id is not null
        group by
            listener_id,
            case when has_spotify_id then track_id end,
            artist_name,
            track_name
    ),
    known_ids as (
        select listener_id, spotify_id as track_id
        from heard
        union
        select listener_id, track_id
        from looked_up_tracks
    ),
    told as (
        select *
        from heard
        union all
        select
            known_ids.listener_id,
            tracks.track_id as spotify_id,
            tracks.primary_artist as artist_name,
            tracks.track_name,
            cast(null as timestamp) as last_played_at,
            tracks.duration_ms,
            {{ comparable_isrc("tracks.isrc") }} as first_isrc,
            {{ comparable_isrc("tracks.isrc") }} as last_isrc,
            true as is_metadata
        from tracks
        inner join known_ids using (track_id)
    )

select *
from told
union all
select
    {{ household() }} as listener_id,
    spotify_id,
    artist_name,
    track_name,
    max(last_played_at) as last_played_at,
    max(duration_ms) as duration_ms,
    min(first_isrc) as first_isrc,
    max(last_isrc) as last_isrc,
    is_metadata
from told
where (select count(distinct listener_id) from heard) > 1
group by spotify_id, artist_name, track_name, is_metadata
