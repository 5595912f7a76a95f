"""Plays of a home that were counted by older rules: the first build by the new ones says what changed."""

from __future__ import annotations

import duckdb

WHY = "paused songs, a source's own repeats and artists written in another way no longer count twice"
_IS_OLDER = """
select not bool_or(column_name = 'ms_counted')
from duckdb_columns() where schema_name = 'silver' and table_name = 'plays'
"""


def plays_by_older_rules(db: duckdb.DuckDBPyConnection) -> int | None:
    """Return how many plays of music older rules counted; None where there are none of those."""
    row = db.execute(_IS_OLDER).fetchone()
    return _count_plays(db) if row and row[0] else None


def counted_anew(db: duckdb.DuckDBPyConnection, older: int | None) -> tuple[int, int] | None:
    """Return how many plays older rules counted and new ones do; None where theirs were not replaced."""
    if older is None or plays_by_older_rules(db) is not None:
        return None
    return older, _count_plays(db)


def _count_plays(db: duckdb.DuckDBPyConnection) -> int:
    row = db.execute("select count(*) from silver.plays where is_music and is_play").fetchone()
    return int(row[0]) if row else 0
