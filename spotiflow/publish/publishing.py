"""Publish gold and silver to one target, table by table."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from spotiflow.core.console import log, progress
from spotiflow.core.errors import NotFoundError, SpotiflowError, UsageError
from spotiflow.core.settings import Settings
from spotiflow.publish import delta, files, postgres
from spotiflow.publish.memory import holds_the_forgotten, remembered
from spotiflow.publish.own_folder import claim
from spotiflow.publish.postgres_errors import PostgresError
from spotiflow.publish.results import Published, PublishResult
from spotiflow.publish.snapshot import snapshot
from spotiflow.publish.tables import LAYERS, Table, list_tables
from spotiflow.transform.table_results import stale_tables
from spotiflow.warehouse.database import open_warehouse

TARGETS = ("postgres", "parquet", "delta", "csv")
EMBEDDINGS = ("track_embeddings", "listener_embeddings")
FOLDERS = ("parquet", "delta", "csv")

Write = Callable[[duckdb.DuckDBPyConnection, Table], Published]


def publish(
    settings: Settings,
    target: str,
    place: str | Path | None = None,
    *,
    only: Sequence[str] = (),
) -> PublishResult:
    """Publish every gold and silver table (or those named in `only`) and return what was done.

    target: one of TARGETS. place: a folder, or for PostgreSQL a URI without a password (None: PG* variables).
    A table whose last build did not end well is left as it is at the target, with the reason in `skipped`.
    A table is replaced as a whole or not at all. The first error on the way is in `problem` of the result;
    where only one table was refused the others are published all the same. Raises UsageError, InputError,
    NotFoundError, HomeError and PostgresError where nothing could be started.
    """
    if target not in TARGETS:
        raise UsageError(f"There is no target '{target}'.", hint=f"Choose one of {', '.join(TARGETS)}.")
    started = time.monotonic()
    with _opened(settings, target, place) as (db, write, where):
        tables = _chosen(db, target, only)
        result = PublishResult(target, where, skipped=_left(db, tables))
        left = [table for table in tables if table.full_name not in result.skipped]
        if target in FOLDERS:
            claim(Path(where), _places(target, left))
        with remembered(settings, db, result, left):
            _write_all(db, left, write, result)
            if target == "csv" and result.problem is None:
                files.write_dictionary(tables, Path(where))
    result.seconds = time.monotonic() - started
    log.info("published %s", result.summary)
    return result


@contextmanager
def _opened(
    settings: Settings, target: str, place: str | Path | None
) -> Iterator[tuple[duckdb.DuckDBPyConnection, Write, str]]:
    """Yield what to read from, how to write one table, and the target's name."""
    if target == "postgres":
        uri = str(place) if place else None
        with postgres.connected(uri, settings.lock_wait_seconds) as server, snapshot(settings) as db:
            yield db, server.write, postgres.describe(uri)
        return
    if place is None:
        raise UsageError(
            f"Where to publish {target} to was not said.",
            hint=f"Name a folder: spotiflow publish {target} FOLDER",
        )
    folder = Path(place).expanduser().absolute()
    with open_warehouse(settings, read_only=True) as db:
        yield db, _writer(settings, target, folder), str(folder)


def _writer(settings: Settings, target: str, folder: Path) -> Write:
    if target == "delta":
        drops = holds_the_forgotten(settings, target, folder)
        return lambda db, table: delta.write_delta(db, table, folder, drops_versions=drops)
    write = files.write_csv if target == "csv" else files.write_parquet
    return lambda db, table: write(db, table, folder)


def _places(target: str, tables: Sequence[Table]) -> dict[str, str]:
    places = {files.place_of(target, table): target for table in tables}
    return places | ({files.DICTIONARY: target} if target == "csv" else {})


def _chosen(db: duckdb.DuckDBPyConnection, target: str, only: Sequence[str]) -> list[Table]:
    tables = list_tables(db)
    if target == "postgres":
        tables += [table for table in list_tables(db, ("ml",)) if table.name in EMBEDDINGS]
    if not any(table.schema in LAYERS for table in tables):
        raise NotFoundError("There are no tables to publish yet.", hint="Build them first: spotiflow build")
    unknown = set(only) - {table.name for table in tables} - {table.full_name for table in tables}
    if unknown:
        raise UsageError(
            f"There is no table '{min(unknown)}' in gold or silver.", hint="See them with: spotiflow tables"
        )
    return [table for table in tables if not only or {table.name, table.full_name} & set(only)]


def _left(db: duckdb.DuckDBPyConnection, tables: Sequence[Table]) -> dict[str, str]:
    """Return the tables to skip with the reason: what was published before is their last good state."""
    stale = stale_tables(db)
    return {table.full_name: stale[table.full_name] for table in tables if table.full_name in stale}


def _write_all(
    db: duckdb.DuckDBPyConnection, tables: Sequence[Table], write: Write, result: PublishResult
) -> None:
    with progress(f"Publishing to {result.target}", total=len(tables)) as advance:
        for table in tables:
            try:
                result.tables.append(write(db, table))
            except SpotiflowError as error:
                result.problem = result.problem or error
                result.skipped[table.full_name] = error.message
                if not (isinstance(error, PostgresError) and error.goes_on):
                    return
            advance(1)
