"""A generated extended export of any size, written file by file so that no size is too large to make."""

from __future__ import annotations

from pathlib import Path

import duckdb

ROWS = 500_000
FILES = 33
# Pretty-printed as Spotify does it, about 640 bytes a record; a record is a row of a table without quotes.
_RECORDS = r"""
copy (
    with numbers as (
        select i, (hash(i) // 2)::bigint as h, hash(i) % 1000 < 40 as is_episode
        from range($first::bigint, $last::bigint) as rows(i)
    ),
    -- A few tracks are heard very often and most of them now and then.
    plays as (select *, (pow((h % 1000003) / 1000003.0, 3) * 60000)::bigint as track from numbers),
    records as (
        select i, {
            ts: strftime(timestamp '2010-01-01' + to_seconds(i * 100), '%Y-%m-%dT%H:%M:%SZ'),
            platform: ['android', 'ios', 'windows', 'Android OS 9 API 28 (samsung, SM-G960F)'][1 + h % 4],
            ms_played: case when h % 5 = 0 then h % 29000 else 120000 + h % 180000 end,
            conn_country: 'DE',
            ip_addr: '203.0.113.' || h % 256,
            master_metadata_track_name: case when not is_episode then 'Song number ' || track end,
            master_metadata_album_artist_name: case when not is_episode then 'The Band ' || track % 4001 end,
            master_metadata_album_album_name: case when not is_episode then 'Record ' || track % 9001 end,
            spotify_track_uri:
                case when not is_episode then 'spotify:track:' || lpad(track::varchar, 22, '0') end,
            episode_name: case when is_episode then 'Episode ' || h % 500 end,
            episode_show_name: case when is_episode then 'The Show' end,
            spotify_episode_uri:
                case when is_episode then 'spotify:episode:' || lpad((h % 500)::varchar, 22, '0') end,
            reason_start: ['trackdone', 'clickrow', 'fwdbtn', 'appload'][1 + h % 4],
            reason_end: ['trackdone', 'endplay', 'fwdbtn', 'logout'][1 + h % 4],
            shuffle: h % 3 = 0,
            skipped: h % 5 = 0,
            offline: h % 20 = 0,
            offline_timestamp: 1262304000 + i * 100 - 200,
            incognito_mode: h % 997 = 0
        } as record
        from plays
    )
    select
        case when i = $first then '[' else '' end
        || json_pretty(record::json)
        || case when i = $last - 1 then ']' else ',' end
    from records
    order by i
) to '{target}' (format csv, header false, quote '', escape '', delimiter e'\x01')
"""


def write_export(folder: Path, rows: int = ROWS, files: int = FILES) -> Path:
    """Write a folder with `files` history files of `rows` plays in all (320 MB per 500,000) and return it."""
    folder.mkdir()
    with duckdb.connect(config={"memory_limit": "500MB"}) as db:
        for number in range(files):
            first, last = rows * number // files, rows * (number + 1) // files
            target = folder / f"Streaming_History_Audio_{2010 + number // 2}_{number}.json"
            db.execute(_RECORDS.replace("{target}", str(target)), {"first": first, "last": last})
    return folder
