"""Who is there: nobody comes back who was forgotten or renamed while models were made from their listening."""

from __future__ import annotations

from datetime import datetime

import duckdb

# A listener who is forgotten and added again is somebody else, so the moment they were added counts.
People = frozenset[tuple[str, datetime]]


def people_in(db: duckdb.DuckDBPyConnection) -> People:
    """Return the listeners there are, each with the moment they were added; nobody without a table of them."""
    found = db.execute(
        "select 1 from duckdb_tables() where schema_name = 'raw' and table_name = 'listeners'"
    ).fetchone()
    if found is None:
        return frozenset()
    return frozenset(db.execute("select listener_id, created_at from raw.listeners").fetchall())
