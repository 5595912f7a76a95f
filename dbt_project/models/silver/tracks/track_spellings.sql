-- Under which artist and title was each id of a track told, and what do its sources say
-- of its length and ISRC? Grain: listener_id, told_id, name_id. is_primary marks the
-- spelling that counts (the greatest weight): that of the metadata, else of the latest
-- play. Plays that tell several ISRCs of an id tell none. Names are made comparable
-- once per spelling, never per play.
with
    told_tracks as (select * from {{ ref("told_tracks") }}),
    named as (
        select
            *,
            {{ name_id("artist_name", "track_name") }} as name_id,
            {{ song_id("artist_name", "track_name") }} as song_id,
            artist_name is not null and track_name is not null as is_named
        from told_tracks
    ),
    spellings as (
        select
            listener_id,
            coalesce(spotify_id, name_id) as told_id,
            name_id,
            min(song_id) as song_id,
            bool_or(spotify_id is not null) as has_spotify_id,
            bool_or(is_named) as is_named,
            max(
                case when is_named then 'named' else '' end
                || case when is_metadata then 'metadata' else 'heard' end
                || coalesce(cast(last_played_at as string), '')
                || name_id
            ) as weight,
            max(duration_ms) as duration_ms,
            max(duration_ms) filter (where is_metadata) as metadata_ms,
            min(first_isrc) as first_isrc,
            max(last_isrc) as last_isrc,
            max(first_isrc) filter (where is_metadata) as metadata_isrc
        from named
        group by listener_id, coalesce(spotify_id, name_id), name_id
    ),
    ids as (
        select
            listener_id,
            told_id,
            max(weight) as greatest_weight,
            coalesce(max(metadata_ms), max(duration_ms)) as duration_ms,
            coalesce(
                max(metadata_isrc), {{ only_value("first_isrc", "last_isrc") }}
            ) as isrc
        from spellings
        group by listener_id, told_id
    )

select
    listener_id,
    told_id,
    name_id,
    song_id,
    has_spotify_id,
    is_named,
    spellings.weight = ids.greatest_weight as is_primary,
    ids.duration_ms,
    ids.isrc
from spellings
inner join ids using (listener_id, told_id)
