"""Simulated listeners into the warehouse, some at a time: whole people only, in one transaction each time."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from spotiflow.core.transactions import transaction
from spotiflow.ingest.history.play_id import PLAY_ID_SQL
from spotiflow.ingest.ingest_runs import begin_run, finish_run
from spotiflow.ingest.listeners import make_listener
from spotiflow.simulate.life import Life, Span
from spotiflow.simulate.world import World
from spotiflow.warehouse.run_log import utc_now

SOURCE = "simulated"
# Nobody of these was in the warehouse a moment ago, and a listener's name is part of the id of a play: no
# play can be known, so nothing is looked up and all go in with one statement.
_STORE_PLAYS = f"""
insert into raw.listening_history by name
select *, {PLAY_ID_SQL} as play_id
from (
    select
        rows.* exclude (row_number, track, started_ms, person), 'track' as content_type,
        'spotify:track:' || tracks.track_id as content_uri, tracks.* exclude (track),
        people.run_id, people.listener_id, people.country, people.listener_id as file_name,
        $source as source, $now as ingested_at,
        make_timestamp(started_ms * 1000) as started_at,
        make_timestamp((started_ms + ms_played) * 1000) as ended_at, ended_at as played_at,
        'ms_played' as started_at_source, 'second' as ended_at_precision
    from simulated_rows as rows
    join simulated_tracks as tracks using (track)
    join simulated_people as people using (person)
)
"""
_STORE_FILES = """
insert into raw.ingest_files by name
select
    run_id, listener_id, listener_id as file_name, sha256, $source as kind, 'audio' as content_type,
    make_timestamp(first_ms * 1000) as covered_from, make_timestamp(last_ms * 1000) as covered_to,
    n_rows as rows_read, n_rows as rows_kept, 0 as rows_known, 0 as rows_podcast, 0 as rows_audiobook,
    0 as rows_video, 0 as rows_skipped, 0 as rows_rejected, 'ok' as status
from simulated_people
"""


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


def store(db: duckdb.DuckDBPyConnection, lives: Sequence[Life], span: Span) -> None:
    """Store listeners with all their plays and truths, or nothing of any of them.

    None of them may be in the warehouse. Raises UsageError where one is, added since somebody looked.
    """
    people = pd.DataFrame([_person(life) for life in lives])
    rows = pd.concat([life.rows.assign(person=n) for n, life in enumerate(lives)], ignore_index=True)
    db.register("simulated_people", people.assign(person=np.arange(len(lives))))
    db.register("simulated_rows", rows)
    with transaction(db):
        for life, run_id in zip(lives, people["run_id"].tolist(), strict=True):
            begin_run(db, run_id, SOURCE, life.name)
            _store_person(db, life, span)
        db.execute(_STORE_PLAYS, {"source": SOURCE, "now": utc_now()})
        db.execute(_STORE_FILES, {"source": SOURCE})
        for run_id in people["run_id"].tolist():
            finish_run(db, run_id, "ok")
    db.unregister("simulated_rows")
    db.unregister("simulated_people")


def _person(life: Life) -> dict[str, Any]:
    """Return who the plays of a life belong to, and what the record of its import says."""
    ended_ms = life.rows["started_ms"] + life.rows["ms_played"]
    return {
        "run_id": str(uuid.uuid4()),
        "listener_id": life.name,
        "country": life.listener.country,
        "sha256": life.digest,
        "n_rows": len(life.rows),
        "first_ms": ended_ms.min() if len(ended_ms) else None,
        "last_ms": ended_ms.max() if len(ended_ms) else None,
    }


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
