"""A copy of gold in memory, so that nobody who looks at a page holds the warehouse while others write.

The file is looked at with `stat` only: opening and closing it by hand would drop DuckDB's lock. It is copied
when it or its WAL has changed, has been still for three seconds and no run holds the home.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from spotiflow.core.console import log
from spotiflow.core.errors import NotFoundError, SpotiflowError, WarehouseBusyError
from spotiflow.core.settings import Settings
from spotiflow.report.gold.queries import Gold
from spotiflow.warehouse.memory_copies import dropped_at
from spotiflow.warehouse.run_lock import Holder, lock_holder

STILL_SECONDS = 3.0
LOOK_SECONDS = 1.0
THREADS = 2
# What pages read besides gold: what ran and where there are holes.
OTHERS = (
    ("raw", "runs"),
    ("raw", "stage_runs"),
    ("raw", "ingest_runs"),
    ("raw", "history_gaps"),
    ("silver", "time_zone_intervals"),
    ("silver", "track_genres"),
)

# Listens that are stored and that no build has seen yet.
_UNBUILT = """
create table memory.raw.unbuilt_listens as
select listener_id, source, played_at, track_name, artist_name, album_name
from spotiflow.raw.listening_history
where source = 'listenbrainz' and ingested_at > coalesce(
    (select max(started_at) from spotiflow.raw.stage_runs where stage = 'build' and status = 'ok'),
    timestamp '1970-01-01'
)
"""

BUILD = "Build it: spotiflow build."

Stamp = tuple[tuple[int, int, int] | None, ...]


@dataclass(frozen=True)
class Snapshot:
    """Gold as it was at `as_of` (UTC), in a database of its own that nobody writes any more."""

    db: duckdb.DuckDBPyConnection
    stamp: Stamp
    as_of: datetime

    def tables(self) -> frozenset[str]:
        """Return the names of the gold tables that there are."""
        with self.reading() as gold:
            return gold.tables

    @contextmanager
    def reading(self) -> Iterator[Gold]:
        """Yield the tables for one thread."""
        cursor = self.db.cursor()
        try:
            yield Gold(cursor)
        finally:
            cursor.close()


def stamp_of(settings: Settings) -> Stamp:
    """Return what tells one state of the file from another: inode, size and time of it and its WAL."""
    path = settings.database_path
    found: list[tuple[int, int, int] | None] = []
    for one in (path, Path(f"{path}.wal")):
        try:
            fact = one.stat()
        except OSError:
            found.append(None)
        else:
            found.append((fact.st_ino, fact.st_size, fact.st_mtime_ns))
    return tuple(found)


def take(settings: Settings) -> Snapshot:
    """Copy gold. Raises NotFoundError without a warehouse or a build, WarehouseBusyError while one writes."""
    path, stamp = settings.database_path, stamp_of(settings)
    if stamp[0] is None:
        raise NotFoundError(
            f"There is no warehouse at {path} yet.",
            hint="Bring your data in first: spotiflow run my_spotify_data.zip (or try spotiflow demo).",
        )
    db = duckdb.connect(
        ":memory:", config={"memory_limit": settings.memory_limit, "threads": settings.threads or THREADS}
    )
    try:
        db.execute("set TimeZone = 'UTC'")
        _copy(db, path)
    except duckdb.Error as error:
        db.close()
        if "lock" in str(error):
            raise WarehouseBusyError(
                "The warehouse is being written.", hint="The page comes by itself when that is done."
            ) from error
        raise NotFoundError(f"{path} cannot be read: {str(error).splitlines()[0]}", hint=BUILD) from error
    except BaseException:
        db.close()
        raise
    changed = max(fact[2] for fact in stamp if fact)
    return Snapshot(db, stamp, datetime.fromtimestamp(changed / 1e9, UTC).replace(tzinfo=None))


def _copy(db: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Copy under the name the file's views have for themselves, and let go of the file."""
    db.execute(f"attach {_quoted(path)} as spotiflow (read_only)")
    try:
        named = db.execute(
            "select table_schema, table_name from information_schema.tables where table_catalog = 'spotiflow'"
        ).fetchall()
        wanted = [one for one in named if one[0] == "gold" or one in OTHERS]
        for schema in ("gold", "raw", "silver"):
            db.execute(f"create schema memory.{schema}")
        _copy_formulas(db)
        db.execute(_UNBUILT)
        for schema, table in wanted:
            db.execute(f'create table memory.{schema}."{table}" as from spotiflow.{schema}."{table}"')
    finally:
        db.execute("detach spotiflow")


def _copy_formulas(db: duckdb.DuckDBPyConnection) -> None:
    """Copy the macros of gold, with which pages count periods."""
    found = db.execute(
        """
        select function_name, parameters, macro_definition from duckdb_functions()
        where database_name = 'spotiflow' and schema_name = 'gold' and function_type in ('macro', 'table_macro')
        order by function_oid
        """
    ).fetchall()
    for name, parameters, definition in found:
        db.execute(f'create macro memory.gold."{name}"({", ".join(parameters)}) as {definition}')


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


class Keeper:
    """Keeps the newest copy that may be shown, and takes a new one when the file asks for it."""

    def __init__(self, settings: Settings) -> None:
        """Remember whose home it is; nothing is read before `look` or `current`."""
        self._settings = settings
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._seen: tuple[Stamp, float] | None = None
        self._dropped = dropped_at(settings)
        self._problem: SpotiflowError | None = None
        self._stop = threading.Event()

    @property
    def settings(self) -> Settings:
        """The settings of the home."""
        return self._settings

    def current(self) -> Snapshot:
        """Return the copy to show. Raises why there is none: NotFoundError, WarehouseBusyError."""
        with self._lock:
            self._drop_where_told()
            if self._snapshot is None:
                self._take()
            if self._snapshot is None:
                raise self._problem or NotFoundError("Nothing is built yet.", hint=BUILD)
            return self._snapshot

    def look(self) -> None:
        """Take a new copy where the file has changed, is still and nobody works on the home."""
        with self._lock:
            self._drop_where_told()
            stamp = stamp_of(self._settings)
            if self._snapshot and stamp == self._snapshot.stamp:
                return
            if self._seen is None or self._seen[0] != stamp:
                self._seen = (stamp, time.monotonic())
            is_still = time.monotonic() - self._seen[1] >= STILL_SECONDS
            if is_still and self.holder() is None:
                self._take()

    def holder(self) -> Holder | None:
        """Return who runs in the home now."""
        try:
            return lock_holder(self._settings)
        except OSError:
            return None

    def watch(self) -> threading.Thread:
        """Look once a second until `close`, in a thread that is returned."""
        thread = threading.Thread(target=self._watch, name="snapshot", daemon=True)
        thread.start()
        return thread

    def close(self) -> None:
        """Stop looking and let go of the memory."""
        self._stop.set()
        with self._lock:
            self._snapshot = None

    def _watch(self) -> None:
        while not self._stop.wait(LOOK_SECONDS):
            try:
                self.look()
            except Exception:
                log.exception("the copy for the dashboard could not be taken")

    def _drop_where_told(self) -> None:
        told = dropped_at(self._settings)
        if told != self._dropped:
            # Somebody was forgotten or a backup restored: what was there may not be shown any more.
            self._dropped, self._snapshot = told, None

    def _take(self) -> None:
        try:
            taken = take(self._settings)
        except SpotiflowError as error:
            self._problem = error
            return
        if self._snapshot and not taken.tables() >= self._snapshot.tables():
            return  # Somebody is in the middle of building everything again; what is whole stays.
        # The copy before is not closed here: a page may still be reading it.
        self._snapshot, self._problem = taken, None
