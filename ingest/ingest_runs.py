"""The record of one ingest in raw.ingest_runs."""

from __future__ import annotations

import duckdb

from core.runs import utc_now

_BEGIN_RUN = """
insert into raw.ingest_runs (run_id, source, input, started_at, status) values (?, ?, ?, ?, 'running')
"""
_FINISH_RUN = "update raw.ingest_runs set finished_at = ?, status = ? where run_id = ?"


def begin_run(db: duckdb.DuckDBPyConnection, run_id: str, source: str, given: str) -> None:
    """Record that a run began; a killed one stays `running`. `given` names the inputs without folders."""
    db.execute(_BEGIN_RUN, [run_id, source, given, utc_now()])


def finish_run(db: duckdb.DuckDBPyConnection, run_id: str, status: str) -> None:
    """Record how a run ended: `ok`, `partial` (a file could not be read completely) or `failed`."""
    db.execute(_FINISH_RUN, [utc_now(), status, run_id])
