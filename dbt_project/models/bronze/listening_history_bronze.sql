-- Every row any source ever gave, as it came: nothing is dropped here, not even the
-- same play told twice. Grain: play_id. A music row without a Spotify id gets one made
-- of its artist and title; one without a title either is a stream of no known track.
with
    listening_history as (select * from {{ source("raw", "listening_history") }}),
    told as (
        select
            *,
            track_id is null
            and {{ is_music("content_type") }}
            and {{ is_nameless("artist_name", "track_name") }} as is_nameless
        from listening_history
    )

select
    play_id,
    listener_id,
    source,
    content_type,
    content_uri,
    case
        when track_id is not null
        then track_id
        when {{ is_music("content_type") }} and not is_nameless
        then {{ name_id("artist_name", "track_name") }}
    end as track_id,
    track_id is not null as has_spotify_id,
    isrc,
    case when not is_nameless then track_name end as track_name,
    case when not is_nameless then artist_name end as artist_name,
    album_name,
    played_at,
    started_at,
    started_at_source,
    device_started_at,
    ended_at,
    ended_at_precision,
    ms_played,
    duration_ms,
    platform,
    country,
    shuffle,
    skipped,
    offline,
    is_private_session,
    reason_start,
    reason_end,
    context_uri,
    file_name,
    run_id,
    ingested_at
from told
