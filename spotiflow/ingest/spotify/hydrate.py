"""Tracks that lack something: asked for one by one, most played first, as far as the day's budget goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from spotiflow.core.audio import AUDIO_FEATURES as FEATURE_NAMES
from spotiflow.core.console import progress
from spotiflow.core.errors import ApiError
from spotiflow.core.settings import Settings
from spotiflow.core.transactions import transaction
from spotiflow.ingest.listeners import require_listener
from spotiflow.ingest.spotify.client import AUDIO_FEATURES, TRACKS, SpotifyApi
from spotiflow.ingest.spotify.ledger import BudgetError, Ledger, store_news
from spotiflow.ingest.spotify.recently_played import as_json
from spotiflow.ingest.tracks.heard import HEARD
from spotiflow.ingest.tracks.recordings import open_recordings, recordings_in
from spotiflow.warehouse.database import open_warehouse
from spotiflow.warehouse.run_log import utc_now

# So many answers are stored together: what a kill can lose.
BLOCK = 20

# What a queue asks by: an id, or artist and title.
Key = tuple[str, ...]
Answers = dict[Key, dict[str, Any] | None]


@dataclass(frozen=True)
class Queue:
    """What still lacks something.

    waiting: the keys of a listener, most played first. ask: the answer to one, None where Spotify says that
    there is no such thing, an empty one where it says nothing of use. store: takes answers and returns how
    many of them bring nothing.
    """

    what: str
    waiting: Callable[[duckdb.DuckDBPyConnection, str], list[Key]]
    ask: Callable[[SpotifyApi, Key], dict[str, Any] | None]
    store: Callable[[duckdb.DuckDBPyConnection, str, Answers], int]


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
    """Ask for up to `most` keys of a queue and store them block by block; the next run goes on from there.

    The budget's end is a note. Raises WaitError, LoginNeededError, ApiError otherwise, with what came stored.
    """
    with open_warehouse(settings) as db:
        keys = queue.waiting(db, listener_id)
    wanted, answered, missing, note = keys[:most], 0, 0, None
    with progress(f"Asking Spotify for {queue.what}", total=len(wanted)) as advance:
        for start in range(0, len(wanted), BLOCK):
            answers: Answers = {}
            try:
                _ask(api, queue, wanted[start : start + BLOCK], answers, advance)
            except BudgetError as error:
                note = error.message
            finally:
                missing += _keep(settings, ledger, listener_id, queue, answers)
            answered += len(answers)
            if note:
                break
    return QueueReceipt(queue.what, answered - missing, missing, len(keys) - answered, note)


def _ask(
    api: SpotifyApi, queue: Queue, keys: Sequence[Key], answers: Answers, advance: Callable[[float], None]
) -> None:
    for key in keys:
        answer = queue.ask(api, key)
        if answer is None or answer:
            answers[key] = answer
        advance(1)


def _keep(settings: Settings, ledger: Ledger, listener_id: str, queue: Queue, answers: Answers) -> int:
    with open_warehouse(settings) as db, transaction(db):
        require_listener(db, listener_id)
        store_news(db, ledger.take_news())
        return queue.store(db, listener_id, answers)


def _by_id(known: str) -> Callable[[duckdb.DuckDBPyConnection, str], list[Key]]:
    """Return what reads an id of each recording of a listener's that `known`, SQL for recordings, lacks.

    It is the id that stands for the recording, or another where Spotify has that one no more.
    """

    def waiting(db: duckdb.DuckDBPyConnection, listener_id: str) -> list[Key]:
        open_recordings(db)
        return db.execute(_WAITING.format(known=known), [listener_id]).fetchall()

    return waiting


_WAITING = f"""
with {HEARD},
wanted as (
    select track_id, recording_id, count(*) as n_plays
    from heard
    where listener_id = ? and regexp_full_match(track_id, '[0-9A-Za-z]{{{{22}}}}')
    group by all
),
ranked as (
    select *, sum(n_plays) over (partition by recording_id) as n_of_all
    from wanted where recording_id not in ({{known}})
)
select track_id
from ranked
where track_id not in (select track_id from raw.missing_tracks)
qualify row_number() over (
    partition by recording_id order by track_id = recording_id desc, n_plays desc, track_id
) = 1
order by n_of_all desc, track_id
"""


def _item(ask: Callable[[], dict[str, Any]]) -> dict[str, Any] | None:
    try:
        answer = ask()
    except ApiError as error:
        # Only "there is no such thing" is worth remembering; everything else may be different tomorrow.
        if error.status != 404:
            raise
        return None
    return answer if answer.get("id") else {}


def _store_tracks(db: duckdb.DuckDBPyConnection, listener_id: str, answers: Answers) -> int:
    for (track_id,), track in answers.items():
        if track is None:
            db.execute("insert into raw.missing_tracks values (?, ?)", [track_id, utc_now()])
        else:
            store_track(db, listener_id, track_id, as_json(track), endpoint=TRACKS)
    return sum(track is None for track in answers.values())


def store_track(
    db: duckdb.DuckDBPyConnection, listener_id: str, track_id: str, record: str, *, endpoint: str
) -> None:
    """Store what Spotify says of a track: `record` is its JSON as `endpoint` gave it."""
    now = utc_now()
    db.execute("delete from raw.tracks where track_id = ?", [track_id])
    db.execute(_STORE_TRACK, {"id": track_id, "record": record, "now": now})
    db.execute(
        "insert into raw.api_records values (?, ?, ?, ?, ?)", [listener_id, endpoint, track_id, record, now]
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


def _store_features(db: duckdb.DuckDBPyConnection, _: str, answers: Answers) -> int:
    for (track_id,), features in answers.items():
        values = [_number((features or {}).get(name)) for name in FEATURE_NAMES]
        db.execute(
            f"insert into raw.track_features values ({', '.join('?' * (len(FEATURE_NAMES) + 3))})",
            [track_id, "spotify", *values, utc_now()],
        )
    return sum(features is None for features in answers.values())


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) else None


TRACK_QUEUE = Queue(
    "tracks",
    _by_id(recordings_in("raw.tracks")),
    lambda api, key: _item(lambda: api.track(key[0])),
    _store_tracks,
)
FEATURE_QUEUE = Queue(
    AUDIO_FEATURES,
    _by_id(recordings_in("raw.track_features", "provider = 'spotify'")),
    lambda api, key: _item(lambda: api.audio_features(key[0])),
    _store_features,
)
