"""The last 50 plays: fetched whole, stored once, with a gap where more than 50 were played in between."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from spotiflow.core.errors import ApiError, WaitError
from spotiflow.core.settings import Settings
from spotiflow.core.transactions import transaction
from spotiflow.ingest.files.characters import cleaned
from spotiflow.ingest.history.gaps import close_gaps, last_known_play, open_gap
from spotiflow.ingest.ingest_runs import begin_run, finish_run
from spotiflow.ingest.listeners import ensure_listener
from spotiflow.ingest.spotify.client import PAGE, RECENTLY_PLAYED, SpotifyApi
from spotiflow.ingest.spotify.ledger import Ledger, store_news
from spotiflow.ingest.spotify.poll_sql import (
    COUNT,
    MARK_KNOWN,
    POLLED,
    STORE,
)
from spotiflow.ingest.spotify.spool import Batch
from spotiflow.warehouse.run_log import utc_now

FILE_NAME = "recently-played"


@dataclass(frozen=True)
class PollReceipt:
    """What a poll brought. read = new + known + podcasts + rejected. Times are UTC.

    gap: between which times plays are possibly missing. is_spooled: stored in the inbox for the next run.
    """

    read: int
    new: int = 0
    known: int = 0
    podcasts: int = 0
    rejected: int = 0
    covered_from: datetime | None = None
    covered_to: datetime | None = None
    gap: tuple[datetime, datetime] | None = None
    is_spooled: bool = False


def fetch(api: SpotifyApi, ledger: Ledger, listener_id: str) -> Batch:
    """Ask Spotify for the last 50 plays. Raises as the API; the calls stay in the ledger then."""
    reply = api.recently_played()
    items = reply.get("items", [])
    if not isinstance(items, list):
        raise ApiError("Spotify sent a list of plays that is none.", hint="Try again later.", status=200)
    return Batch(listener_id, [_lean(item) for item in items], ledger.take_news())


def failed(listener_id: str, ledger: Ledger, error: BaseException) -> Batch:
    """Return the record of a poll that brought nothing."""
    status = "waiting" if isinstance(error, WaitError) else "failed"
    return Batch(listener_id, None, ledger.take_news(), status=status)


def store_poll(db: duckdb.DuckDBPyConnection, settings: Settings, batch: Batch) -> PollReceipt:
    """Store a poll in one transaction: new plays, their tracks, what was rejected, the gap, the calls made.

    A batch that is stored already adds nothing. Raises NotFoundError for a listener nobody added.
    """
    with transaction(db):
        return _store(db, settings, batch)


def _store(db: duckdb.DuckDBPyConnection, settings: Settings, batch: Batch) -> PollReceipt:
    if db.execute("select 1 from raw.ingest_runs where run_id = ?", [batch.run_id]).fetchone():
        return PollReceipt(0)
    store_news(db, batch.news)
    if batch.status == "calls":
        return PollReceipt(0)
    ensure_listener(db, batch.listener_id, settings)
    begin_run(db, batch.run_id, "spotify", FILE_NAME)
    receipt = PollReceipt(0) if batch.items is None else _store_plays(db, batch, batch.items)
    finish_run(db, batch.run_id, batch.status)
    close_gaps(db, batch.listener_id)
    return receipt


def _store_plays(db: duckdb.DuckDBPyConnection, batch: Batch, items: list[Any]) -> PollReceipt:
    db.execute(POLLED, {"items": as_json(items), "listener": batch.listener_id})
    db.execute(MARK_KNOWN)
    last_known = last_known_play(db, batch.listener_id)
    read, rejected, oldest, newest, new, podcasts = db.execute(COUNT).fetchone() or (0, 0, None, None, 0, 0)
    gap = None
    if len(items) >= PAGE and last_known and oldest and oldest > last_known:
        gap = (last_known, oldest)
        open_gap(db, batch.listener_id, *gap)
    values = {"file_name": FILE_NAME, "run_id": batch.run_id, "now": utc_now(), "endpoint": RECENTLY_PLAYED}
    for statement in STORE:
        db.execute(statement, {name: value for name, value in values.items() if f"${name}" in statement})
    known = read - new - podcasts - rejected
    db.execute(
        "insert into raw.ingest_files "
        "values (?, ?, ?, null, 'api', 'audio', ?, ?, ?, ?, ?, ?, 0, 0, 0, ?, 'ok')",
        [batch.run_id, batch.listener_id, FILE_NAME, oldest, newest, read, new, known, podcasts, rejected],
    )
    return PollReceipt(read, new, known, podcasts, rejected, oldest, newest, gap)


def _lean(value: Any) -> Any:
    """Leave out the lists of countries, which are long and say nothing about a play."""
    if isinstance(value, dict):
        return {key: _lean(inner) for key, inner in value.items() if key != "available_markets"}
    return [_lean(inner) for inner in value] if isinstance(value, list) else value


def _clean(value: Any) -> Any:
    if isinstance(value, dict):
        return {cleaned(str(key)): _clean(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_clean(inner) for inner in value]
    return cleaned(value) if isinstance(value, str) else value


def as_json(record: Any) -> str:
    """Return JSON that DuckDB reads: without the lone surrogates and infinities that Python lets pass."""
    text = json.dumps(_clean(record), ensure_ascii=False).encode("utf-8", "replace").decode()
    return json.dumps(json.loads(text, parse_constant=lambda _: None), ensure_ascii=False)
