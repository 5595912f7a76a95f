-- Under which artist and title was each id of a track told, and what do its sources say
-- of its length and ISRC? Grain: told_id, name_id. is_primary marks the spelling that
-- counts: that of the metadata, else of the latest play. Names are made comparable once
-- per spelling, never per play.
with
    history as (select * from {{ ref("listening_history_bronze") }}),
    tracks as (select * from {{ ref("tracks_bronze") }}),
    told as (
        select
            case when has_spotify_id then track_id end as spotify_id,
            artist_name,
            track_name,
            max(played_at) as last_played_at,
            max(duration_ms) as duration_ms,
            min(isrc) as first_isrc,
            max(isrc) as last_isrc,
            false as is_metadata
        from history
        where {{ is_music("content_type") }}
        group by case when has_spotify_id then track_id end, artist_name, track_name
        union all
        select
            track_id,
            primary_artist,
            track_name,
            cast(null as timestamp) as last_played_at,
            duration_ms,
            isrc as first_isrc,
            isrc as last_isrc,
            true as is_metadata
        from tracks
    ),
    named as (
        select *, {{ name_id("artist_name", "track_name") }} as name_id from told
    ),
    spellings as (
        select
            coalesce(spotify_id, name_id) as told_id,
            name_id,
            bool_or(spotify_id is not null) as has_spotify_id,
            bool_or(artist_name is not null and track_name is not null) as is_named,
            bool_or(is_metadata) as is_metadata,
            max(last_played_at) as last_played_at,
            max(duration_ms) as duration_ms,
            max(duration_ms) filter (where is_metadata) as metadata_ms,
            min({{ comparable_isrc("first_isrc") }}) as first_isrc,
            max({{ comparable_isrc("last_isrc") }}) as last_isrc,
            max({{ comparable_isrc("first_isrc") }}) filter (
                where is_metadata
            ) as metadata_isrc
        from named
        group by coalesce(spotify_id, name_id), name_id
    )

select
    told_id,
    name_id,
    has_spotify_id,
    is_named,
    row_number() over (
        partition by told_id
        order by
            is_named desc nulls last,
            is_metadata desc nulls last,
            last_played_at desc nulls last,
            name_id nulls last
    )
    = 1 as is_primary,
    coalesce(
        max(metadata_ms) over spelled, max(duration_ms) over spelled
    ) as duration_ms,
    coalesce(
        max(metadata_isrc) over spelled,
        -- Plays that tell several say nothing.
        case
            when min(first_isrc) over spelled = max(last_isrc) over spelled
            then min(first_isrc) over spelled
        end
    ) as isrc
from spellings
window spelled as (partition by told_id)
