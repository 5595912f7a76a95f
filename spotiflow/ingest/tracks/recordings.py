"""Which recording each told id is, as the last build found: what one of its ids brought serves them all."""

from __future__ import annotations

import duckdb

_IS_BUILT = """
select count(*) from duckdb_columns()
where database_name = current_database() and schema_name = 'silver' and table_name = 'track_identities'
    and column_name in ('told_id', 'track_id')
"""


def open_recordings(db: duckdb.DuckDBPyConnection) -> None:
    """Make the view `recordings` (told_id, track_id) for a connection; empty before the first build."""
    found = db.execute(_IS_BUILT).fetchone()
    nothing = "(values ('', '')) as none(told_id, track_id) limit 0"
    table = "silver.track_identities" if found == (2,) else nothing
    db.execute(f"create or replace temp view recordings as select told_id, track_id from {table}")


def recordings_in(table: str, condition: str = "true") -> str:
    """Return SQL for the recordings of which `table` has a row under any of their ids; needs `recordings`."""
    return f"""
        select coalesce(recordings.track_id, found.track_id)
        from {table} as found left join recordings on found.track_id = recordings.told_id
        where found.track_id is not null and ({condition})
    """
