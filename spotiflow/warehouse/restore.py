"""Put a backup in the place of what a home holds now; what was there is moved into a backup of its own.

Moved, not copied: whatever was committed up to the exchange is in it, and no space is needed for it. Nothing
is deleted, also where the warehouse cannot be opened any more.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from spotiflow.core.console import log
from spotiflow.core.disk_errors import unwritable
from spotiflow.core.errors import NotFoundError, WarehouseBusyError, WarehouseError
from spotiflow.core.files import copy_private
from spotiflow.core.settings import Settings
from spotiflow.warehouse.backups import BEFORE_RESTORE, INBOX, ROOMS, Backup, check, drop_old, finish
from spotiflow.warehouse.database import hold, prepare_home
from spotiflow.warehouse.memory_copies import drop_copies
from spotiflow.warehouse.schema import SCHEMA_VERSION

_REPLACED = tuple(room for room in ROOMS if room != INBOX)


@dataclass(frozen=True)
class Restored:
    """What was put back, and where what was there before is now (None: there was nothing)."""

    backup: Backup
    before: Path | None

    def to_dict(self) -> dict[str, Any]:
        """Return it as `--json` prints it."""
        return {"restored": self.backup.to_dict(), "before": str(self.before) if self.before else None}


def restore(settings: Settings, backup: Backup) -> Restored:
    """Check a backup, put it in the place of what is there now, and keep that; logins stay as they are.

    Only what the manifest names is put back. Raises WarehouseError for a damaged backup or a full disk,
    WarehouseBusyError, HomeError; then nothing has changed.
    """
    if (backup.schema_version or 0) > SCHEMA_VERSION:
        raise WarehouseError(
            f"The backup {backup.path} has schema version {backup.schema_version}; "
            f"this spotiflow knows version {SCHEMA_VERSION}.",
            hint="Upgrade spotiflow first.",
        )
    check(backup)
    prepare_home(settings)
    aside = _place_for_replaced(settings) / f"{datetime.now(UTC):%Y-%m-%dT%H%M%S-%f}-replaced"
    with _copied(settings, backup) as drafts, _held(settings) as is_readable:
        _exchange(settings, drafts, aside)
    prepare_home(settings)
    drop_copies(settings)
    log.info("restored %s", backup.name)
    return Restored(backup, _kept(settings, aside, is_readable=is_readable))


def _place_for_replaced(settings: Settings) -> Path:
    """Return the folder of the backups, or the home where those are on another disk: nothing moves there."""
    try:
        settings.backups_dir.mkdir(mode=0o700, exist_ok=True)
        is_same_disk = settings.backups_dir.stat().st_dev == settings.home.stat().st_dev
    except OSError as error:
        raise unwritable(error, settings.backups_dir) from error
    return settings.backups_dir if is_same_disk else settings.home


@contextmanager
def _copied(settings: Settings, backup: Backup) -> Iterator[Path]:
    """Yield a folder in the home with all of the backup, so that what is left to do needs no space."""
    drafts = settings.home / ".restoring"
    if drafts.is_dir() and not drafts.is_symlink():
        shutil.rmtree(drafts, ignore_errors=True)
    else:
        drafts.unlink(missing_ok=True)
    try:
        _copy(settings, backup, drafts)
        yield drafts
    finally:
        shutil.rmtree(drafts, ignore_errors=True)


def _copy(settings: Settings, backup: Backup, drafts: Path) -> None:
    try:
        drafts.mkdir(mode=0o700)
        for name, told in backup.files.items():
            target = settings.database_path.name if name.endswith(".duckdb") and "/" not in name else name
            if copy_private(backup.path / name, drafts / target)["sha256"] != told["sha256"]:
                raise WarehouseError(
                    f"The backup {backup.path} changed while it was read: {name}.",
                    hint="Nothing was changed here; try again, or take another one: spotiflow backup --list",
                )
    except OSError as error:
        raise unwritable(error, settings.home) from error


@contextmanager
def _held(settings: Settings) -> Iterator[bool]:
    """Keep everybody else from the warehouse, and say whether it can be read: its log is in it then.

    Raises WarehouseBusyError where another process has it.
    """
    try:
        db = hold(settings)
    except WarehouseBusyError:
        raise
    except NotFoundError:
        yield True
        return
    except WarehouseError as error:
        log.error("the warehouse cannot be opened and is put aside as it is: %s", error.message)
        yield False
        return
    try:
        db.execute("checkpoint")
        yield True
    finally:
        db.close()


def _exchange(settings: Settings, drafts: Path, aside: Path) -> None:
    """Move what is there into `aside` and what was restored into its place, the warehouse in one step."""
    aside.mkdir(mode=0o700, parents=True)
    warehouse = settings.database_path
    # A log that was left would be replayed into the restored file.
    for path in (*_logs_of(warehouse), *(settings.home / room for room in _REPLACED)):
        if path.exists():
            path.rename(aside / path.name)
    if warehouse.exists():
        _link(warehouse, aside / warehouse.name)
    (drafts / warehouse.name).replace(warehouse)
    for room in _REPLACED:
        if (drafts / room).exists():
            (drafts / room).rename(settings.home / room)
    _add_to_inbox(settings, drafts / INBOX)


def _logs_of(warehouse: Path) -> list[Path]:
    return [path for path in warehouse.parent.iterdir() if path.name.startswith(f"{warehouse.name}.wal")]


def _link(source: Path, target: Path) -> None:
    """Give a file a second name, so that its first can be taken over in one step; else move it."""
    try:
        os.link(source, target)
    except OSError:
        source.rename(target)


def _add_to_inbox(settings: Settings, drafts: Path) -> None:
    """Add polls that waited then to those that wait now: nowhere else is either, and twice adds nothing."""
    for source in sorted(path for path in drafts.rglob("*") if path.is_file()):
        target = settings.inbox_dir / source.relative_to(drafts)
        if not target.exists():
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            source.rename(target)


def _kept(settings: Settings, aside: Path, *, is_readable: bool) -> Path | None:
    """Make a backup of what was there, where it can be read; else leave the folder as it is."""
    if not any(aside.iterdir()):
        aside.rmdir()
        return None
    if is_readable and (aside / settings.database_path.name).exists():
        try:
            drop_old(settings, finish(settings, aside, aside, BEFORE_RESTORE))
        except (WarehouseError, OSError) as error:
            log.error("what was there before stays in %s, but is no backup: %s", aside.name, error)
    return aside
