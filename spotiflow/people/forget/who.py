"""Who is to be forgotten: everybody who left anything, be it a row of a model or a login alone."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from spotiflow.core.errors import NotFoundError
from spotiflow.core.settings import Settings
from spotiflow.ingest.listeners import require_listener
from spotiflow.people.forget.files import is_known_by_files
from spotiflow.people.former_names import all_names
from spotiflow.warehouse.database import open_warehouse

_TABLES = """
select schema_name || '.' || table_name from duckdb_columns()
where column_name = 'listener_id' and schema_name in ('raw', 'ml') and database_name = current_database()
order by 1
"""
_DISPLAY_NAMES = """
select distinct display_name from raw.listeners
where list_contains($names, listener_id) and display_name is not null
"""


def simulated_listeners(settings: Settings) -> list[str]:
    """Return the names of all simulated listeners. Raises NotFoundError where there is none."""
    with open_warehouse(settings, read_only=True) as db:
        rows = db.execute(
            "select listener_id from raw.listeners where kind = 'simulated' order by 1"
        ).fetchall()
    if not rows:
        raise NotFoundError("There is no simulated listener.", hint="See them all: spotiflow listener list.")
    return [row[0] for row in rows]


def preview(settings: Settings, names: Sequence[str]) -> int:
    """Return how many rows of history would go. Raises NotFoundError for an unknown listener."""
    with open_warehouse(settings, read_only=True) as db:
        require_known(db, settings, names)
        row = db.execute(
            "select count(*) from raw.listening_history where list_contains(?, listener_id)", [list(names)]
        ).fetchone()
        return row[0] if row else 0


def require_known(db: duckdb.DuckDBPyConnection, settings: Settings, names: Sequence[str]) -> None:
    """Raise NotFoundError for a name that no row, login or waiting poll has."""
    known = {name for table in listener_tables(db) for name in names if _has_rows(db, table, name)}
    for name in names:
        if name not in known and not is_known_by_files(settings, name):
            require_listener(db, name)


def listener_tables(db: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the tables of raw and ml in the database in use that say whose a row is."""
    return [table for (table,) in db.execute(_TABLES).fetchall()]


def words_for(db: duckdb.DuckDBPyConnection, settings: Settings, names: Sequence[str]) -> tuple[str, ...]:
    """Return every name they have or had, and what they are called."""
    known = {name for (name,) in db.execute("select listener_id from raw.listeners").fetchall()}
    called = [row[0] for row in db.execute(_DISPLAY_NAMES, {"names": list(names)}).fetchall()]
    found = [*all_names(settings, names, known - set(names)), *(one.strip() for one in called)]
    return tuple(dict.fromkeys(name for name in found if name))


def _has_rows(db: duckdb.DuckDBPyConnection, table: str, name: str) -> bool:
    return db.execute(f"select 1 from {table} where listener_id = ? limit 1", [name]).fetchone() is not None
