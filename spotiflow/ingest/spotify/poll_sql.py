"""The SQL of a poll: from the JSON Spotify gave to typed rows, and from those to the raw tables.

A poll is no reader of the importer of plays: it has no file, keeps the whole answer and the tracks in it besides
the plays, may come back from the inbox, and brings the same 50 plays and the same broken record again and again.
What is the same for all is shared: the id of a play, the order of sources, gaps.
"""

from __future__ import annotations

from spotiflow.ingest.history.play_id import PLAY_ID_SQL
from spotiflow.ingest.history.sources import rank_sql

# `played_at` is taken as the end of the play: that is what Spotify sends now, though it has meant the start.
# The endpoint has no ms_played; the start is an estimate from the track's length.
POLLED = f"""
create or replace temp table polled as
with items as (
    select numbers.i + 1 as row_number, list_extract(list, numbers.i + 1) as item
    from (select json_extract($items, '$[*]') as list), range(len(list)) as numbers (i)
),
read as (
    select
        row_number,
        item,
        try_cast(item ->> '$.played_at' as timestamptz) at time zone 'UTC' as ended_at,
        item ->> '$.track.uri' as uri,
        item ->> '$.track.type' as kind,
        nullif(item ->> '$.track.name', '') as track_name,
        nullif(regexp_extract(item ->> '$.track.id', '^[0-9A-Za-z]+$'), '') as id,
        try_cast(item ->> '$.track.duration_ms' as bigint) as duration_ms,
        list_filter(item ->> '$.track.artists[*].name', lambda name: name <> '') as artist_names
    from items
),
typed as (
    select
        *,
        case
            when uri like 'spotify:local:%' or item ->> '$.track.is_local' = 'true' then 'local'
            when uri like 'spotify:episode:%' or kind = 'episode' then 'episode'
            when uri like 'spotify:track:%' or id is not null then 'track'
            else 'unknown'
        end as content_type
    from read
),
named as (
    select
        * exclude (uri, id),
        $listener as listener_id,
        ended_at as played_at,
        case when content_type = 'track' then id end as track_id,
        coalesce(uri, case when content_type = 'track' then 'spotify:track:' || id end) as content_uri,
        coalesce(artist_names[1], item ->> '$.track.show.name') as artist_name,
        null::bigint as ms_played
    from typed
)
select
    row_number,
    item,
    case
        when json_type(item) <> 'OBJECT' then 'no record of a play'
        when coalesce(json_type(item, '$.track'), 'NULL') <> 'OBJECT' then 'no track'
        when coalesce(content_uri, track_name) is null then 'a track without id and name'
        when item ->> '$.played_at' is null then 'no end time'
        when ended_at is null then 'end time is no date'
        when ended_at < timestamp '2006-01-01' or ended_at > now()::timestamp + interval 2 day
            then 'end time before 2006 or in the future'
    end as reason,
    {PLAY_ID_SQL} as play_id,
    listener_id,
    'api' as source,
    content_type,
    content_uri,
    track_id,
    item ->> '$.track.external_ids.isrc' as isrc,
    track_name,
    artist_name,
    artist_names,
    coalesce(item ->> '$.track.album.name', case when content_type = 'episode' then artist_name end)
        as album_name,
    played_at,
    ended_at - to_milliseconds(greatest(coalesce(duration_ms, 0), 0)) as started_at,
    ended_at,
    case when duration_ms is null then 'ended_at' else 'duration' end as started_at_source,
    'second' as ended_at_precision,
    ms_played,
    duration_ms,
    try_cast(item ->> '$.track.explicit' as boolean) as explicit,
    item ->> '$.track.album.release_date' as release_date,
    item ->> '$.context.uri' as context_uri
from named
"""

MARK_KNOWN = """
create or replace temp table fresh as
select * from polled
where reason is null and not exists (
    select 1 from raw.listening_history as stored
    where stored.play_id = polled.play_id and stored.listener_id = polled.listener_id
)
qualify row_number() over (partition by play_id order by row_number) = 1
"""

STORE = (
    # ListenBrainz fetches from the same place; where it came first, Spotify's own word replaces it.
    f"""
    update raw.listening_history as stored
    set
        source = 'api', content_type = polled.content_type, isrc = polled.isrc,
        track_name = polled.track_name, artist_name = polled.artist_name, album_name = polled.album_name,
        played_at = polled.played_at, started_at = polled.started_at, ended_at = polled.ended_at,
        started_at_source = polled.started_at_source, duration_ms = polled.duration_ms,
        context_uri = polled.context_uri
    from polled
    where polled.reason is null and polled.play_id = stored.play_id
        and {rank_sql("stored.source")} > {rank_sql("'api'")}
    """,
    """
    insert into raw.listening_history by name
    select
        * exclude (row_number, item, reason, artist_names, explicit, release_date),
        $file_name as file_name, $run_id as run_id, $now as ingested_at
    from fresh
    order by played_at
    """,
    """
    insert into raw.api_records
    select listener_id, $endpoint, play_id::varchar, item, $now from fresh
    """,
    """
    insert into raw.tracks by name
    select
        track_id, track_name, artist_names, album_name, duration_ms, isrc, explicit, release_date,
        null::integer as popularity, $now as fetched_at
    from fresh
    where track_id is not null
        and not exists (select 1 from raw.tracks as known where known.track_id = fresh.track_id)
    qualify row_number() over (partition by track_id order by row_number) = 1
    """,
    # The same broken record comes back with every poll until 50 others have pushed it out.
    """
    insert into raw.rejected_rows
    select $run_id, $file_name, row_number, reason, item
    from polled
    where reason is not null and not exists (
        select 1 from raw.rejected_rows as known
        where known.file_name = $file_name and known.record is not distinct from polled.item::varchar
    )
    """,
)

COUNT = """
select
    count(*),
    count(*) filter (where reason is not null),
    min(played_at) filter (where reason is null),
    max(played_at) filter (where reason is null),
    (select count(*) from fresh where content_type <> 'episode'),
    (select count(*) from fresh where content_type = 'episode')
from polled
"""
