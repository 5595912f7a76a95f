"""Checked copies of everything a home holds but logins, logs and what can be made again.

A backup is a folder. It is written under a name that starts with a dot, its manifest last, and gets its own
name when all of it is on the disk: one that a kill or a full disk broke off is never taken for a backup.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from spotiflow.core.console import log
from spotiflow.core.disk_errors import unwritable
from spotiflow.core.errors import InputError, WarehouseError
from spotiflow.core.files import copy_private, sync_folder, write_private
from spotiflow.core.processes import is_alive
from spotiflow.core.settings import Settings
from spotiflow.warehouse.known_copies import remember_copy

MANIFEST = "backup.json"
# What is in a backup besides the warehouse: files and folders of the home. Logins are not: they are secrets,
# end by themselves, and are renewed with one command.
INBOX = "inbox"
ROOMS = ("config.toml", "models", INBOX)


@dataclass(frozen=True)
class Backup:
    """One backup. made_at: UTC, ISO 8601. why: who asked for it. files: size and sha256 by path inside it."""

    path: Path
    made_at: str
    why: str
    spotiflow: str
    schema_version: int | None
    listeners: list[str]
    plays: int
    files: dict[str, dict[str, Any]]

    @property
    def name(self) -> str:
        """The name of its folder."""
        return self.path.name

    @property
    def bytes(self) -> int:
        """Its size on the disk."""
        return sum(file["bytes"] for file in self.files.values())

    def to_dict(self) -> dict[str, Any]:
        """Return it as `--json` prints it."""
        return asdict(self) | {"path": str(self.path), "bytes": self.bytes}


def write_backup(
    settings: Settings, db: duckdb.DuckDBPyConnection, why: str, folder: Path | None = None
) -> Backup:
    """Copy the home into a new folder in `folder` (default: backups/ in the home) and check the copy.

    `db` is the only connection to the warehouse and has to be closed afterwards: reading its file ends its
    lock. In the home itself, old backups go when a new one is complete. Raises HomeError, and WarehouseError
    where the disk is full or the copy is not what it should be; then nothing is left of it.
    """
    place = folder or settings.backups_dir
    made_at = datetime.now(UTC)
    draft = place / f".{made_at:%Y%m%dT%H%M%S%f}-{os.getpid()}.draft"
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        _sweep(place)
        draft.mkdir(mode=0o700)
        backup = _filled(settings, db, draft, made_at, why)
        final = place / f"{made_at:%Y-%m-%dT%H%M%S-%f}"
        draft.rename(final)
        sync_folder(place)
    except BaseException as error:
        shutil.rmtree(draft, ignore_errors=True)
        if isinstance(error, OSError):
            raise unwritable(error, place) from error
        raise
    if folder is None:
        _drop_old(settings)
    log.info("backup %s: %d files", final.name, len(backup.files))
    remember_copy(settings, "backup", final, backup.listeners)
    return read_backup(final)


def _filled(
    settings: Settings, db: duckdb.DuckDBPyConnection, draft: Path, made_at: datetime, why: str
) -> Backup:
    db.execute("checkpoint")
    schema_version, listeners, plays = _facts(db)
    warehouse = settings.database_path.name
    files = {warehouse: copy_private(settings.database_path, draft / warehouse)}
    for source in _others(settings):
        name = source.relative_to(settings.home).as_posix()
        files[name] = copy_private(source, draft / name)
    backup = Backup(
        draft,
        made_at.isoformat(timespec="seconds"),
        why,
        version("spotiflow"),
        schema_version,
        listeners,
        plays,
        files,
    )
    check(backup)
    record = {key: value for key, value in asdict(backup).items() if key != "path"}
    write_private(draft / MANIFEST, json.dumps(record, indent=1))
    for folder in [draft, *(path for path in draft.rglob("*") if path.is_dir())]:
        folder.chmod(0o700)
        sync_folder(folder)
    return backup


def _facts(db: duckdb.DuckDBPyConnection) -> tuple[int | None, list[str], int]:
    """Return schema version, listeners and number of plays; a file older than a table has none of it."""
    try:
        row = db.execute("select max(version) from raw.schema_version").fetchone() or (None,)
        names = [
            name for (name,) in db.execute("select listener_id from raw.listeners order by 1").fetchall()
        ]
        plays = db.execute("select count(*) from raw.listening_history").fetchone() or (0,)
    except duckdb.CatalogException:
        return None, [], 0
    return row[0], names, plays[0]


def _others(settings: Settings) -> list[Path]:
    found = []
    for room in ROOMS:
        path = settings.home / room
        found += [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())
    return [path for path in found if not path.is_symlink()]


def check(backup: Backup) -> None:
    """Read a backup again and compare it with its manifest; its warehouse has to open and hold the plays.

    Raises WarehouseError for what is missing, changed or cannot be opened.
    """
    for name, told in backup.files.items():
        path = backup.path / name
        if not path.is_file():
            raise _broken(backup, f"{name} is missing")
        with path.open("rb") as stream:
            if hashlib.file_digest(stream, "sha256").hexdigest() != told["sha256"]:
                raise _broken(backup, f"{name} is not what was written")
    warehouse = next((name for name in backup.files if name.endswith(".duckdb")), None)
    if warehouse is None:
        raise _broken(backup, "it has no warehouse")
    try:
        with duckdb.connect(str(backup.path / warehouse), read_only=True) as db:
            plays = _facts(db)[2]
    except duckdb.Error as error:
        raise _broken(backup, "its warehouse cannot be opened") from error
    if plays != backup.plays:
        raise _broken(backup, f"its warehouse has {plays:,} plays, not {backup.plays:,}")


def read_backup(path: Path) -> Backup:
    """Return the backup in a folder. Raises InputError where there is none."""
    try:
        record = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
        backup = Backup(path=path, **record)
        if not all(Path(name).is_relative_to(".") and ".." not in Path(name).parts for name in backup.files):
            raise ValueError("a name leads outside")
        return backup
    except (OSError, ValueError, TypeError) as error:
        raise InputError(
            f"{path} is no backup that spotiflow finished; expected a folder with {MANIFEST}.",
            hint="See what there is: spotiflow backup --list",
        ) from error


def list_backups(folder: Path) -> list[Backup]:
    """Return the backups in a folder, newest first; what was broken off is not among them."""
    found = []
    for path in sorted(folder.glob("*"), reverse=True) if folder.is_dir() else []:
        if path.is_dir() and not path.name.startswith("."):
            try:
                found.append(read_backup(path))
            except InputError:
                log.error("%s in %s is no backup", path.name, folder.name)
    return found


def _drop_old(settings: Settings) -> None:
    for backup in list_backups(settings.backups_dir)[max(1, settings.backups_kept) :]:
        shutil.rmtree(backup.path, ignore_errors=True)


def _sweep(place: Path) -> None:
    """Remove what killed backups left; that of a process which still runs may be another home's."""
    for draft in place.glob(".*.draft"):
        owner = draft.stem.rpartition("-")[2]
        if not (owner.isdigit() and is_alive(int(owner))):
            shutil.rmtree(draft, ignore_errors=True)


def _broken(backup: Backup, what: str) -> WarehouseError:
    return WarehouseError(
        f"The backup {backup.path} cannot be used: {what}.", hint="Take another one: spotiflow backup --list"
    )
