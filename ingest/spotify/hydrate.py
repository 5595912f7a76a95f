"""Tracks known only by their id: asked for one by one, most played first, as far as the day's budget goes."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from core.console import progress
from core.database import open_warehouse
from core.errors import ApiError
from core.runs import utc_now
from core.settings import Settings
from ingest.spotify.client import AUDIO_FEATURES, TRACKS, SpotifyApi
from ingest.spotify.ledger import BudgetError, Ledger, store_news

# So many answers are stored together: what a kill can lose.
BLOCK = 20
FEATURES = (
    "danceability", "energy", "valence", "acousticness", "instrumentalness", "speechiness",
    "liveness", "loudness", "tempo", "time_signature", "key", "mode",
)  # fmt: skip

Answers = dict[str, dict[str, Any] | None]


@dataclass(frozen=True)
class Queue:
    """Ids that still lack something. `lacking`: SQL over `track_id`; `store` takes answers; None is a 404."""

    what: str
    lacking: str
    ask: Callable[[SpotifyApi, str], dict[str, Any]]
    store: Callable[[duckdb.DuckDBPyConnection, str, Answers], None]


@dataclass(frozen=True)
class QueueReceipt:
    """What was asked for. `note` says why it stopped early, None where it did not."""

    what: str
    fetched: int = 0
    missing: int = 0
    left: int = 0
    note: str | None = None


def work_off(
    settings: Settings, api: SpotifyApi, ledger: Ledger, listener_id: str, queue: Queue, most: int
) -> QueueReceipt:
    """Ask for up to `most` tracks of a queue and store them block by block; the next run goes on from there.

    The budget's end is a note. Raises WaitError, LoginNeededError, ApiError otherwise, with what came stored.
    """
    with open_warehouse(settings) as db:
        ids = _waiting_ids(db, queue, listener_id)
    wanted, fetched, missing, note = ids[:most], 0, 0, None
    with progress(f"Asking Spotify for {queue.what}", total=len(wanted)) as advance:
        for start in range(0, len(wanted), BLOCK):
            answers: Answers = {}
            try:
                _ask(api, queue, wanted[start : start + BLOCK], answers, advance)
            except BudgetError as error:
                note = error.message
            finally:
                _keep(settings, ledger, listener_id, queue, answers)
            fetched += sum(answer is not None for answer in answers.values())
            missing += sum(answer is None for answer in answers.values())
            if note:
                break
    return QueueReceipt(queue.what, fetched, missing, len(ids) - fetched - missing, note)


def _waiting_ids(db: duckdb.DuckDBPyConnection, queue: Queue, listener_id: str) -> list[str]:
    rows = db.execute(
        f"""
        select track_id
        from raw.listening_history
        where listener_id = ? and regexp_full_match(track_id, '[0-9A-Za-z]{{22}}')
            and track_id not in (select track_id from raw.missing_tracks) and {queue.lacking}
        group by track_id
        order by count(*) desc, track_id
        """,
        [listener_id],
    ).fetchall()
    return [row[0] for row in rows]


def _ask(
    api: SpotifyApi, queue: Queue, ids: Sequence[str], answers: Answers, advance: Callable[[float], None]
) -> None:
    for track_id in ids:
        try:
            answer = queue.ask(api, track_id)
        except ApiError as error:
            # Only "there is no such thing" is worth remembering; everything else may be different tomorrow.
            if error.status != 404:
                raise
            answers[track_id] = None
        else:
            if answer.get("id"):
                answers[track_id] = answer
        advance(1)


def _keep(settings: Settings, ledger: Ledger, listener_id: str, queue: Queue, answers: Answers) -> None:
    with open_warehouse(settings) as db:
        db.begin()
        store_news(db, ledger.take_news())
        queue.store(db, listener_id, answers)
        db.commit()


def _store_tracks(db: duckdb.DuckDBPyConnection, listener_id: str, answers: Answers) -> None:
    now = utc_now()
    for track_id, track in answers.items():
        if track is None:
            db.execute("insert into raw.missing_tracks values (?, ?)", [track_id, now])
            continue
        record = json.dumps(track)
        db.execute("delete from raw.tracks where track_id = ?", [track_id])
        db.execute(_STORE_TRACK, {"id": track_id, "record": record, "now": now})
        db.execute(
            "insert into raw.api_records values (?, ?, ?, ?, ?)", [listener_id, TRACKS, track_id, record, now]
        )


_STORE_TRACK = """
insert into raw.tracks by name
select
    $id as track_id,
    $record ->> '$.name' as track_name,
    list_filter($record ->> '$.artists[*].name', lambda name: name <> '') as artist_names,
    $record ->> '$.album.name' as album_name,
    try_cast($record ->> '$.duration_ms' as bigint) as duration_ms,
    $record ->> '$.external_ids.isrc' as isrc,
    try_cast($record ->> '$.explicit' as boolean) as explicit,
    $record ->> '$.album.release_date' as release_date,
    try_cast($record ->> '$.popularity' as integer) as popularity,
    $now as fetched_at
"""


def _store_features(db: duckdb.DuckDBPyConnection, _: str, answers: Answers) -> None:
    for track_id, features in answers.items():
        values = [_number((features or {}).get(name)) for name in FEATURES]
        db.execute(
            f"insert into raw.track_features values ({', '.join('?' * (len(FEATURES) + 3))})",
            [track_id, "spotify", *values, utc_now()],
        )


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) else None


TRACK_QUEUE = Queue(
    "tracks",
    "not exists (select 1 from raw.tracks as t where t.track_id = listening_history.track_id)",
    lambda api, track_id: api.track(track_id),
    _store_tracks,
)
FEATURE_QUEUE = Queue(
    AUDIO_FEATURES,
    "not exists (select 1 from raw.track_features as f "
    "where f.track_id = listening_history.track_id and f.provider = 'spotify')",
    lambda api, track_id: api.audio_features(track_id),
    _store_features,
)
