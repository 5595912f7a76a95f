"""Which rows are theirs: those that name a listener, and those that only their listening explains."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

# Where the ids of tracks somebody heard, saved or was recommended stand, with whose they are.
_TRACKS_OF_PEOPLE = """
create or replace temp table tracks_of_people as
select listener_id, track_id from old.raw.listening_history
union select listener_id, track_id from old.raw.saved_tracks
union select listener_id, track_id from old.raw.playlist_items
union select listener_id, item_id from old.raw.top_items
union select listener_id, record_id from old.raw.api_records
union select listener_id, track_id from old.raw.track_searches
"""
# Not theirs alone: another listener has the track too, or the catalogue, which anyone can download.
_GONE = """
create or replace temp table gone_tracks as
select track_id from tracks_of_people
where listener_id in (from gone_listeners) and track_id is not null
except select track_id from tracks_of_people where listener_id not in (from gone_listeners)
except select track_id from old.raw.kaggle_tracks
"""
# A run that stored no file does not say whose it was.
_GONE_RUNS = """
create or replace temp table gone_runs as
select run_id from old.raw.ingest_files where listener_id in (from gone_listeners)
union
select run_id from old.raw.ingest_runs
where source not in ('kaggle', 'features')
    and run_id not in (select run_id from old.raw.ingest_files)
"""
_COLUMNS = """
select schema_name, table_name, list(column_name)
from duckdb_columns()
where database_name = 'old' and schema_name in ('raw', 'ml') and table_name <> 'schema_version'
group by all
order by 1, 2
"""
# What ml made of a track that neither the catalogue nor anybody else explains came from this listener.
_EXPLAINED = """
track_id in (select track_id from old.raw.kaggle_tracks)
or track_id in (select track_id from tracks_of_people where listener_id not in (from gone_listeners))
"""


def mark_rows(db: duckdb.DuckDBPyConnection, names: Sequence[str]) -> dict[str, str]:
    """Return, for each table of raw and ml, the SQL condition of the rows that stay.

    The old warehouse is attached as `old`; the listeners are in the temporary table `gone_listeners` then.
    """
    db.execute("create or replace temp table gone_listeners as select unnest(?) as listener_id", [names])
    for statement in (_TRACKS_OF_PEOPLE, _GONE, _GONE_RUNS):
        db.execute(statement)
    return {
        f"{schema}.{table}": _condition(schema, frozenset(columns))
        for schema, table, columns in db.execute(_COLUMNS).fetchall()
    }


def _condition(schema: str, columns: frozenset[str]) -> str:
    conditions = []
    if "listener_id" in columns:
        conditions.append("(listener_id is null or listener_id not in (from gone_listeners))")
    elif "run_id" in columns:
        conditions.append("run_id not in (select run_id from gone_runs)")
    if "track_id" in columns and schema == "ml":
        conditions.append(f"({_EXPLAINED})")
    elif "track_id" in columns and "listener_id" not in columns:
        conditions.append("(track_id is null or track_id not in (select track_id from gone_tracks))")
    return " and ".join(conditions) or "true"
