"""Tracks known only by their names: searched for one by one, and taken only where names and length agree."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Any

import duckdb

from spotiflow.ingest.spotify.client import SEARCH, SpotifyApi
from spotiflow.ingest.spotify.hydrate import (
    Answers,
    Key,
    Queue,
    store_track,
)
from spotiflow.ingest.spotify.recently_played import as_json
from spotiflow.ingest.tracks.names import name_key
from spotiflow.warehouse.run_log import utc_now

# What Spotify does not have today it may have later.
SEARCH_AGAIN_AFTER = timedelta(days=90)
# Recordings of the same names are the same within this (as the catalogue is matched in silver).
MOST_MS_APART = 3000
# A track that fades into the next one (12 s at most) is never heard to its end.
MOST_MS_LONGER = 15_000
# Spotify refuses questions of more than 250 characters.
LONGEST_NAME = 100


@cache
def _waiting_sql() -> str:
    # Names without an id that neither history, metadata nor an earlier search gives one; a local file is no
    # track of Spotify's. Of several spellings the most played one is asked for.
    return f"""
with history as (
    select artist_name, track_name, track_id is not null as is_known,
        count(*) filter (where listener_id = $listener and track_id is null) as n_plays
    from raw.listening_history
    where content_type = 'track' and trim(artist_name) <> '' and trim(track_name) <> ''
    group by all
),
spellings as (
    select *, {name_key("artist_name", "track_name")} as name from history
),
known as (
    select name from spellings where is_known
    union
    select {name_key("artist_names[1]", "track_name")} from raw.tracks
    union
    select {name_key("artist_name", "track_name")} from raw.track_searches
    where track_id is not null or searched_at > $since
)
select arg_max(artist_name, (n_plays, artist_name)), arg_max(track_name, (n_plays, artist_name))
from spellings
where n_plays > 0 and name not in (from known)
group by name
order by sum(n_plays) desc, 1, 2
"""


@cache
def _match_sql() -> str:
    # told: a length that a source gave. seen: one that was played several times to the millisecond.
    return f"""
with plays as (
    select duration_ms, ms_played from raw.listening_history
    where track_id is null and artist_name = $artist and track_name = $track
),
seen as (
    select ms_played from plays where ms_played >= 30000
    group by ms_played having count(*) > 1 order by count(*) desc, ms_played desc limit 1
),
lengths as (
    select (select median(duration_ms)::bigint from plays) as told, (from seen) as seen
),
found as (
    select value as record, key::integer as rank from json_each($items)
),
candidates as (
    select
        record, rank, record ->> '$.id' as track_id,
        try_cast(record ->> '$.duration_ms' as bigint) - coalesce(told, seen) as ms_longer,
        told is not null as is_told
    from found cross join lengths
    where regexp_full_match(record ->> '$.id', '[0-9A-Za-z]{{22}}')
        and {name_key("(record ->> '$.artists[0].name')", "(record ->> '$.name')")}
            = {name_key("$artist", "$track")}
)
select
    track_id, record,
    case when abs(ms_longer) <= {MOST_MS_APART} then 'name_duration' else 'name' end as match_method,
    abs(ms_longer) as ms_apart
from candidates
where coalesce(
    ms_longer between -{MOST_MS_APART} and if(is_told, {MOST_MS_APART}, {MOST_MS_LONGER}), true
)
order by ms_apart nulls last, rank
limit 1
"""


def _waiting(db: duckdb.DuckDBPyConnection, listener_id: str) -> list[Key]:
    values = {"listener": listener_id, "since": utc_now() - SEARCH_AGAIN_AFTER}
    return db.execute(_waiting_sql(), values).fetchall()


def _search(api: SpotifyApi, key: Key) -> dict[str, Any]:
    """Return what was found; nothing of use where Spotify gave no list."""
    artist, track = map(_plain, key)
    found = api.search_tracks(f"track:{track} artist:{artist}").get("tracks")
    items = found.get("items") if isinstance(found, dict) else None
    return {"items": items} if isinstance(items, list) else {}


def _plain(name: str) -> str:
    """Return a name without what Spotify would read as grammar of the question."""
    return " ".join(name.replace('"', " ").replace(":", " ").split())[:LONGEST_NAME]


def _store(db: duckdb.DuckDBPyConnection, listener_id: str, answers: Answers) -> int:
    """Store which id each name gets, or that none fits; return how many got none."""
    n_missing = 0
    for (artist, track), answer in answers.items():
        items = [item for item in answer["items"] if isinstance(item, dict)] if answer else []
        match = db.execute(
            _match_sql(), {"artist": artist, "track": track, "items": as_json(items)}
        ).fetchone()
        track_id, record, method, ms_apart = match or (None, None, None, None)
        if record is not None:
            store_track(db, listener_id, track_id, record, endpoint=SEARCH)
        n_missing += match is None
        row = [listener_id, artist, track, track_id, method, ms_apart, len(items), utc_now()]
        db.execute("insert into raw.track_searches values (?, ?, ?, ?, ?, ?, ?, ?)", row)
    return n_missing


SEARCH_QUEUE = Queue("searches by name", _waiting, _search, _store)
