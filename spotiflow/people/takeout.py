"""Everything a listener has put in, as a zip that needs no spotiflow: Parquet, JSON, what waits, receipt."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

import duckdb
from rich.console import RenderableType

from spotiflow.core.console import log
from spotiflow.core.errors import HomeError, UsageError
from spotiflow.core.processes import is_alive
from spotiflow.core.settings import Settings
from spotiflow.ingest.files.containers import unreadable
from spotiflow.ingest.history.receipts import remarks
from spotiflow.ingest.listeners import existing_listener
from spotiflow.people.waiting_plays import waiting_plays
from spotiflow.warehouse.database import open_warehouse
from spotiflow.warehouse.known_copies import known_copies, remember_copy
from spotiflow.warehouse.run_log import utc_now
from spotiflow.warehouse.temp_folder import temp_folder

_TABLES = """
select table_name, list(column_name)
from duckdb_columns()
where database_name = current_database() and schema_name = 'raw'
    and table_name not in ('schema_version', 'kaggle_tracks', 'runs', 'stage_runs')
group by table_name
order by table_name
"""
_THEIR_RUNS = "select run_id from raw.ingest_files where listener_id = $name"
_THEIR_TRACKS = """
select track_id from raw.listening_history where listener_id = $name
union select track_id from raw.saved_tracks where listener_id = $name
union select track_id from raw.playlist_items where listener_id = $name
union select track_id from raw.track_searches where listener_id = $name
"""
# What decides which rows are there and which count; everything else is of this machine, or a secret.
_SETTINGS = ("keep_country", "min_play_seconds", "min_play_share", "allow_synthetic", "synthetic_scope",
             "include_web_api_content")  # fmt: skip
_DRAFT = ".takeout-draft"
_README = """What this is
============
Everything that the listener "{name}" has put into spotiflow until {made_at} UTC: the rows of schema "raw".

tables/NAME.parquet   the rows, for DuckDB, pandas, Spark, R and many other programs
tables/NAME.json      the same rows as text
receipt.json          how many rows each file has, and the sha256 of each file
waiting/              polls of Spotify and listens of players that were not stored yet, if there were any
settings.json         the settings that decide what the rows mean (no login, address or path is in this zip)

listening_history     one row per stream: when, what, how long, from which file (all times are UTC)
ingest_runs, ingest_files, rejected_rows   what was imported, and what could not be read, with the reason
tracks, track_features                     what is known of the tracks in the history
The other tables hold saved tracks, playlists and favourites, where they were fetched.

select artist_name, count(*) from 'tables/listening_history.parquet' group by all order by 2 desc limit 10
"""


@dataclass(frozen=True)
class Takeout:
    """What was taken out: where it is and how many rows of each table are in it."""

    path: Path
    listener_id: str
    rows: dict[str, int]
    bytes: int

    def to_dict(self) -> dict[str, Any]:
        """Return it as `--json` prints it."""
        return asdict(self) | {"path": str(self.path)}


def take_out(settings: Settings, target: Path, *, listener_id: str | None = None) -> Takeout:
    """Write the zip, readable by its owner only, whole or not at all.

    Raises UsageError where the file exists or several listeners could be meant, NotFoundError for an unknown
    listener or without a warehouse, HomeError where it cannot be written, WarehouseError for a full disk.
    """
    place = target.expanduser().absolute()
    if place.exists() or place.is_symlink():
        raise UsageError(f"{place} exists already.", hint="Give another name, or remove it first.")
    _sweep(settings)
    with open_warehouse(settings, read_only=True) as db, temp_folder(settings) as temp:
        name = existing_listener(db, listener_id, settings)
        rows = _write_tables(db, name, temp)
        try:
            with _draft(settings, place, name) as stream:
                _pack(settings, stream, temp, name, rows)
        except OSError as error:
            raise _unwritable(place, error) from error
    remember_copy(settings, "takeout", place, [name])
    log.info("a takeout was written: %d tables", len(rows))
    return Takeout(place, name, rows, place.stat().st_size)


@contextmanager
def _draft(settings: Settings, place: Path, name: str) -> Iterator[IO[bytes]]:
    """Yield a new file that becomes `place` when all went well, and takes the place of nothing.

    It is written down before its first byte, so that what a kill leaves is found. Raises OSError.
    """
    draft = place.with_name(f".{place.name[:100]}-{os.getpid()}{_DRAFT}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        remember_copy(settings, "takeout", draft, [name])
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        if place.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(place))
        draft.rename(place)
    finally:
        draft.unlink(missing_ok=True)


def _sweep(settings: Settings) -> None:
    """Remove the drafts of takeouts that were killed."""
    for copy in known_copies(settings):
        owner = copy.path.removesuffix(_DRAFT).rpartition("-")[2]
        if copy.kind != "takeout" or not copy.path.endswith(_DRAFT) or not owner.isdigit():
            continue
        if int(owner) == os.getpid() or not is_alive(int(owner)):
            with suppress(OSError):
                Path(copy.path).unlink(missing_ok=True)


def _unwritable(place: Path, error: OSError) -> Exception:
    problem = unreadable(str(place), error)
    if error.filename is None:
        return problem
    return HomeError(
        f"{place} cannot be written: {error.strerror}.", hint="Give a place that you may write to."
    )


def _condition(columns: list[str]) -> str | None:
    """Return which rows of a table are the listener's, None for a table that is about nobody."""
    if "listener_id" in columns:
        return "listener_id = $name"
    if "run_id" in columns:
        return f"run_id in ({_THEIR_RUNS})"
    if "track_id" in columns:
        return f"track_id in ({_THEIR_TRACKS})"
    return None


def _write_tables(db: duckdb.DuckDBPyConnection, name: str, folder: Path) -> dict[str, int]:
    rows = {}
    for table, columns in db.execute(_TABLES).fetchall():
        condition = _condition(columns)
        if condition is None:
            continue
        selected = f"select * from raw.{table} where {condition} order by all"
        for ending, form in (
            ("parquet", "format parquet, compression zstd"),
            ("json", "format json, array true"),
        ):
            file = str(folder / f"{table}.{ending}").replace("'", "''")
            row = db.execute(f"copy ({selected}) to '{file}' ({form})", {"name": name}).fetchone()
        rows[table] = row[0] if row else 0
    return rows


def _pack(settings: Settings, stream: IO[bytes], folder: Path, name: str, rows: dict[str, int]) -> None:
    made_at = f"{utc_now():%Y-%m-%d %H:%M:%S}"
    files = {}
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            with path.open("rb") as content:
                digest = hashlib.file_digest(content, "sha256").hexdigest()
            files[f"tables/{path.name}"] = {"rows": rows[path.stem], "sha256": digest}
            archive.write(path, f"tables/{path.name}")
        for path in waiting_plays(settings, name):
            archive.write(path, f"waiting/{path.name}")
        archive.writestr("settings.json", json.dumps(_settings_of(settings, name), indent=1))
        receipt = {"listener": name, "made_at": made_at, "spotiflow": version("spotiflow"), "files": files}
        archive.writestr("receipt.json", json.dumps(receipt, indent=1))
        archive.writestr("README.txt", _README.format(name=name, made_at=made_at))


def _settings_of(settings: Settings, name: str) -> dict[str, Any]:
    """Return the settings that decide what the rows mean: no address, no path and nobody else."""
    kept = {key: getattr(settings, key) for key in _SETTINGS}
    return kept | ({"default_listener": name} if settings.default_listener == name else {})


def render(takeout: Takeout) -> RenderableType:
    """Return what was taken out for the terminal."""
    filled = ", ".join(f"{table} {n:,}" for table, n in takeout.rows.items() if n) or "no rows"
    return remarks(
        [
            ("takeout", f"{takeout.path} ({takeout.bytes / 1e6:,.1f} MB), readable by you only"),
            ("rows", filled),
            (
                "holds",
                "every table as Parquet and JSON, waiting plays, receipt, README, settings; no login",
            ),
        ]
    )
