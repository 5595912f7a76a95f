"""Which rows are theirs: those that name a listener, and those that only their listening explains."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from spotiflow.people.forget.words import Words
from spotiflow.people.forgotten_paths import DIGEST_SQL

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
# Models that learned from listening have learned from theirs; the others know the catalogue only.
_OF_THE_CATALOGUE = "model in (select unnest($models))"
_WHOLE_TABLES = {
    # They speak of bronze, silver and gold, which are dropped.
    "raw.built_inputs": "false",
    "raw.build_results": "false",
    "ml.model_versions": _OF_THE_CATALOGUE,
    "ml.model_aliases": _OF_THE_CATALOGUE,
    "ml.model_metrics": _OF_THE_CATALOGUE,
    # The notes of the others name listeners, and there is nothing they stand for any more.
    "ml.task_runs": "task in (select unnest($models))",
}
# Words of ours that may name somebody. A file keeps a digest of its path, so that no run takes it in again.
_WORDS = {
    "raw.runs": {"detail": "null"},
    "raw.stage_runs": {"detail": "null"},
    "raw.ingest_runs": {"input": "null"},
    "raw.ingest_files": {"file_name": "digest_of(file_name)"},
    "raw.rejected_rows": {"file_name": "digest_of(file_name)"},
    "raw.source_files": {"path": "digest_of(path)", "detail": "null"},
}


def copy_rows(
    db: duckdb.DuckDBPyConnection, names: Sequence[str], words: Words, models: Sequence[str]
) -> dict[str, int]:
    """Copy what stays from `old` to the database in use, table by table; return how many rows did not.

    names: the listeners, who are in the temporary table `gone_listeners` then. words: how words of ours may
    name them. models: those that learned from the catalogue only, and the tasks that make them.
    """
    db.execute("create or replace temp table gone_listeners as select unnest(?) as listener_id", [names])
    for statement in (_TRACKS_OF_PEOPLE, _GONE, _GONE_RUNS):
        db.execute(statement)
    db.execute(f"create or replace temp macro digest_of(words) as {DIGEST_SQL.format('words')}")
    db.execute(f"create or replace temp macro names_them(words) as {words.sql('words')}")
    removed = {}
    for schema, name, columns in db.execute(_COLUMNS).fetchall():
        table = f"{schema}.{name}"
        condition = _condition(schema, table, frozenset(columns))
        values = {"models": list(models)} if "$models" in condition else {}
        query = f"select {_columns(table)} from old.{table} where {condition}"
        db.execute(f"insert into {table} by name {query}", values)
        ((n_gone,),) = db.execute(
            f"select (select count(*) from old.{table}) - (select count(*) from {table})"
        ).fetchall()
        if n_gone:
            removed[table] = n_gone
    return removed


def _columns(table: str) -> str:
    replaced = [
        f"case when names_them({column}) then {instead} else {column} end as {column}"
        for column, instead in _WORDS.get(table, {}).items()
    ]
    return f"* replace ({', '.join(replaced)})" if replaced else "*"


def _condition(schema: str, table: str, columns: frozenset[str]) -> str:
    conditions = [_WHOLE_TABLES[table]] if table in _WHOLE_TABLES else []
    if "listener_id" in columns:
        conditions.append("(listener_id is null or listener_id not in (from gone_listeners))")
    elif "run_id" in columns:
        conditions.append("run_id not in (select run_id from gone_runs)")
    if "track_id" in columns and schema == "ml":
        conditions.append(f"({_EXPLAINED})")
    elif "track_id" in columns and "listener_id" not in columns:
        conditions.append("(track_id is null or track_id not in (select track_id from gone_tracks))")
    return " and ".join(conditions) or "true"
