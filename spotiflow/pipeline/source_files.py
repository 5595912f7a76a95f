"""What runs remember of files they have looked at: path, size and time of change, in `raw.source_files`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from spotiflow.core.errors import NotFoundError
from spotiflow.core.settings import Settings
from spotiflow.core.transactions import transaction
from spotiflow.ingest.spotify.spool import is_poll
from spotiflow.ingest.submissions.spool import is_listens
from spotiflow.people.forgotten_paths import digest_of
from spotiflow.warehouse.database import open_warehouse
from spotiflow.warehouse.run_log import utc_now

OK, PARTIAL, REFUSED, IGNORED = "ok", "partial", "refused", "ignored"
# Nothing of it was kept, which may be the fault of this machine's clock: every run looks again.
AGAIN = "nothing kept"
# A file that changed so recently may still be on its way into the folder.
ARRIVING = timedelta(seconds=10)


_KNOWN = "select path, size_bytes, changed_at from raw.source_files where status <> ?"


@dataclass(frozen=True)
class Look:
    """A file as it is now, or a folder with all its files together. `changed_at` is UTC."""

    path: Path
    size_bytes: int
    changed_at: datetime

    @property
    def is_arriving(self) -> bool:
        """Whether it may still be being written."""
        return utc_now() - self.changed_at < ARRIVING


def candidates(folder_or_file: Path) -> list[Path]:
    """Return what is to be judged by itself: a file, or the files and folders directly in a folder."""
    if not folder_or_file.is_dir():
        return [folder_or_file]
    return [path for path in sorted(folder_or_file.iterdir()) if _is_meant_for_us(path)]


def _is_meant_for_us(path: Path) -> bool:
    return not (is_poll(path) or is_listens(path)) and not path.name.startswith((".", "__MACOSX"))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False  # It may not be looked at: what cannot be read is not what an import would read.


def look_at(path: Path) -> Look | None:
    """Return how a file or folder looks, None where it has just gone. Raises OSError."""
    try:
        files = [file for file in path.rglob("*") if _is_file(file)] if path.is_dir() else [path]
        facts = [file.stat() for file in files] or [path.stat()]
    except FileNotFoundError:
        return None
    changed = max(fact.st_mtime for fact in facts)
    return Look(
        path, sum(fact.st_size for fact in facts), datetime.fromtimestamp(changed, UTC).replace(tzinfo=None)
    )


def unseen(settings: Settings, looks: Sequence[Look]) -> list[Look]:
    """Return what no run has looked at as it is now. Raises WarehouseBusyError."""
    try:
        with open_warehouse(settings, read_only=True) as db:
            rows = db.execute(_KNOWN, [AGAIN]).fetchall()
    except (NotFoundError, duckdb.CatalogException):
        return list(looks)
    known = set(rows)
    return [look for look in looks if not known & {*_known_as(look)}]


def _known_as(look: Look) -> Iterator[tuple[str, int, datetime]]:
    """Yield how a file may be remembered: by its path, or what is left of a path that named somebody."""
    for path in (str(look.path), digest_of(str(look.path))):
        yield path, look.size_bytes, look.changed_at


def remember(settings: Settings, looks: Iterable[Look], status: str, detail: str | None = None) -> None:
    """Store that these were looked at and what became of them."""
    with open_warehouse(settings) as db, transaction(db):
        for look in looks:
            db.execute("delete from raw.source_files where path = ?", [str(look.path)])
            values = [str(look.path), look.size_bytes, look.changed_at, status, detail, utc_now()]
            db.execute("insert into raw.source_files values (?, ?, ?, ?, ?, ?)", values)
