"""The record of one ingest in raw.ingest_runs, and the listener it is for."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

import duckdb

from spotiflow.core.console import log
from spotiflow.core.settings import Settings
from spotiflow.core.transactions import transaction
from spotiflow.ingest.listeners import ensure_listener, set_time_zone
from spotiflow.warehouse.run_log import utc_now

_BEGIN_RUN = """
insert into raw.ingest_runs (run_id, source, input, started_at, status) values (?, ?, ?, ?, 'running')
"""
# A member of an archive may be there twice under one name; a file of a run is one row.
_NOT_READ = """
insert into raw.ingest_files by name
select distinct on (file_name)
    $run_id as run_id, $listener_id as listener_id, file_name, kind, 0 as rows_read, 0 as rows_kept,
    0 as rows_known, 0 as rows_podcast, 0 as rows_audiobook, 0 as rows_video, 0 as rows_skipped,
    0 as rows_rejected, status
from (select unnest($names) as file_name, unnest($kinds) as kind, unnest($states) as status)
anti join (select file_name from raw.ingest_files where run_id = $run_id) using (file_name)
"""
_FINISH_RUN = "update raw.ingest_runs set finished_at = ?, status = ? where run_id = ?"


def begin_run(db: duckdb.DuckDBPyConnection, run_id: str, source: str, given: str) -> None:
    """Record that a run began; a killed one stays `running`. `given` names the inputs without folders."""
    db.execute(_BEGIN_RUN, [run_id, source, given, utc_now()])


def finish_run(db: duckdb.DuckDBPyConnection, run_id: str, status: str) -> None:
    """Record how a run ended: `ok`, `partial` (a file could not be read completely) or `failed`."""
    db.execute(_FINISH_RUN, [utc_now(), status, run_id])


@dataclass
class HistoryRun:
    """One import of a listener's plays. Nothing is written before the first file turns out to be readable.

    `source` is the kind of import, `given` names its inputs, `zone` is the listener's time zone where known.
    """

    db: duckdb.DuckDBPyConnection
    settings: Settings
    source: str
    given: str
    listener_id: str
    zone: str | None = None
    run_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    has_begun: bool = False

    def begin(self) -> None:
        """Write down that the run began, and make the default listener when missing; only the first time."""
        if self.has_begun:
            return
        with transaction(self.db):
            ensure_listener(self.db, self.listener_id, self.settings)
            if self.zone:
                set_time_zone(self.db, self.listener_id, self.zone)
            begin_run(self.db, self.run_id, self.source, self.given)
        self.has_begun = True

    def fail(self) -> None:
        """Write down that the run failed, where that can be written still."""
        try:
            self.finish("failed")
        except duckdb.Error as error:
            log.error("a failed import could not be recorded: %s", type(error).__name__)

    def finish(self, status: str) -> None:
        """Write down how the run ended, if it began."""
        if self.has_begun:
            finish_run(self.db, self.run_id, status)


def store_not_read(run: HistoryRun, others: list[tuple[str, str]], unreadable: list[str]) -> None:
    """Write down the files of an import that held no history, with what they are, and the unreadable ones."""
    if not (others or unreadable):
        return
    values = {
        "run_id": run.run_id,
        "listener_id": run.listener_id,
        "names": [name for name, _ in others] + unreadable,
        "kinds": [kind for _, kind in others] + [None] * len(unreadable),
        "states": ["not_read"] * len(others) + ["unreadable"] * len(unreadable),
    }
    run.db.execute(_NOT_READ, values)
