"""From a file to the temporary table `incoming`: one typed row per scrobble, with a reason if it is none.

Last.fm and players that report to ListenBrainz give the time at which a play began. What ListenBrainz fetched
from Spotify by itself has the time at which it ended. How long was listened says only a history that was filled
from an archive of Spotify's.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from spotiflow.ingest.files.repair import Repair, repair
from spotiflow.ingest.history.incoming import incoming_sql
from spotiflow.ingest.scrobbles import fields
from spotiflow.ingest.scrobbles.forms import ScrobbleForm
from spotiflow.ingest.scrobbles.tables import write_lines
from spotiflow.ingest.scrobbles.times import DAYS_AHEAD, FIRST_SECOND

# DuckDB takes 16 MB for one JSON value; a whole Last.fm history may be one.
USUAL_BYTES = 16 * 1024**2
MOST_BYTES = 512 * 1024**2
# A record that was cut is given up at the next object that begins with one of these.
_PAGE_KEYS = ("track", "recenttracks", "payload", "scrobbles", "listens")
_KEYS = (
    *_PAGE_KEYS,
    *("artist", "artists", "name", "title", "album", "date", "time", "timeMs", "timestamp", "event", "@attr"),
    *("listened_at", "track_metadata", "score"),
)
_FIELDS = {
    "table": fields.TABLE,
    "lastfm": fields.LASTFM,
    "lastfm_data": fields.LASTFM_DATA,
    "lastfmstats": fields.LASTFMSTATS,
    "pano": fields.PANO,
    "maloja": fields.MALOJA,
    "koito": fields.KOITO,
    "listenbrainz": fields.LISTENBRAINZ,
}
_STARTS = ("inserted_at", "mbid", "url", "streamable", "image", "recording_msid", "user_name")

_JUDGE = f"""
typed as (
    select
        * exclude (artist, title, album, isrc, client),
        nullif(trim(artist), '') as artist_name,
        nullif(trim(title), '') as track_name,
        nullif(trim(album), '') as album_name,
        nullif(trim(isrc), '') as isrc,
        nullif(trim(client), '') as platform,
        nullif(
            regexp_extract(
                spotify_text,
                '(?:open\\.spotify\\.com/(?:intl-[a-z-]+/)?track/|^spotify:track:|^)([0-9A-Za-z]{{22}})(?:[?#/]|$)',
                1
            ),
            ''
        ) as track_id,
        -- Seconds, milliseconds or microseconds since 1970: which, its size tells.
        try_cast(seconds_text as double)
        / case
            when try_cast(seconds_text as double) >= 1e14 then 1e6
            when try_cast(seconds_text as double) >= 1e11 then 1e3
            else 1
        end as seconds,
        coalesce(
            try_strptime(replace(clock_text, ',', ''), ['%d %b %Y %H:%M', '%d %b %Y %H:%M:%S', '%d %B %Y %H:%M']),
            try_cast(clock_text as timestamptz) at time zone 'UTC'
        ) as clock,
        seconds_text is not null
            or coalesce(regexp_matches(clock_text, ':[0-9]{{2}}:[0-9]{{2}}'), false) as has_seconds,
        try_cast(round(try_cast(duration_text as double)) as bigint) as length_ms,
        try_cast(round(try_cast(played_text as double)) as bigint) as told_ms
    from texts
),
timed as (
    select
        *,
        case
            when seconds is null then clock
            when seconds between {FIRST_SECOND} and epoch(now()) + {DAYS_AHEAD} * 86400
                then make_timestamp(try_cast(seconds * 1e6 as bigint))
        end as moment,
        case when track_id is not null then 'spotify:track:' || track_id end as content_uri,
        case when length_ms between 1 and 86400000 then length_ms end as duration_ms,
        case when told_ms between 0 and 86400000 then told_ms end as ms_played
    from typed
),
judged as (
    select
        *,
        moment as played_at,
        case when is_end then moment end as ended_at,
        case
            when is_unreadable then 'no complete record'
            when problem is not null then problem
            when track_name is null then 'no title'
            when coalesce(nullif(trim(seconds_text), ''), nullif(trim(clock_text), '')) is null then 'no time'
            when seconds is null and clock is null then 'time is no date'
            when moment is null or moment < make_timestamp({FIRST_SECOND * 1_000_000})
                or moment > now()::timestamp + interval {DAYS_AHEAD} day
                then 'time before 2002 or in the future'
        end as reason
    from timed
)
select
    row_number,
    reason,
    case
        when reason is not null and not is_unreadable then json_merge_patch('{{}}', json_object(
            'time', coalesce(seconds_text, clock_text), 'artist', artist_name, 'title', track_name,
            'album', album_name
        ))
    end as record,
    content_uri,
    track_id,
    isrc,
    track_name,
    artist_name,
    album_name,
    case when is_end then moment - to_milliseconds(coalesce(ms_played, duration_ms, 0)) else moment end
        as started_at,
    ended_at,
    played_at,
    case
        when not is_end then 'scrobble'
        when ms_played is not null then 'ms_played'
        when duration_ms is not null then 'duration'
        else 'ended_at'
    end as started_at_source,
    case when has_seconds then 'second' else 'minute' end as ended_at_precision,
    ms_played,
    duration_ms,
    platform
from judged
"""


def read_file(
    db: duckdb.DuckDBPyConnection, path: Path, form: ScrobbleForm, listener_id: str
) -> Repair | None:
    """Fill the temporary table `incoming` from a file; return what had to be mended in it, if anything."""
    lines = path.with_suffix(".lines")
    if form.is_table:
        mended = write_lines(path, lines, has_header=form.shape == "table")
        _fill(db, lines, "newline_delimited", form.kind, listener_id)
        return mended
    try:
        _fill(db, path, form.shape, form.kind, listener_id)
    except (duckdb.InvalidInputException, duckdb.DataError, UnicodeDecodeError):
        mended = repair(
            path, lines, closing="]" if form.shape == "array" else "}", keys=_KEYS, starts=_STARTS
        )
        _fill(db, lines, "newline_delimited", form.kind, listener_id)
        return mended
    return None


def _fill(db: duckdb.DuckDBPyConnection, path: Path, shape: str, kind: str, listener_id: str) -> None:
    is_one_value = kind != "listenbrainz"
    most_bytes = min(max(USUAL_BYTES, path.stat().st_size + 1), MOST_BYTES) if is_one_value else USUAL_BYTES
    values = {"path": str(path), "shape": shape, "most_bytes": most_bytes, "listener": listener_id}
    db.execute(incoming_sql(f"{_FIELDS[kind]} {_JUDGE}"), values)
