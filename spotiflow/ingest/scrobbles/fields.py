"""SQL that finds the fields of a scrobble in each form: everything as text, judged afterwards."""

from __future__ import annotations

# Pages of Last.fm and answers of ListenBrainz hold lists; one scrobble alone may stand there without a list.
ITEMS = """
with pages as (
    select
        case
            when json_type(json, '$.recenttracks.track') is not null
                then json -> '$.recenttracks.track'
            when json_type(json, '$.track') in ('ARRAY', 'OBJECT') then json -> '$.track'
            when json_type(json, '$.payload.listens') = 'ARRAY' then json -> '$.payload.listens'
            else json
        end as page
    from read_json_objects(
        $path, format = $shape, compression = 'uncompressed', maximum_object_size = $most_bytes
    )
),
unnested as (
    select unnest(case when json_type(page) = 'ARRAY' then page -> '$[*]' else [page] end) as item from pages
),
items as (select row_number() over () as row_number, item from unnested),
"""

TABLE_TEXTS = """
texts as (
    select
        row_number,
        coalesce(json_type(item) = 'NULL', true) as is_unreadable,
        case
            when (item ->> '$.overfull') = 'true' then 'more cells than columns'
        end as problem,
        item ->> '$.uts' as seconds_text,
        item ->> '$.utc_time' as clock_text,
        item ->> '$.artist' as artist,
        item ->> '$.track' as title,
        item ->> '$.album' as album,
        null as duration_text,
        null as isrc,
        null as spotify_text,
        false as is_end
    from items
),
"""

LASTFM_TEXTS = """
texts as (
    select
        row_number,
        coalesce(json_type(item) = 'NULL', true) as is_unreadable,
        case
            when json_type(item) <> 'OBJECT' then 'no record of a scrobble'
            when (item ->> '$."@attr".nowplaying') = 'true' and (item -> '$.date') is null
                then 'still playing when it was saved'
        end as problem,
        item ->> '$.date.uts' as seconds_text,
        item ->> '$.date."#text"' as clock_text,
        coalesce(
            item ->> '$.artist."#text"', item ->> '$.artist.name',
            case when json_type(item, '$.artist') = 'VARCHAR' then item ->> '$.artist' end
        ) as artist,
        item ->> '$.name' as title,
        coalesce(
            item ->> '$.album."#text"', item ->> '$.album.title',
            case when json_type(item, '$.album') = 'VARCHAR' then item ->> '$.album' end
        ) as album,
        null as duration_text,
        null as isrc,
        null as spotify_text,
        false as is_end
    from items
),
"""

# Other clients report what Spotify plays too, at its start; only what ListenBrainz fetched has the end.
LISTENBRAINZ_TEXTS = """
listens as (
    select *, item -> '$.track_metadata' as track, item -> '$.track_metadata.additional_info' as info
    from items
),
texts as (
    select
        row_number,
        coalesce(json_type(item) = 'NULL', true) as is_unreadable,
        case
            when json_type(item) <> 'OBJECT' then 'no record of a listen'
            when (item -> '$.listened_at') is null and (item -> '$.score') is not null
                then 'feedback, no listen'
        end as problem,
        item ->> '$.listened_at' as seconds_text,
        null as clock_text,
        coalesce(info ->> '$.artist_names[0]', track ->> '$.artist_name') as artist,
        track ->> '$.track_name' as title,
        track ->> '$.release_name' as album,
        coalesce(info ->> '$.duration_ms', (try_cast(info ->> '$.duration' as double) * 1000)::varchar)
            as duration_text,
        info ->> '$.isrc' as isrc,
        coalesce(info ->> '$.spotify_id', info ->> '$.origin_url') as spotify_text,
        coalesce(
            (info ->> '$.music_service') like '%spotify%' or (info ->> '$.listening_from') = 'spotify'
            or ((info ->> '$.spotify_id') is not null and (info ->> '$.listening_from') is null),
            false
        ) and coalesce(info ->> '$.submission_client', 'listenbrainz') ilike 'listenbrainz%' as is_end
    from listens
),
"""
