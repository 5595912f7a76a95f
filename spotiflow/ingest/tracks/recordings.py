"""Which recording each source id is, as the last build found: what one of its ids brought serves them all."""

from __future__ import annotations

import duckdb

_IS_BUILT = """
select count(*) from duckdb_columns()
where database_name = current_database() and schema_name = 'silver' and table_name = 'track_identities'
    and column_name in ('listener_id', 'told_id', 'track_id')
"""


def open_recordings(db: duckdb.DuckDBPyConnection) -> None:
    """Make the view `recordings` (told_id, track_id) for a connection; empty before the first build."""
    found = db.execute(_IS_BUILT).fetchone()
    nothing = "(values ('', '')) as none(told_id, track_id) limit 0"
    # The household's, where there are several listeners; else those of the one there is.
    built = "silver.track_identities qualify rank() over (order by listener_id = 'all' desc) = 1"
    table = built if found == (3,) else nothing
    db.execute(f"create or replace temp view recordings as select told_id, track_id from {table}")


def recordings_in(table: str, condition: str = "true") -> str:
    """Return SQL for the recordings of which `table` has a row under any of their ids; needs `recordings`."""
    return f"""
        select coalesce(recordings.track_id, found.track_id)
        from {table} as found left join recordings on found.track_id = recordings.told_id
        where found.track_id is not null and ({condition})
    """
