"""Backups as commands make them: under the lock of the home, and shown to a person."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from spotiflow.core.errors import InputError, NotFoundError
from spotiflow.core.settings import Settings
from spotiflow.warehouse.backups import (
    BEFORE_RESTORE,
    MANIFEST,
    Backup,
    damaged_backups,
    list_backups,
    read_backup,
    write_backup,
)
from spotiflow.warehouse.database import hold
from spotiflow.warehouse.restore import Restored, restore
from spotiflow.warehouse.run_lock import only_one


def make_backup(settings: Settings, folder: Path | None = None) -> Backup:
    """Make a checked copy of the home, in `folder` or in the home itself.

    Raises NotFoundError without a warehouse, WarehouseBusyError, WaitError, WarehouseError, HomeError.
    """
    if not settings.database_path.exists():
        hold(settings)
    with only_one(settings, "spotiflow backup"):
        db = hold(settings)
        try:
            return write_backup(settings, db, "asked for", folder.expanduser().absolute() if folder else None)
        finally:
            db.close()


def find_backup(settings: Settings, which: str | None) -> Backup:
    """Return the backup a person means: by name, by its folder, or the newest that was asked for.

    What a restore kept of the home before is taken by its name only: a second restore would undo the first.

    Raises NotFoundError where there is none, InputError for a folder that is none, and without a name where
    the newest is damaged: nobody should get an older one without having asked for it.
    """
    found = list_backups(settings.backups_dir)
    newest = next((backup for backup in found if backup.why != BEFORE_RESTORE), None)
    if which is None:
        _refuse_damaged(settings, newest)
    if which is None and newest:
        return newest
    if which is None:
        raise NotFoundError(
            f"There is no backup in {settings.backups_dir}.",
            hint="Make one: spotiflow backup; or name the folder of one you keep elsewhere.",
        )
    named = next((backup for backup in found if backup.name == which), None)
    return named or read_backup(Path(which).expanduser().absolute())


def _refuse_damaged(settings: Settings, newest: Backup | None) -> None:
    damaged = [name for name in damaged_backups(settings.backups_dir) if not newest or name > newest.name]
    if damaged:
        older = (
            f"The newest whole one: spotiflow restore {newest.name}" if newest else "There is no older one"
        )
        raise InputError(
            f"The newest backup {damaged[-1]} cannot be used: its {MANIFEST} is damaged.",
            hint=f"{older}; see them all: spotiflow backup --list",
        )


def put_back(settings: Settings, backup: Backup) -> Restored:
    """Restore a backup. Raises as `core.restoring.restore`, and WaitError while a run is going on."""
    with only_one(settings, "spotiflow restore"):
        return restore(settings, backup)


def render_backup(backup: Backup) -> RenderableType:
    """Return a new backup for the terminal."""
    return (
        f"Backup {backup.name}: {backup.plays:,} rows of history, {len(backup.files):,} files, "
        f"{backup.bytes / 1e6:,.1f} MB, read again and equal.\n"
        f"It is in {backup.path}; logins are not in it.\nback to it: spotiflow restore {backup.name}"
    )


def render_list(backups: list[Backup], damaged: Sequence[str] = ()) -> RenderableType:
    """Return the backups there are, newest first, and those that cannot be used."""
    if not backups and not damaged:
        return "There is no backup yet; next: spotiflow backup"
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for title in ("backup", "rows", "MB", "listeners", "why"):
        table.add_column(title, justify="right" if title in ("rows", "MB") else "left")
    for backup in backups:
        table.add_row(
            backup.name,
            f"{backup.plays:,}",
            f"{backup.bytes / 1e6:,.1f}",
            ", ".join(backup.listeners),
            backup.why,
        )
    lost = [Text(f"{name} cannot be used: its {MANIFEST} is damaged", "yellow") for name in damaged]
    return Group(*([table] if backups else []), *lost)


def render_restored(restored: Restored) -> RenderableType:
    """Return what a restore did for the terminal."""
    backup = restored.backup
    before = f"What was there before is in {restored.before}.\n" if restored.before else ""
    return f"Restored {backup.name}: {backup.plays:,} rows of history.\n{before}next: spotiflow report"
