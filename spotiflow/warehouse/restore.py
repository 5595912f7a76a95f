"""Put a backup in the place of what a home holds now; what was there is kept as a backup of its own."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from spotiflow.core.console import log
from spotiflow.core.disk_errors import unwritable
from spotiflow.core.errors import (
    HomeError,
    NotFoundError,
    WarehouseBusyError,
    WarehouseError,
)
from spotiflow.core.settings import Settings
from spotiflow.warehouse.backups import (
    INBOX,
    ROOMS,
    Backup,
    check,
    write_backup,
)
from spotiflow.warehouse.database import hold, prepare_home
from spotiflow.warehouse.schema import SCHEMA_VERSION


@dataclass(frozen=True)
class Restored:
    """What was put back, and where what was there before is now (None: there was nothing)."""

    backup: Backup
    before: Path | None

    def to_dict(self) -> dict[str, Any]:
        """Return it as `--json` prints it."""
        return {"restored": self.backup.to_dict(), "before": str(self.before) if self.before else None}


def restore(settings: Settings, backup: Backup) -> Restored:
    """Check a backup, keep what is there now, and put the backup in its place; logins stay as they are.

    The warehouse is exchanged in one step. One that cannot be opened any more is put aside, not removed.
    Raises WarehouseError for a damaged backup or a full disk, WarehouseBusyError; then nothing has changed.
    """
    if (backup.schema_version or 0) > SCHEMA_VERSION:
        raise WarehouseError(
            f"The backup {backup.path} has schema version {backup.schema_version}; "
            f"this spotiflow knows version {SCHEMA_VERSION}.",
            hint="Upgrade spotiflow first.",
        )
    check(backup)
    prepare_home(settings)
    drafts = _copied(settings, backup)
    try:
        before = _kept(settings)
    except BaseException:
        for draft in drafts.values():
            _remove(draft)
        raise
    for name, draft in drafts.items():
        _exchange(settings.home / name, draft)
    _fetch_inbox(settings, backup)
    prepare_home(settings)
    log.info("restored %s", backup.name)
    return Restored(backup, before)


def _copied(settings: Settings, backup: Backup) -> dict[str, Path]:
    """Copy everything next to its place, so that what is left to do needs no space."""
    drafts = {}
    names = [settings.database_path.name, *(room for room in ROOMS if room != INBOX)]
    try:
        for name in names:
            source, draft = backup.path / name, settings.home / f".{name}.restoring"
            _remove(draft)
            drafts[name] = draft
            if source.is_dir():
                shutil.copytree(source, draft)
                _make_private(draft)
            elif source.is_file():
                shutil.copyfile(source, draft)
                draft.chmod(0o600)
    except OSError as error:
        for draft in drafts.values():
            _remove(draft)
        raise unwritable(error, settings.home) from error
    return drafts


def _fetch_inbox(settings: Settings, backup: Backup) -> None:
    """Add polls that waited then to those that wait now: nowhere else is either, and twice adds nothing."""
    for source in sorted((backup.path / INBOX).glob("*")):
        target = settings.home / INBOX / source.name
        if not target.exists():
            shutil.copyfile(source, target)
            target.chmod(0o600)


def _kept(settings: Settings) -> Path | None:
    """Back up what is there now, as far as it can be opened."""
    try:
        db = hold(settings)
    except NotFoundError:
        return None
    except WarehouseBusyError:
        raise
    except (WarehouseError, HomeError):
        return _put_aside(settings)
    try:
        return write_backup(settings, db, "before a restore").path
    finally:
        db.close()


def _put_aside(settings: Settings) -> Path:
    aside = settings.database_path.with_suffix(f".damaged-{datetime.now(UTC):%Y%m%dT%H%M%S}")
    settings.database_path.rename(aside)
    log_file = _write_ahead_log(settings)
    if log_file.exists():
        log_file.rename(aside.with_name(f"{aside.name}.wal"))
    return aside


def _write_ahead_log(settings: Settings) -> Path:
    return settings.database_path.with_name(f"{settings.database_path.name}.wal")


def _make_private(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o700 if path.is_dir() else 0o600)


def _exchange(place: Path, draft: Path) -> None:
    """Put `draft` in its place; where the backup had nothing, nothing is to be there."""
    old = place.with_name(f".{place.name}.replaced")
    _remove(old)
    if place.is_dir():
        place.rename(old)
    elif not draft.exists():
        place.unlink(missing_ok=True)
    if draft.exists():
        draft.replace(place)
    _remove(old)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
