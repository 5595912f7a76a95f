"""The raw and ml tables of the warehouse: created in one place, migrated forward only."""

from __future__ import annotations

import re
from importlib import resources
from importlib.resources.abc import Traversable

import duckdb

from spotiflow.core.errors import OutdatedError, WarehouseError
from spotiflow.core.transactions import transaction

SCHEMA_VERSION = 2
_PARTS = (
    "select schema_name, table_name, column_name from duckdb_columns() where schema_name in ('raw', 'ml')"
)


def ddl() -> str:
    """Return the one definition of the raw and ml tables."""
    return resources.files("spotiflow.warehouse").joinpath("schema.sql").read_text(encoding="utf-8")


def apply_schema(
    db: duckdb.DuckDBPyConnection,
    *,
    version: int = SCHEMA_VERSION,
    migrations: Traversable | None = None,
) -> None:
    """Create what is missing and bring an older file forward to `version`, in one transaction.

    `migrations` holds the steps as `0002_name.sql`: step N turns version N - 1 into N.
    Raises WarehouseError when the file was written by a newer spotiflow.
    """
    found = stored_version(db)
    if found == version:
        return
    if found is not None and found > version:
        raise WarehouseError(
            f"The warehouse has schema version {found}; this spotiflow knows version {version}.",
            hint="Upgrade spotiflow: an older one must not write to a newer file.",
        )
    with transaction(db):
        if found is not None:
            folder = migrations or resources.files("spotiflow.warehouse").joinpath("migrations")
            for step in _steps(folder, found, version):
                db.execute(step.read_text(encoding="utf-8"))
        db.execute(ddl())
        db.execute("insert into raw.schema_version values (?, now()::timestamp)", [version])


def is_outdated(db: duckdb.DuckDBPyConnection) -> bool:
    """Whether the file has to be brought forward before this spotiflow can write to it."""
    found = stored_version(db)
    return found is not None and found < SCHEMA_VERSION


def refuse_outdated(db: duckdb.DuckDBPyConnection) -> None:
    """Raise OutdatedError for a file that has to be brought forward first."""
    if is_outdated(db):
        raise OutdatedError(
            f"The warehouse has schema version {stored_version(db)}; "
            f"this spotiflow writes version {SCHEMA_VERSION}.",
            hint="Bring it forward, with a backup first: spotiflow init",
        )


def stored_version(db: duckdb.DuckDBPyConnection) -> int | None:
    """Return the schema version of the file, or None for a file without one.

    A file that plain `dbt build` made has the tables but no version row; it gets one at the next write.
    """
    known = db.execute(
        "select 1 from duckdb_tables() where schema_name = 'raw' and table_name = 'schema_version'"
    ).fetchone()
    if known is None:
        return None
    row = db.execute("select max(version) from raw.schema_version").fetchone()
    return row[0] if row else None


def missing_parts(db: duckdb.DuckDBPyConnection) -> list[str]:
    """Return what a file lacks of the raw and ml tables, as `raw.listeners` or `raw.listeners.kind`.

    Nothing lacks by itself: the file is of an unreleased spotiflow, or somebody has changed it by hand.
    """
    with duckdb.connect() as fresh:
        fresh.execute(ddl())
        wanted, there = (set(one.execute(_PARTS).fetchall()) for one in (fresh, db))
    tables = {(schema, table) for schema, table, _ in there}
    lost = {".".join(part if part[:2] in tables else part[:2]) for part in wanted - there}
    return sorted(lost)


def _steps(folder: Traversable, found: int, version: int) -> list[Traversable]:
    numbered = {int(entry.name[:4]): entry for entry in folder.iterdir() if re.match(r"\d{4}_", entry.name)}
    return [numbered[step] for step in range(found + 1, version + 1) if step in numbered]
