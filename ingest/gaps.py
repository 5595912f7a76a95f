"""Stretches of which polling certainly or possibly missed plays: opened by a poll, closed by an export."""

from __future__ import annotations

from datetime import datetime

import duckdb

from core.runs import utc_now

POLLED = "a poll brought 50 plays and all of them were new"

_LAST_KNOWN = """
select max(coalesce(ended_at, played_at))
from raw.listening_history
where listener_id = ? and source not in ('lastfm', 'listenbrainz')
"""

# An export covers from its first to its last stream; a silence of more than 7 days is not covered by it.
_CLOSE = """
update raw.history_gaps set closed_at = $now
where listener_id = $listener and closed_at is null and exists (
    with days as (
        select
            source, cast(played_at as date) as day, min(played_at) as first_at, max(played_at) as last_at
        from raw.listening_history
        where listener_id = $listener and source in ('extended', 'account')
            and content_type in ('track', 'local', 'unknown')
        group by all
    ),
    marked as (
        select *, coalesce(first_at - lag(last_at) over by_day > interval 7 day, true) as is_first
        from days
        window by_day as (partition by source order by day)
    ),
    numbered as (
        select *, count(*) filter (where is_first) over (partition by source order by day) as island
        from marked
    ),
    islands as (
        select min(first_at) as covered_from, max(last_at) as covered_to from numbered group by source, island
    )
    select 1
    from islands
    where covered_from <= gap_started_at and covered_to >= gap_ended_at
)
"""


def last_known_play(db: duckdb.DuckDBPyConnection, listener_id: str) -> datetime | None:
    """Return until when the history of a listener is known, UTC; other players' scrobbles do not count."""
    row = db.execute(_LAST_KNOWN, [listener_id]).fetchone()
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


def close_gaps(db: duckdb.DuckDBPyConnection, listener_id: str) -> None:
    """Close the gaps that an export covers from end to end."""
    still_open = db.execute(
        "select 1 from raw.history_gaps where listener_id = ? and closed_at is null limit 1", [listener_id]
    ).fetchone()
    if still_open:
        db.execute(_CLOSE, {"listener": listener_id, "now": utc_now()})
