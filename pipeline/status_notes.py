"""What `status` says beside each source, and what there is to do about history that is missing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import duckdb

from core.errors import SpotiflowError
from core.runs import utc_now
from core.settings import Settings
from ingest.spotify.client import RECENTLY_PLAYED
from ingest.spotify.ledger import local_time
from ingest.spotify.state import read_state
from ingest.spotify.token_store import TokenStore, token_path
from pipeline.polling import logins

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


def poll_note(settings: Settings) -> str | None:
    """Say when each login ends and how much of the day's budget of calls is used; None without a login."""
    names = logins(settings)
    if not names:
        return None
    parts = [_login(settings, name, len(names) > 1) for name in names]
    ledger = read_state(settings).ledger
    endpoints = {endpoint for endpoint, _, _ in ledger.calls}
    busiest = max(endpoints, key=ledger.used, default=RECENTLY_PLAYED)
    used = f"{ledger.used(busiest):,} of {settings.spotify_daily_calls:,} calls"
    parts.append(used if busiest == RECENTLY_PLAYED else f"{used} to {busiest}")
    waits = sorted(
        (b for b in ledger.backoffs.values() if b.not_before > utc_now()), key=lambda b: b.not_before
    )
    for wait in waits:
        until = local_time(wait.not_before).removeprefix("after ")
        parts.append(f"{wait.endpoint} waits until {until} ({wait.reason})")
    return "; ".join(parts)


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
