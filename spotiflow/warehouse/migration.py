"""Bringing a warehouse of an older spotiflow forward: at the door of a command, after a backup."""

from __future__ import annotations

from spotiflow.core.settings import Settings
from spotiflow.warehouse.backups import write_backup
from spotiflow.warehouse.database import hold
from spotiflow.warehouse.file_errors import as_home_error
from spotiflow.warehouse.run_lock import only_one
from spotiflow.warehouse.schema import apply_schema, is_outdated


def bring_forward(settings: Settings) -> None:
    """Back up a warehouse of an older spotiflow and migrate it; one that is current stays as it is.

    Raises WaitError while a run is going on, WarehouseBusyError, WarehouseError, HomeError.
    """
    with only_one(settings, "spotiflow migration"):
        db = hold(settings)
        try:
            if not is_outdated(db):
                return
            write_backup(settings, db, "before a migration")
        finally:
            db.close()
        # Opened again: reading the file by hand, as a copy does, ends DuckDB's lock.
        db = hold(settings)
        try:
            with as_home_error(settings.database_path):
                apply_schema(db)
        finally:
            db.close()
