"""The warehouse file: opened late, closed early, one writer at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from spotiflow.core.errors import HomeError, NotFoundError, WarehouseError
from spotiflow.core.files import require_locks
from spotiflow.core.settings import Settings
from spotiflow.warehouse.file_errors import as_home_error
from spotiflow.warehouse.schema import apply_schema, missing_parts, refuse_outdated
from spotiflow.warehouse.waiting import is_lock, when_free

# The newest format that the DuckDB shells people have (1.2 and later) can open.
STORAGE_VERSION = "v1.2.0"
SEARCH_PATH = "gold,silver,bronze,raw"
Config = dict[str, str | bool | int | float | list[str]]


def prepare_home(settings: Settings) -> None:
    """Make the home folder and its rooms, readable by their owner only.

    Raises HomeError when the place cannot be made or written.
    """
    is_new = not settings.home.exists()
    rooms = (settings.models_dir, settings.inbox_dir, settings.logs_dir, settings.target_dir)
    try:
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        _require_locks(settings.home, is_new=is_new)
        for folder in rooms:
            folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        blocked = [folder for folder in rooms if folder.exists() and not folder.is_dir()]
        if settings.home.is_dir() and blocked:
            raise HomeError(
                f"{blocked[0]} is a file, where a folder of spotiflow's has to be.",
                hint="Move it out of the way; the folder is made again.",
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


def _require_locks(home: Path, *, is_new: bool) -> None:
    try:
        require_locks(home)
    except HomeError:
        if is_new:
            home.rmdir()
        raise


@contextmanager
def open_warehouse(settings: Settings, *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse for as short as possible and close it again; otherwise as `connect`.

    Raises as `connect`, and WarehouseError where the disk is full, the file damaged or not of our form.
    """
    db = connect(settings, read_only=read_only)
    try:
        with as_home_error(settings.database_path):
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
    Raises NotFoundError (read-only, no file), WarehouseBusyError, WarehouseError, HomeError, and for writing
    OutdatedError: a file of an older spotiflow is brought forward at the door of a command, not here.
    """
    if not read_only:
        prepare_home(settings)
    db = _wait_for_file(settings, read_only=read_only)
    try:
        with as_home_error(settings.database_path):
            if read_only:
                _set_search_path(db)
            else:
                refuse_outdated(db)
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


def _nothing_there(path: Path) -> NotFoundError:
    return NotFoundError(
        f"There is no warehouse at {path} yet.",
        hint="Bring your data in first: spotiflow run my_spotify_data.zip (or try spotiflow demo).",
    )


def _wait_for_file(settings: Settings, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    path = settings.database_path
    if read_only and not path.exists():
        raise _nothing_there(path)
    return when_free(path, settings.lock_wait_seconds, lambda: _open(settings, read_only=read_only))


def _open(settings: Settings, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    db = open_file(settings.database_path, configuration(settings, read_only=read_only), read_only=read_only)
    db.execute("set TimeZone = 'UTC'")
    # DuckDB draws a bar of its own on stdout after 2 s, also into a pipe.
    db.execute("set enable_progress_bar = false")
    return db


def configuration(settings: Settings, *, read_only: bool = False) -> Config:
    """Return what DuckDB is told when it opens the file."""
    # Nothing leaves this machine: an extension that is not built in is not looked up on the network either.
    config: Config = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
    config["memory_limit"] = settings.memory_limit
    if settings.threads:
        config["threads"] = settings.threads
    if not read_only:
        config["storage_compatibility_version"] = STORAGE_VERSION
    return config


def open_file(path: Path, config: Config, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """Open a warehouse file now or not at all; a new one is for its owner only. Raises duckdb.Error."""
    created = not path.exists()
    before = _identity(path)
    try:
        db = duckdb.connect(str(path), read_only=read_only, config=config)
    except duckdb.Error as error:
        if created and not is_lock(error):
            # Half a file, as on a full disk, could never be opened again.
            path.unlink(missing_ok=True)
        raise
    if not created and _identity(path) != before:
        # Exchanged (`forget`, `restore`) after it was opened and before it was locked: this is the old one.
        db.close()
        return open_file(path, config, read_only=read_only)
    if created:
        path.chmod(0o600)
    return db


def _identity(path: Path) -> tuple[int, int] | None:
    """Return which file a path leads to, None for none."""
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_dev, facts.st_ino


def _set_search_path(db: duckdb.DuckDBPyConnection) -> None:
    rows = db.execute("select distinct schema_name from duckdb_schemas()").fetchall()
    existing = {row[0] for row in rows}
    wanted = [name for name in SEARCH_PATH.split(",") if name in existing]
    if wanted:
        db.execute(f"set search_path = '{','.join(wanted)}'")
