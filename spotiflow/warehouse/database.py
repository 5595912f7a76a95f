"""The warehouse file: opened late, closed early, one writer at a time."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from spotiflow.core.errors import (
    HomeError,
    NotFoundError,
    SpotiflowError,
    WarehouseBusyError,
    WarehouseError,
)
from spotiflow.core.processes import in_words
from spotiflow.core.settings import Settings
from spotiflow.warehouse.backups import write_backup
from spotiflow.warehouse.schema import apply_schema, is_outdated, missing_parts

# The newest format that the DuckDB shells people have (1.2 and later) can open.
STORAGE_VERSION = "v1.2.0"
SEARCH_PATH = "gold,silver,bronze,raw"
RETRY_SECONDS = 0.25
_FILE_ERRORS = (duckdb.IOException, duckdb.FatalException, duckdb.SerializationException)


def prepare_home(settings: Settings) -> None:
    """Make the home folder and its rooms, readable by their owner only.

    Raises HomeError when the place cannot be made or written.
    """
    rooms = (settings.models_dir, settings.inbox_dir, settings.logs_dir, settings.target_dir)
    try:
        for folder in (settings.home, *rooms):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        if settings.home.is_dir() and folder.exists():
            raise HomeError(
                f"{folder} is a file, where a folder of spotiflow's has to be.",
                hint="Move it out of the way; the folder is made anew.",
            ) from error
        done = "written" if settings.home.is_dir() else "made"
        raise HomeError(
            f"The home folder {settings.home} cannot be {done}: {error.strerror}.",
            hint="Set SPOTIFLOW_HOME to a folder that you may write to.",
        ) from error
    if not os.access(settings.home, os.W_OK | os.X_OK):
        raise HomeError(
            f"The home folder {settings.home} cannot be written.",
            hint="Give yourself the right to write there, or set SPOTIFLOW_HOME to another folder.",
        )


@contextmanager
def open_warehouse(settings: Settings, *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse for as short as possible and close it again; otherwise as `connect`.

    Raises as `connect`, and WarehouseError where the disk is full, the file damaged or not of our form.
    """
    db = connect(settings, read_only=read_only)
    try:
        with _plain_words(settings.database_path):
            yield db
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        if lost := missing_parts(db):
            raise _of_another_form(settings.database_path, lost) from error
        raise
    finally:
        db.close()


def _of_another_form(path: Path, lost: list[str]) -> WarehouseError:
    what = f"{lost[0]} and {len(lost) - 1} more" if lost[1:] else lost[0]
    return WarehouseError(
        f"The warehouse {path} lacks {what}: an unreleased spotiflow made it, or a hand changed it.",
        hint="Go back to a backup (spotiflow restore), or move the file away and bring your data in again.",
    )


def connect(settings: Settings, *, read_only: bool = True) -> duckdb.DuckDBPyConnection:
    """Return a connection at time zone UTC, for a script or notebook that closes it itself.

    For writing, the home, the file and its schemas are created where missing. Read-only, unqualified names
    are looked up in gold, silver, bronze, raw. Waits `lock_wait_seconds` for another process.
    Raises NotFoundError (read-only, no file), WarehouseBusyError, WarehouseError, HomeError.
    """
    if not read_only:
        prepare_home(settings)
    db = _wait_for_file(settings, read_only=read_only)
    try:
        with _plain_words(settings.database_path):
            if not read_only and is_outdated(db):
                db = _backed_up(settings, db)
            if read_only:
                _set_search_path(db)
            else:
                apply_schema(db)
    except BaseException:
        db.close()
        raise
    return db


def hold(settings: Settings) -> duckdb.DuckDBPyConnection:
    """Return a connection that keeps everybody else out and changes nothing, for copying the file.

    Raises NotFoundError, WarehouseBusyError, WarehouseError.
    """
    if not settings.database_path.exists():
        raise _nothing_there(settings.database_path)
    return _wait_for_file(settings, read_only=False)


def _backed_up(settings: Settings, db: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Copy a file that is about to be migrated, and open it anew: reading it by hand ends DuckDB's lock."""
    try:
        write_backup(settings, db, "before a migration")
    finally:
        db.close()
    return _wait_for_file(settings, read_only=False)


def _nothing_there(path: Path) -> NotFoundError:
    return NotFoundError(
        f"There is no warehouse at {path} yet.",
        hint="Bring your data in first: spotiflow run my_spotify_data.zip (or try spotiflow demo).",
    )


def _wait_for_file(settings: Settings, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    path = settings.database_path
    if read_only and not path.exists():
        raise _nothing_there(path)
    deadline = time.monotonic() + settings.lock_wait_seconds
    while True:
        try:
            return _open(settings, read_only=read_only)
        except duckdb.Error as error:
            if not _is_lock(error):
                raise _translated(error, path) from error
            if time.monotonic() >= deadline:
                raise _busy(error, settings) from error
        time.sleep(RETRY_SECONDS)


def _open(settings: Settings, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    config: dict[str, str | bool | int | float | list[str]] = {"memory_limit": settings.memory_limit}
    if settings.threads:
        config["threads"] = settings.threads
    if not read_only:
        config["storage_compatibility_version"] = STORAGE_VERSION
    created = not settings.database_path.exists()
    try:
        db = duckdb.connect(str(settings.database_path), read_only=read_only, config=config)
    except duckdb.Error as error:
        if created and not _is_lock(error):
            # Half a file, as on a full disk, could never be opened again.
            settings.database_path.unlink(missing_ok=True)
        raise
    if created:
        settings.database_path.chmod(0o600)
    db.execute("set TimeZone = 'UTC'")
    # DuckDB draws a bar of its own on stdout after 2 s, also into a pipe.
    db.execute("set enable_progress_bar = false")
    return db


def _set_search_path(db: duckdb.DuckDBPyConnection) -> None:
    rows = db.execute("select distinct schema_name from duckdb_schemas()").fetchall()
    existing = {row[0] for row in rows}
    wanted = [name for name in SEARCH_PATH.split(",") if name in existing]
    if wanted:
        db.execute(f"set search_path = '{','.join(wanted)}'")


def _is_lock(error: duckdb.Error) -> bool:
    text = str(error)
    return "Could not set lock" in text or "being used by another process" in text


def _busy(error: duckdb.Error, settings: Settings) -> WarehouseBusyError:
    holder = re.search(r"held in (?P<program>.+?) \(PID (?P<pid>\d+)\)", str(error))
    who = "another process"
    if holder:
        who = in_words(int(holder["pid"]), Path(holder["program"]).name)
    return WarehouseBusyError(
        f"{settings.database_path} is held by {who}; waited {settings.lock_wait_seconds:.0f} s for it.",
        hint="Close that program (a DuckDB shell, dbt or another spotiflow) and run the command again.",
    )


@contextmanager
def _plain_words(path: Path) -> Iterator[None]:
    """Turn what DuckDB says of a damaged file or a full disk into a sentence."""
    try:
        yield
    except SpotiflowError:
        raise
    except _FILE_ERRORS as error:
        raise _translated(error, path) from error
    except duckdb.TransactionException as error:
        if "Failed to commit" not in str(error):
            raise
        raise _translated(error, path) from error


def _translated(error: duckdb.Error, path: Path) -> SpotiflowError:
    text = str(error)
    if "No space left" in text or "could not write" in text.lower():
        return WarehouseError(
            f"The disk that holds {path} is full; nothing of this step was stored.",
            hint="Free some space and run the command again.",
        )
    if "ermission denied" in text or "ead-only file system" in text:
        return HomeError(
            f"{path} cannot be opened for this command: {text.splitlines()[0]}",
            hint="Check the rights of the folder, or set SPOTIFLOW_HOME to one that you may write to.",
        )
    if "not a valid DuckDB database file" in text or "serialized with" in text:
        return WarehouseError(
            f"{path} is not a DuckDB file this version can read.",
            hint="Move it away and import your data again, or restore a backup.",
        )
    return WarehouseError(
        f"{path} cannot be used: {text.splitlines()[0]}", hint="The log file has the details."
    )
