"""What `status` says beside each source, and what there is to do about history that is missing."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import duckdb

from spotiflow.core.errors import SpotiflowError
from spotiflow.core.settings import Settings
from spotiflow.ingest.spotify.ledger import Ledger, local_time
from spotiflow.ingest.spotify.token_store import TokenStore, token_path
from spotiflow.pipeline.polling import logins

# Until when exports tell of each source's newest play, and how far the catalogue reaches.
_COMPLETE = """
select max(covered_to) from raw.ingest_files
where kind in ('extended', 'account') and status = 'ok' and covered_to is not null
"""
_MATCHED = """
select avg((feature_source = 'kaggle')::int) from silver.listening_with_features
"""


def source_notes(db: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return what the warehouse tells of each source."""
    complete, matched = _value(db, _COMPLETE), _value(db, _MATCHED)
    notes = {}
    if complete is not None:
        notes["export"] = f"complete to {_day(complete)}"
    if matched is not None:
        notes["kaggle"] = f"matches {matched:.0%} of plays".replace("%", " %")
    return notes


def poll_note(settings: Settings, ledger: Ledger) -> str | None:
    """Say when each login ends, how much of the day's budget is used, what Spotify has locked; or None."""
    names = logins(settings)
    if not names:
        return None
    parts = [_login(settings, name, len(names) > 1) for name in names]
    parts.append(ledger.as_text)
    for wait in ledger.waits:
        until = local_time(wait.not_before).removeprefix("after ")
        parts.append(f"{wait.endpoint} waits until {until} ({wait.reason})")
    return "; ".join(parts)


def runs_text(runs: list[dict[str, Any]], ledger: Ledger | None) -> str:
    """Count the last runs, newest first, by how they ended; say for what the last one waits that waited."""
    counts = Counter(run["status"] for run in runs)
    waiting = next((run for run in runs if run["status"] == "waiting"), None)
    why = f" ({_cause(waiting, ledger)})" if waiting else ""
    known = [f"{n} {status}{why if status == 'waiting' else ''}" for status, n in counts.most_common()]
    return f"last {len(runs)}: {', '.join(known) or 'none yet'}"


def _cause(run: dict[str, Any], ledger: Ledger | None) -> str:
    """Return a lock of Spotify's with its end, also when that is over; otherwise what the stage said."""
    said = str(run["reason"] or "another process held the warehouse").rstrip(".")
    locks = ledger.backoffs.values() if ledger and said.startswith("spotify:") else ()
    waits = [lock for lock in locks if lock.not_before > run["started_at"]]
    if not waits:
        return said
    last = max(waits, key=lambda lock: lock.not_before)
    return f"{last.reason}, until {local_moment(last.not_before)}"


def local_moment(moment: datetime) -> str:
    """Return a time, UTC where it has no zone, as day and minute of this machine's clock."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return f"{aware.astimezone():%m-%d %H:%M}"


def _login(settings: Settings, name: str, is_one_of_several: bool) -> str:
    whose = f"login of {name}" if is_one_of_several else "login"
    try:
        login = TokenStore(token_path(settings, name)).load()
    except SpotiflowError:
        return f"{whose} cannot be read"
    if login is None or login.token is None or login.days_left < 0:
        return f"{whose} has ended"
    return f"{whose} ends in {login.days_left} days"


def to_do(gap: dict[str, Any]) -> str:
    """Say what closes a gap."""
    first, last = _day(gap["from"]), _day(gap["to"] or gap["from"])
    when = first if first == last else f"{first} to {last}"
    return f"request an export for {gap['listener_id']}: it closes the gap of {when}"


def _value(db: duckdb.DuckDBPyConnection, query: str) -> Any:
    try:
        found = db.execute(query).fetchone()
    except (duckdb.CatalogException, duckdb.BinderException):
        return None  # Not built yet, or built by an older version.
    return found[0] if found else None


def _day(moment: datetime) -> str:
    return f"{moment.replace(tzinfo=UTC).astimezone():%m-%d}"
