"""Stretches of which polling certainly or possibly missed plays: opened by a poll, closed by an export."""

from __future__ import annotations

from datetime import datetime

import duckdb

from spotiflow.ingest.history.coverage import islands_sql
from spotiflow.ingest.history.sources import names
from spotiflow.warehouse.run_log import utc_now

POLLED = "a poll brought 50 plays and all of them were new"

_LAST_KNOWN = """
select max(coalesce(ended_at, played_at))
from raw.listening_history
where listener_id = ? and list_contains(?, source)
"""

_CLOSE = """
update raw.history_gaps set closed_at = $now
where listener_id = $listener and closed_at is null and exists (
    select 1
    from ({islands}) as islands
    where list_contains($exports, source) and content_group = 'music'
        and covered_from <= gap_started_at and covered_to >= gap_ended_at
)
"""
_STILL_OPEN = """
select gap_started_at, gap_ended_at
from raw.history_gaps
where listener_id = ? and closed_at is null
order by all
"""


def last_known_play(db: duckdb.DuckDBPyConnection, listener_id: str) -> datetime | None:
    """Return until when the history of a listener is known, UTC; other players' scrobbles do not count."""
    row = db.execute(_LAST_KNOWN, [listener_id, names(is_whole=True)]).fetchone()
    return row[0] if row else None


def open_gap(db: duckdb.DuckDBPyConnection, listener_id: str, start: datetime, end: datetime) -> None:
    """Remember that plays between two times (UTC) may be missing; once."""
    known = db.execute(
        "select 1 from raw.history_gaps where listener_id = ? and gap_started_at = ?", [listener_id, start]
    ).fetchone()
    if known is None:
        db.execute(
            "insert into raw.history_gaps values (?, ?, ?, ?, ?, null)",
            [listener_id, start, end, POLLED, utc_now()],
        )


def open_gaps(db: duckdb.DuckDBPyConnection, listener_id: str) -> list[tuple[datetime, datetime | None]]:
    """Return from when to when (UTC) plays may be missing, oldest first."""
    return db.execute(_STILL_OPEN, [listener_id]).fetchall()


def close_gaps(db: duckdb.DuckDBPyConnection, listener_id: str) -> int:
    """Close the gaps that an export covers from end to end; return how many that were."""
    before = len(open_gaps(db, listener_id))
    if not before:
        return 0
    values = {"listener": listener_id, "now": utc_now(), "exports": names(is_export=True)}
    db.execute(_CLOSE.format(islands=islands_sql()), values)
    return before - len(open_gaps(db, listener_id))
