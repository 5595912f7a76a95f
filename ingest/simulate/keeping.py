"""Simulated listeners into the warehouse, some at a time: whole people only, in one transaction each time."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence

import duckdb
import numpy as np
import pandas as pd

from ingest.ingest_runs import begin_run, finish_run
from ingest.listeners import make_listener
from ingest.plays import PLAY_ID_SQL
from ingest.results import FileReceipt
from ingest.simulate.life import Life, Span
from ingest.simulate.world import World
from ingest.storing import Origin, add_file, transaction

SOURCE = "simulated"
_NAMED = f"""
create or replace temp table simulated_plays as
select
    *, {PLAY_ID_SQL} as play_id, null::varchar as reason, false as is_skipped, null::varchar as record
from (
    select
        rows.* exclude (track, started_ms), 'track' as content_type,
        'spotify:track:' || tracks.track_id as content_uri, tracks.* exclude (track), null::varchar as isrc,
        make_timestamp(started_ms * 1000) as started_at,
        make_timestamp((started_ms + ms_played) * 1000) as ended_at, ended_at as played_at,
        'ms_played' as started_at_source, 'second' as ended_at_precision, null::bigint as duration_ms
    from simulated_rows as rows
    join simulated_tracks as tracks using (track)
)
"""
_INCOMING = "create or replace temp table incoming as from simulated_plays where listener_id = ?"


def offer_tracks(db: duckdb.DuckDBPyConnection, world: World) -> None:
    """Make the temporary table that turns track numbers into names."""
    artists = np.array(world.artist_names, dtype=object)[world.artist]
    frame = pd.DataFrame(
        {
            "track": np.arange(len(world.track_id)),
            "track_id": world.played_id,
            "track_name": world.track_name,
            "artist_name": artists,
            "album_name": world.album_name,
        }
    )
    db.register("tracks_of_world", frame)
    db.execute("create or replace temp table simulated_tracks as from tracks_of_world")
    db.unregister("tracks_of_world")


def store(
    db: duckdb.DuckDBPyConnection, lives: Sequence[Life], span: Span, least_s: int
) -> list[FileReceipt]:
    """Store listeners with all their plays and truths, or nothing of any of them.

    least_s: shortest stream that counts as a play, seconds.
    """
    rows = [life.rows.assign(listener_id=life.name, country=life.listener.country) for life in lives]
    db.register("simulated_rows", pd.concat(rows, ignore_index=True))
    db.execute(_NAMED)
    db.unregister("simulated_rows")
    with transaction(db):
        return [_store_one(db, life, span, least_s) for life in lives]


def _store_one(db: duckdb.DuckDBPyConnection, life: Life, span: Span, least_s: int) -> FileReceipt:
    run_id = str(uuid.uuid4())
    begin_run(db, run_id, SOURCE, life.name)
    _store_person(db, life, span)
    db.execute(_INCOMING, [life.name])
    origin = Origin(
        run_id=run_id,
        listener_id=life.name,
        file_name=life.name,
        package=life.name,
        source=SOURCE,
        form=span.effect,
        medium="audio",
        sha256=life.digest,
        min_play_seconds=least_s,
    )
    receipt = add_file(db, origin, None)
    finish_run(db, run_id, "ok")
    return receipt


def _store_person(db: duckdb.DuckDBPyConnection, life: Life, span: Span) -> None:
    one = life.listener
    make_listener(db, life.name, display_name="Simulated listener", kind="simulated", zone=one.time_zone)
    genres = json.dumps(one.favourite_genres)
    db.execute(
        """insert into raw.simulated_listeners by name
        select ? as listener_id, ? as age, ? as country, ? as favourite_genres, ? as seed, ? as effect,
            ? as first_date, ? as days""",
        [life.name, one.age, one.country, genres, span.seed, span.effect, span.first, span.days],
    )
    for truth in life.truths:
        db.execute(
            "insert into raw.simulated_effects values (?, ?, ?, ?, ?, ?)",
            [life.name, truth.effect, truth.first_date, truth.last_date, truth.size, truth.detail],
        )
