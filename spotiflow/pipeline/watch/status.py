"""`spotiflow status`: on one screen, what came in when, what ran how, and what a person has to do."""

from __future__ import annotations

import re
import shutil
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

import duckdb
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from spotiflow.core.errors import NotFoundError, WarehouseBusyError
from spotiflow.core.settings import Settings
from spotiflow.ingest.spotify.ledger import Ledger
from spotiflow.ingest.spotify.state import read_state
from spotiflow.pipeline.alerts import Alert, open_alerts
from spotiflow.pipeline.polling import logins
from spotiflow.pipeline.schedule.schedule import is_running, next_times
from spotiflow.pipeline.watch import status_sql as sql
from spotiflow.pipeline.watch.status_notes import (
    local_moment,
    poll_note,
    runs_text,
    source_notes,
    to_do,
)
from spotiflow.warehouse.database import open_warehouse
from spotiflow.warehouse.run_log import utc_now

GIGABYTE = 1e9
# A clock may be late by so many of its own periods before anybody calls that stale.
PERIODS = 3
ROWS = ("listeners", "sources", "stages", "runs", "refused", "gaps")


@dataclass
class Status:
    """What there is to know; rows are dictionaries as `--json` prints them, times UTC.

    holder: who keeps the warehouse from being read; the rows are empty then. stale: why it is not as new as
    the schedule promises, empty for fresh. ledger: calls to Spotify in 24 hours and its locks, None where the
    warehouse is held.
    """

    listeners: list[dict[str, Any]] = field(default_factory=list)
    sources: list[dict[str, Any]] = field(default_factory=list)
    stages: list[dict[str, Any]] = field(default_factory=list)
    runs: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)
    gaps: list[dict[str, Any]] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    schedule: dict[str, dict[str, str]] = field(default_factory=dict)
    is_scheduled: bool = False
    ledger: Ledger | None = None
    file_bytes: int = 0
    free_bytes: int = 0
    holder: str | None = None
    stale: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Return the status as `--json` prints it."""
        rows = {name: getattr(self, name) for name in ROWS}
        return rows | {
            "alerts": [
                {"cause": a.cause, "message": a.message, "since": a.since, "told_at": a.told_at}
                for a in self.alerts
            ],
            "calls": self.ledger.used_by_endpoint if self.ledger else {},
            "waits": [asdict(wait) for wait in self.ledger.waits] if self.ledger else [],
            "schedule": {"is_running": self.is_scheduled, "clocks": self.schedule},
            "file": {"bytes": self.file_bytes, "free_bytes": self.free_bytes, "held_by": self.holder},
            "is_stale": bool(self.stale),
            "stale": self.stale,
        }

    def render(self) -> RenderableType:
        """Return the screen; times are this machine's."""
        parts: list[RenderableType] = [Text(_listener(row)) for row in self.listeners]
        if self.sources:
            parts.append(_sources(self.sources, self.schedule))
        if self.stages:
            parts.append(Text("STAGE  " + " | ".join(map(_stage, self.stages))))
        parts.append(Text(self._runs_line()))
        parts.append(Text(self._file_line()))
        parts += [Text(f"STALE  {reason}", style="yellow") for reason in self.stale]
        parts += [Text(f"ALERT  {alert.message}", style="yellow") for alert in self.alerts]
        parts += [Text(f"TO DO  {to_do(gap)}") for gap in self.gaps]
        parts += [Text(f"TO DO  remove or replace {row['path']}: {row['detail']}") for row in self.refused]
        return Group(*parts)

    def _runs_line(self) -> str:
        upcoming = sorted(clock["next"] for clock in self.schedule.values())
        later = "a schedule is starting" if self.is_scheduled else "no schedule is running"
        if upcoming:
            later = f"next {local_moment(datetime.fromisoformat(upcoming[0]))}"
        return f"RUNS   {runs_text(self.runs, self.ledger)}   {later}"

    def _file_line(self) -> str:
        lock = f"held by {self.holder}" if self.holder else "lock free"
        return f"FILE   {self.file_bytes / 1e6:,.0f} MB, {self.free_bytes / GIGABYTE:,.0f} GB free, {lock}"


def read_status(settings: Settings) -> Status:
    """Read the state of a home. Raises NotFoundError where nothing was ever brought in."""
    from dataclasses import replace

    status = Status(
        alerts=open_alerts(settings), schedule=next_times(settings), is_scheduled=is_running(settings)
    )
    if settings.home.is_dir():
        status.free_bytes = shutil.disk_usage(settings.home).free
    if settings.database_path.exists():
        status.file_bytes = settings.database_path.stat().st_size
    try:
        with open_warehouse(replace(settings, lock_wait_seconds=2), read_only=True) as db:
            _read(db, status)
    except WarehouseBusyError as error:
        status.holder = error.message.partition(" is held by ")[2].partition(";")[0] or "another process"
    except NotFoundError:
        if not (status.is_scheduled or logins(settings)):
            raise
    _note_polls(settings, status)
    status.stale = _stale(settings, status)
    return status


def _note_polls(settings: Settings, status: Status) -> None:
    """Add to the source that polls when its login ends and what its calls come to."""
    if status.holder:
        return
    status.ledger = read_state(settings).ledger
    note = poll_note(settings, status.ledger)
    if note is None:
        return
    row = next((row for row in status.sources if row["source"] == "spotify"), None)
    if row is None:
        row = {"source": "spotify", "last_ok": None, "new_rows": None, "note": None}
        status.sources.append(row)
    row["note"] = _joined(note, row["note"])


def _read(db: duckdb.DuckDBPyConnection, status: Status) -> None:
    status.listeners = _rows(db, sql.LISTENERS_BUILT) or _rows(db, sql.LISTENERS)
    status.sources = _rows(db, sql.SOURCES)
    notes = source_notes(db)
    for row in status.sources:
        row["note"] = _joined(notes.get(row["source"]), row["note"])
    status.stages = _rows(db, sql.STAGES)
    status.runs = _rows(db, sql.RUNS)
    status.refused = _rows(db, sql.REFUSED)
    status.gaps = _rows(db, sql.GAPS)


def _joined(*notes: str | None) -> str | None:
    return "; ".join(note for note in notes if note) or None


def _rows(db: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    try:
        cursor = db.execute(query)
    except (duckdb.CatalogException, duckdb.BinderException):
        return []  # Not built yet, or built by an older version.
    names = [str(column[0]) for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _stale(settings: Settings, status: Status) -> list[str]:
    if status.holder:
        return [] if status.is_scheduled else [f"the warehouse cannot be read: held by {status.holder}"]
    found = [f"{alert.message}" for alert in status.alerts if alert.cause in ("stage:build", "login:")]
    found += _late_poll(settings, status)
    periods = [settings.schedule_build_hours, settings.schedule_poll_minutes / 60]
    longest = timedelta(hours=PERIODS * max(max(periods), 1))
    last = status.runs[0]["finished_at"] if status.runs else None
    if last is None:
        found.append("nothing was run yet: spotiflow run")
    elif utc_now() - last > longest:
        found.append(
            f"nothing was run since {local_moment(last)}: spotiflow run, or keep spotiflow schedule running"
        )
    return found


def _late_poll(settings: Settings, status: Status) -> list[str]:
    if not (settings.poll_spotify and settings.schedule_poll_minutes and logins(settings)):
        return []
    last = next((row["last_ok"] for row in status.sources if row["source"] == "spotify"), None)
    allowed = timedelta(minutes=PERIODS * settings.schedule_poll_minutes)
    if last is None or utc_now() - last > allowed:
        when = f"since {local_moment(last)}" if last else "yet"
        return [f"no poll of Spotify went well {when}; it shows the last 50 plays only"]
    return []


def _listener(row: dict[str, Any]) -> str:
    last = local_moment(row["last_at"]) if row["last_at"] else "never"
    missing = f"; {row['missing_days']:,} days missing" if row.get("missing_days") is not None else ""
    n_gaps = row["open_gaps"]
    gaps = f", {n_gaps} gap{'s' if n_gaps > 1 else ''} open" if n_gaps else ""
    return f"{row['listener_id']:<6} {row['plays']:,} plays, last {last}{missing}{gaps}"


def _sources(rows: list[dict[str, Any]], schedule: dict[str, dict[str, str]]) -> Table:
    table = Table("SOURCE", "last ok", "new", "next", "note", box=None, pad_edge=False)
    table.columns[2].justify = "right"
    for row in rows:
        clock = schedule.get("poll") if row["source"] == "spotify" else None
        upcoming = local_moment(datetime.fromisoformat(clock["next"])) if clock else "-"
        last = local_moment(row["last_ok"]) if row["last_ok"] else "never"
        table.add_row(row["source"], last, f"{row['new_rows'] or 0:,}", upcoming, row["note"] or "")
    return table


def _stage(row: dict[str, Any]) -> str:
    n_tests = re.search(r"[\d,]+ tests", row["detail"] or "")
    tests = f", {n_tests.group()}" if n_tests else ""
    return f"{row['stage']} {local_moment(row['started_at'])} {row['status']} {row['seconds']:.0f} s{tests}"
