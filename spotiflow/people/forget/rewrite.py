"""A new warehouse file beside the old one: DuckDB keeps deleted text in its file, a new file has none."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb

from spotiflow.core.disk_errors import unwritable
from spotiflow.core.files import sync_folder
from spotiflow.core.settings import Settings
from spotiflow.warehouse.database import STORAGE_VERSION, configuration, connect, open_warehouse
from spotiflow.warehouse.waiting import when_free


@contextmanager
def draft_folder(settings: Settings) -> Iterator[Path]:
    """Yield an empty private folder beside the warehouse, wherever a link leads, so that one step exchanges.

    What a killed `forget` left there is removed; the lock of the home has to be held.
    """
    target = settings.database_path.resolve()
    folder = target.with_name(f".{target.name}.forgetting")
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        yield folder
    except OSError as error:
        raise unwritable(error, target.parent) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def side_by_side(settings: Settings, folder: Path) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """Yield a connection that writes to a new, empty warehouse and reads the old one as `old`, and its path.

    Nobody can write to the old one until the end; `let_go` closes the new one before that.
    """
    place = replace(settings, home=folder)
    connect(place, read_only=False).close()
    with duckdb.connect(config=configuration(settings)) as db:
        db.execute("set TimeZone = 'UTC'")
        db.execute("set enable_progress_bar = false")
        db.execute(f"set temp_directory = '{_quoted(folder / 'tmp')}'")
        _attach_old(settings, db)
        db.execute(f"attach '{_quoted(place.database_path)}' as fresh (storage_version '{STORAGE_VERSION}')")
        db.execute("use fresh")
        yield db, place.database_path


def let_go(db: duckdb.DuckDBPyConnection) -> None:
    """Close the new warehouse, whole; the old one stays locked."""
    # Written before it is searched: the rest of a block is whatever that memory held.
    db.execute("checkpoint fresh")
    db.execute("use memory")
    db.execute("detach fresh")


def exchange(settings: Settings, fresh: Path) -> None:
    """Put the new file in the place of the old one, at once; a link to it goes on leading there."""
    target = settings.database_path.resolve()
    with fresh.open("rb+") as file:
        os.fsync(file.fileno())
    fresh.replace(target)
    sync_folder(target.parent)


def _attach_old(settings: Settings, db: duckdb.DuckDBPyConnection) -> None:
    """Attach the old file and so keep writers out; one that was killed in between left a log to take in."""
    log_file = Path(f"{settings.database_path}.wal")
    attach = f"attach '{_quoted(settings.database_path)}' as old (read_only)"
    while True:
        when_free(settings.database_path, settings.lock_wait_seconds, lambda: db.execute(attach))
        if not log_file.exists():
            return
        db.execute("detach old")
        with open_warehouse(settings) as writing:
            writing.execute("checkpoint")


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
