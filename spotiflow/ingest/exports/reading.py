"""From a file to the temporary table `incoming`: one typed row per record, with a reason if it is no play."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from spotiflow.core.console import log
from spotiflow.ingest.exports.generations import PRIVATE_KEYS, RECORD_KEYS, Generation
from spotiflow.ingest.files.repair import Repair, ends_with, repair
from spotiflow.ingest.history.play_id import PLAY_ID_SQL
from spotiflow.ingest.history.reader import Choice

_STRUCTURE = json.dumps(dict.fromkeys(RECORD_KEYS, "VARCHAR"))

# A time that some tool wrote as seconds or milliseconds since 1970: which of them, its size tells.
_MICROSECONDS = """try_cast(
            try_cast(end_text as double)
            * case when try_cast(end_text as double) >= 1e11 then 1e3 else 1e6 end as bigint
        )"""
_RECORDS = "read_json_objects($path, format = $shape, compression = 'uncompressed')"
# The lists that are the values of an object, or the elements of a list.
_WRAPPED_RECORDS = """(
        select unnest(list -> '$[*]') as json
        from (
            select unnest(case when json_type(json) = 'ARRAY' then json -> '$[*]' else json -> '$.*' end) as list
            from read_json_objects(
                $path, format = 'unstructured', compression = 'uncompressed', maximum_object_size = $shape
            )
        ) where json_type(list) = 'ARRAY'
    )"""
MOST_WRAPPED_BYTES = 1024**3
# Spotify was founded in 2006. The longest stream anybody saw logged is a night; a week is a broken counter.
_READ = f"""
create or replace temp table incoming as
with elements as (
    select
        row_number() over () as row_number,
        coalesce(json::varchar = 'null', true) as is_unreadable,
        not starts_with(ltrim(json::varchar), '{{') as is_no_record,
        json::varchar as whole,
        json_transform(json, $structure) as fields
    from {{records}}
),
texts as (
    select
        *,
        nullif(trim(coalesce(fields.ts, fields."endTime")), '') as end_text,
        nullif(trim(coalesce(fields.ms_played, fields."msPlayed")), '') as ms_text,
        nullif(coalesce(fields.spotify_track_uri, ''), '') as track_uri,
        nullif(coalesce(fields.spotify_episode_uri, ''), '') as episode_uri,
        coalesce(fields.audiobook_title, fields."audiobookName") as book_name,
        coalesce(fields.audiobook_chapter_title, fields."chapterName") as chapter_name,
        coalesce(fields.audiobook_chapter_uri, fields.audiobook_uri) as book_uri,
        coalesce(fields.episode_show_name, fields."podcastName") as show_name,
        coalesce(fields.episode_name, fields."episodeName") as episode_name,
        coalesce(fields.master_metadata_track_name, fields."trackName") as track_title,
        coalesce(fields.master_metadata_album_artist_name, fields."artistName") as track_artist
    from elements
),
typed as (
    select
        *,
        coalesce(
            try_cast(end_text as timestamptz) at time zone 'UTC', make_timestamp({_MICROSECONDS})
        ) as ended_at,
        try_cast(ms_text as bigint) as ms_played,
        try_cast(fields.offline as boolean) as offline,
        try_cast(fields.incognito_mode as boolean) as is_private_session,
        try_cast(fields.offline_timestamp as double) as clock,
        case
            when track_uri like 'spotify:local:%' then 'local'
            when $is_video and episode_uri is null and episode_name is null then 'video'
            when track_uri is not null then 'track'
            when coalesce(book_uri, book_name, chapter_name) is not null then 'audiobook'
            when episode_uri like 'spotify:chapter:%' then 'audiobook'
            when coalesce(episode_uri, episode_name, show_name) is not null then 'episode'
            when coalesce(track_title, track_artist) is not null then 'track'
            else 'unknown'
        end as content_type
    from texts
),
judged as (
    select
        *,
        case
            when is_unreadable then 'no complete JSON record'
            when is_no_record then 'no record of a stream'
            when end_text is null then 'no end time'
            when ended_at is null then 'end time is no date'
            when ended_at < timestamp '2006-01-01' or ended_at > now()::timestamp + interval 2 day
                then 'end time before 2006 or in the future'
            when ms_text is not null and ms_played is null then 'ms_played is no number'
            when ms_played < 0 then 'negative ms_played'
            when ms_played > 604800000 then 'ms_played longer than a week'
        end as reason,
        -- The device's clock at the start: null, 0, milliseconds (old) or seconds (new).
        case when clock > 1e11 then clock / 1000 else clock end as clock_seconds,
        case content_type
            when 'episode' then episode_uri
            when 'audiobook' then coalesce(book_uri, episode_uri)
            else coalesce(track_uri, episode_uri)
        end as content_uri,
        case content_type
            when 'episode' then episode_name
            when 'audiobook' then coalesce(chapter_name, episode_name)
            when 'local' then coalesce(track_title, {{local_part_5}})
            else coalesce(track_title, episode_name)
        end as track_name,
        case content_type
            when 'episode' then show_name
            when 'audiobook' then fields."authorName"
            when 'local' then coalesce(track_artist, {{local_part_3}})
            else coalesce(track_artist, show_name)
        end as artist_name,
        case content_type
            when 'local' then coalesce(fields.master_metadata_album_album_name, {{local_part_4}})
            when 'audiobook' then coalesce(book_name, show_name)
            else fields.master_metadata_album_album_name
        end as album_name,
        case
            -- A player that does not know the length of a file writes 0 or a negative one.
            when content_type = 'local' and try_cast(split_part(track_uri, ':', 6) as integer) > 0
                then try_cast(split_part(track_uri, ':', 6) as integer)::bigint * 1000
        end as duration_ms,
        $listener as listener_id,
        ended_at as played_at
    from typed
),
started as (
    select
        *,
        case
            when reason is null and clock_seconds between 1136073600 and epoch(now()) + 2 * 86400
                then make_timestamp(try_cast(clock_seconds * 1e6 as bigint))
        end as device_started_at,
        case when reason is null then ended_at - to_milliseconds(coalesce(ms_played, 0)) end as latest_start
    from judged
),
clocked as (
    select
        *,
        -- A song can be paused, so it may have begun well before. Offline plays wait for their upload.
        coalesce(
            device_started_at <= latest_start + interval 1 minute
                and device_started_at >= latest_start - if(offline, interval 60 day, interval 1 day),
            false
        ) as has_clock
    from started
)
select
    row_number,
    reason,
    case
        when reason is null or is_unreadable then null
        when is_no_record then case when not starts_with(ltrim(whole), '[') then left(whole, 200) end
        -- As text: a broken record would not survive a cast to JSON.
        else json_merge_patch(
            '{{}}', to_json(fields), if($keep_country, '{{}}', '{{"conn_country": null}}')
        )::varchar
    end as record,
    reason is null and $skip_private and coalesce(is_private_session, false) as is_skipped,
    case when reason is null then {PLAY_ID_SQL} end as play_id,
    content_type,
    content_uri,
    nullif(regexp_extract(track_uri, '^spotify:track:([0-9A-Za-z]+)$', 1), '') as track_id,
    null::varchar as isrc,
    nullif(track_name, '') as track_name,
    nullif(artist_name, '') as artist_name,
    nullif(album_name, '') as album_name,
    if(has_clock, device_started_at, latest_start) as started_at,
    device_started_at,
    ended_at,
    played_at,
    case when has_clock then 'offline_timestamp' when ms_played is null then 'ended_at' else 'ms_played' end
        as started_at_source,
    case when length(end_text) = 16 then 'minute' else 'second' end as ended_at_precision,
    ms_played,
    duration_ms,
    nullif(fields.platform, '') as platform,
    case when $keep_country then nullif(fields.conn_country, '') end as country,
    try_cast(fields.shuffle as boolean) as shuffle,
    try_cast(fields.skipped as boolean) as skipped,
    offline,
    is_private_session,
    fields.reason_start as reason_start,
    fields.reason_end as reason_end
from clocked
"""


def _local_part(number: int) -> str:
    """SQL for a part of spotify:local:artist:album:title:seconds, where spaces are + and the rest percent."""
    return f"nullif(try(url_decode(replace(split_part(track_uri, ':', {number}), '+', ' '))), '')"


_READ = _READ.replace("{local_part_3}", _local_part(3))
_READ = _READ.replace("{local_part_4}", _local_part(4)).replace("{local_part_5}", _local_part(5))


def read_file(
    db: duckdb.DuckDBPyConnection, path: Path, generation: Generation, choice: Choice
) -> Repair | None:
    """Fill the temporary table `incoming` from a file; return what the second reader mended, if it had to.

    DuckDB refuses a whole file for one bad byte, and answers UTF-16 with UnicodeDecodeError. A file cut off
    right behind a comma it takes for whole.
    """
    closing = "}" if generation.shape == "newline_delimited" else "]"
    if generation.shape == "wrapped" or ends_with(path, closing):
        try:
            _fill(db, path, generation, choice)
            return None
        except (duckdb.InvalidInputException, duckdb.DataError, UnicodeDecodeError) as error:
            log.info("a file has to be read record by record (%s)", type(error).__name__)
    lines = path.with_suffix(".lines")
    mended = repair(path, lines, closing=closing, keys=RECORD_KEYS, starts=PRIVATE_KEYS)
    _fill(db, lines, replace(generation, shape="newline_delimited"), choice)
    lines.unlink()
    return mended


def _fill(db: duckdb.DuckDBPyConnection, path: Path, generation: Generation, choice: Choice) -> None:
    """Fill `incoming`. Lists inside an object or a list are one value, which has to fit into memory."""
    is_wrapped = generation.shape == "wrapped"
    values: dict[str, Any] = {
        "structure": _STRUCTURE,
        "path": str(path),
        "shape": min(path.stat().st_size + 1, MOST_WRAPPED_BYTES) if is_wrapped else generation.shape,
        "is_video": generation.medium == "video",
        "listener": choice.listener_id,
        "skip_private": choice.skip_private,
        "keep_country": choice.keep_country,
    }
    db.execute(_READ.replace("{records}", _WRAPPED_RECORDS if is_wrapped else _RECORDS), values)
