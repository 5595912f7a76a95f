"""Checked copies of everything a home holds but logins, logs and what can be made again.

A backup is a folder. It is written under a name that starts with a dot, its manifest last, and gets its own
name when all of it is on the disk: one that a kill or a full disk broke off is never taken for a backup.

Before an older one goes, every column of the new one has been read: DuckDB notices a damaged block only then.
They are ordered by number, because a clock may be set back.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Any

import duckdb

from spotiflow.core.console import log
from spotiflow.core.disk_errors import unwritable
from spotiflow.core.errors import InputError, WarehouseError
from spotiflow.core.files import copy_private, sync_folder, write_private
from spotiflow.core.json_text import parse_json
from spotiflow.core.processes import is_alive
from spotiflow.core.settings import Settings
from spotiflow.warehouse.known_copies import remember_copy

MANIFEST = "backup.json"
# Why a restore kept what was there.
BEFORE_RESTORE = "before a restore"
# What is in a backup besides the warehouse: files and folders of the home. Logins are not: they are secrets,
# end by themselves, and are renewed with one command.
INBOX = "inbox"
ROOMS = ("config.toml", "models", INBOX)


@dataclass(frozen=True)
class Backup:
    """One backup. made_at: UTC, ISO 8601. why: who asked for it. files: size and sha256 by path inside it.

    number: counts up in each folder of backups; 0 in those made before there were numbers.
    """

    path: Path
    made_at: str
    why: str
    spotiflow: str
    schema_version: int | None
    listeners: list[str]
    plays: int
    files: dict[str, dict[str, Any]]
    number: int = 0

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
    where the disk is full or the copy is not what it should be; then nothing is left of it, and older ones
    stay.
    """
    place = folder or settings.backups_dir
    made_at = datetime.now(UTC)
    draft = place / f".{made_at:%Y%m%dT%H%M%S%f}-{os.getpid()}.draft"
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        _sweep(place)
        draft.mkdir(mode=0o700)
        db.execute("checkpoint")
        read = _copied(settings, draft)
        final = finish(settings, draft, place / f"{made_at:%Y-%m-%dT%H%M%S-%f}", why, read)
    except BaseException as error:
        shutil.rmtree(draft, ignore_errors=True)
        if isinstance(error, OSError):
            raise unwritable(error, place) from error
        raise
    if folder is None:
        drop_old(settings, final)
    log.info("backup %s: %d files", final.name, len(final.files))
    return final


def finish(
    settings: Settings, draft: Path, final: Path, why: str, read: Mapping[str, dict[str, Any]] | None = None
) -> Backup:
    """Make a backup of a folder that holds everything already: read all of it, write its manifest, name it.

    read: what the files were when they were copied. Raises WarehouseError where one is not that any more or
    cannot be read, OSError.
    """
    paths = sorted(path for path in draft.rglob("*") if path.is_file())
    files = {path.relative_to(draft).as_posix(): _measured(path) for path in paths}
    if read is not None and files != read:
        raise WarehouseError(
            f"The copy in {final.parent} is not what was read.",
            hint="Check that disk, or name another place for the copy: spotiflow backup --to FOLDER",
        )
    with _opened(draft / settings.database_path.name) as db:
        read_every_column(db)
        schema_version, listeners, plays = _facts(db)
    backup = Backup(
        draft,
        datetime.now(UTC).isoformat(timespec="seconds"),
        why,
        version("spotiflow"),
        schema_version,
        listeners,
        plays,
        files,
        _next_number(final.parent),
    )
    record = {key: value for key, value in asdict(backup).items() if key != "path"}
    write_private(draft / MANIFEST, json.dumps(record, indent=1))
    for folder in [draft, *(path for path in draft.rglob("*") if path.is_dir())]:
        folder.chmod(0o700)
        sync_folder(folder)
    if draft != final:
        draft.rename(final)
    sync_folder(final.parent)
    remember_copy(settings, "backup", final, listeners)
    return replace(backup, path=final)


def _next_number(place: Path) -> int:
    made = list_backups(place)
    return max(len(made), *(backup.number for backup in made), 0) + 1


@contextmanager
def _opened(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse of a backup to read it. Raises WarehouseError where DuckDB cannot read something."""
    try:
        with duckdb.connect(str(warehouse), read_only=True) as db:
            yield db
    except duckdb.Error as error:
        raise WarehouseError(
            f"The copy of the warehouse in {warehouse.parent} cannot be read: {str(error).splitlines()[0]}",
            hint="Older backups stay. See what there is: spotiflow backup --list",
        ) from error


def read_every_column(db: duckdb.DuckDBPyConnection) -> None:
    """Read all there is in a warehouse; a damaged block raises WarehouseError that names its table."""
    tables = db.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = current_database()"
    ).fetchall()
    for schema, table in tables:
        try:
            db.execute(f'select count(*), sum(hash(t)::hugeint) from "{schema}"."{table}" as t').fetchone()
        except duckdb.Error as error:
            raise WarehouseError(
                f"Table {schema}.{table} cannot be read whole: {str(error).splitlines()[0]}",
                hint="The file is damaged there. Older backups stay: spotiflow backup --list",
            ) from error


def _measured(path: Path) -> dict[str, Any]:
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return {"sha256": digest, "bytes": path.stat().st_size}


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


def _copied(settings: Settings, draft: Path) -> dict[str, dict[str, Any]]:
    """Copy everything and return what each file was."""
    read = {}
    for name, source in _sources(settings).items():
        try:
            read[name] = copy_private(source, draft / name)
        except FileNotFoundError:
            # What waited a moment ago is in the warehouse now, which was opened after that.
            if not name.startswith(f"{INBOX}/"):
                raise
    return read


def _sources(settings: Settings) -> dict[str, Path]:
    """Return what belongs into a backup, by its name there."""
    found = list[Path]()
    for room in ROOMS:
        path = settings.home / room
        found += [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())
    rooms = {path.relative_to(settings.home).as_posix(): path for path in found if not path.is_symlink()}
    # The warehouse wherever a link leads: who keeps it on another disk wants that one.
    return {settings.database_path.name: settings.database_path} | rooms


def check(backup: Backup) -> None:
    """Read all of a backup again and compare it with its manifest; its warehouse has to hold the plays.

    Raises WarehouseError for what is missing, changed or cannot be read.
    """
    for name, told in backup.files.items():
        path = backup.path / name
        if not path.is_file():
            raise _broken(backup, f"{name} is missing")
        if _measured(path)["sha256"] != told["sha256"]:
            raise _broken(backup, f"{name} is not what was written")
    warehouse = next((name for name in backup.files if name.endswith(".duckdb")), None)
    if warehouse is None:
        raise _broken(backup, "it has no warehouse")
    with _opened(backup.path / warehouse) as db:
        read_every_column(db)
        plays = _facts(db)[2]
    if plays != backup.plays:
        raise _broken(backup, f"its warehouse has {plays:,} plays, not {backup.plays:,}")


def read_backup(path: Path) -> Backup:
    """Return the backup in a folder. Raises InputError where there is none."""
    try:
        record = parse_json((path / MANIFEST).read_text(encoding="utf-8"))
        backup = Backup(path=path, **record)
        if not _is_sound(backup):
            raise ValueError("not what a backup says of itself")
        return backup
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path} is no backup that spotiflow finished; expected a folder with {MANIFEST}.",
            hint="See what there is: spotiflow backup --list",
        ) from error


def _is_sound(backup: Backup) -> bool:
    """Whether a manifest says what ours say, in the form they do."""
    files = all(
        _belongs(name) and isinstance(told.get("sha256"), str) and isinstance(told.get("bytes"), int)
        for name, told in backup.files.items()
    )
    names = isinstance(backup.listeners, list) and all(isinstance(name, str) for name in backup.listeners)
    texts = all(isinstance(text, str) for text in (backup.made_at, backup.why, backup.spotiflow))
    numbers = isinstance(backup.plays, int) and isinstance(backup.schema_version, int | None)
    return files and names and texts and numbers and isinstance(backup.number, int)


def _belongs(name: str) -> bool:
    """Whether a name can be one of a backup's files: the warehouse, or a file in one of the rooms."""
    parts = PurePosixPath(name).parts
    if not parts or ".." in parts or name.startswith("/"):
        return False
    return parts[0] in ROOMS or (len(parts) == 1 and name.endswith(".duckdb"))


def list_backups(folder: Path) -> list[Backup]:
    """Return the backups in a folder, newest first by number; what was broken off is not among them."""
    found = []
    for path in _folders_in(folder):
        with contextlib.suppress(InputError):
            found.append(read_backup(path))
    return sorted(found, key=lambda backup: (backup.number, backup.made_at, backup.name), reverse=True)


def damaged_backups(folder: Path) -> list[str]:
    """Return the names of those in a folder that were finished and whose manifest cannot be read any more.

    What a restore put aside because it could not be opened has no manifest and is none.
    """
    sound = {backup.path for backup in list_backups(folder)}
    return [path.name for path in _folders_in(folder) if path not in sound and (path / MANIFEST).exists()]


def _folders_in(folder: Path) -> list[Path]:
    found = sorted(folder.glob("*")) if folder.is_dir() else []
    return [path for path in found if path.is_dir() and not path.name.startswith(".")]


def drop_old(settings: Settings, newest: Backup) -> None:
    """Let the oldest backups of this one's kind in the home go, never the one that was just made.

    What restores kept is counted apart: restoring again and again would else remove what is restored.
    """
    kept = [
        backup
        for backup in list_backups(settings.backups_dir)
        if (backup.why == BEFORE_RESTORE) == (newest.why == BEFORE_RESTORE)
    ]
    for backup in kept[max(1, settings.backups_kept) :]:
        if backup.path != newest.path:
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
