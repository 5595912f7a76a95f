"""What training writes into the warehouse: everything of one training in one short transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import duckdb
import pandas as pd

from spotiflow.core.errors import NotFoundError
from spotiflow.core.settings import Settings
from spotiflow.core.transactions import transaction
from spotiflow.ml.data.catalogue import Catalogue
from spotiflow.ml.data.evaluate import NO_LISTENER
from spotiflow.ml.engine.people import People, people_in
from spotiflow.ml.engine.sources import TaskRun
from spotiflow.ml.engine.versions import Alias, Version, write_registry
from spotiflow.warehouse.database import open_warehouse


@dataclass(frozen=True)
class Write:
    """Rows for one table of schema ml, without created_at.

    first: statement that is run before the rows are added and sees them as `new_rows`, such as a delete of
    what they replace. models: whose rows are replaced.
    """

    table: str
    rows: pd.DataFrame
    first: str = ""
    models: tuple[str, ...] = ()


@dataclass
class TrainingOutput:
    """What a training has made and not yet stored.

    code: version of the code of the task that runs now. models: of the new versions, by file name, as read
    from those files. notes: sentences on what could not be done and why, of the task that runs now.
    decisions: per model fitted now, why it is in use or not.
    people: who was there when the training read their listening.
    """

    now: datetime
    code: str = ""
    people: People = frozenset()
    catalogue: Catalogue | None = None
    versions: list[Version] = field(default_factory=list)
    models: dict[str, Any] = field(default_factory=dict)
    aliases: list[Alias] = field(default_factory=list)
    metrics: list[pd.DataFrame] = field(default_factory=list)
    writes: list[Write] = field(default_factory=list)
    runs: list[TaskRun] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    decisions: dict[str, str] = field(default_factory=dict)

    def replace(self, table: str, rows: pd.DataFrame, models: Sequence[str]) -> None:
        """Put rows of ml.<table> in the place of all that `models` have said there."""
        self.writes.append(Write(table, rows, models=tuple(models)))

    def add(self, table: str, rows: pd.DataFrame, first: str = "") -> None:
        """Add rows to ml.<table>, after running the statement `first`, which sees them as `new_rows`."""
        self.writes.append(Write(table, rows, first))

    def rows_for(self, table: str) -> pd.DataFrame:
        """Return what will be stored in ml.<table>, in one frame."""
        frames = [write.rows for write in self.writes if write.table == table]
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()

    @property
    def all_metrics(self) -> pd.DataFrame:
        """All new metric rows in one frame."""
        return pd.concat(self.metrics, ignore_index=True) if self.metrics else pd.DataFrame()


def store(settings: Settings, output: TrainingOutput) -> None:
    """Write everything or nothing. Model files are there already, so no row points at a missing one.

    Raises NotFoundError where a listener it was made from is gone by now; then its files are removed, too.
    """
    with open_warehouse(settings) as db, transaction(db):
        _refuse_who_is_gone(db, settings, output)
        _store_split(db, output)
        write_registry(db, output.versions, output.aliases)
        _store_metrics(db, output)
        for write in output.writes:
            _write(db, write, output.now)
        for run in output.runs:
            values = [run.task, run.digest, run.notes, output.now]
            db.execute("insert into ml.task_runs values (?, ?, ?, ?)", values)


def _refuse_who_is_gone(db: duckdb.DuckDBPyConnection, settings: Settings, output: TrainingOutput) -> None:
    """Nothing that was made from somebody comes back after they were forgotten, or under an old name."""
    gone = output.people - people_in(db)
    if not gone:
        return
    known = {name for (name,) in db.execute("select artifact from ml.model_versions").fetchall()}
    for version in output.versions:
        if version.artifact not in known:
            for name in (version.artifact, version.card):
                (settings.models_dir / str(name)).unlink(missing_ok=True)
    who = "A listener was" if len(gone) == 1 else f"{len(gone):,} listeners were"
    raise NotFoundError(
        f"{who} forgotten or renamed while models were made from their listening; nothing of it is stored.",
        hint="Train again for those who are there: spotiflow train",
    )


def _store_split(db: duckdb.DuckDBPyConnection, output: TrainingOutput) -> None:
    """Write the split of a catalogue the first time it is seen; later trainings find it frozen."""
    if output.catalogue is None:
        return
    split_id = output.catalogue.split_id
    if db.execute("select 1 from ml.catalogue_split where split_id = ? limit 1", [split_id]).fetchall():
        return
    _insert(db, "catalogue_split", output.catalogue.split_rows(), output.now)


def _store_metrics(db: duckdb.DuckDBPyConnection, output: TrainingOutput) -> None:
    """Add metric rows; a listener's figures on a version are replaced, as their history has grown."""
    rows = output.all_metrics
    if rows.empty:
        return
    db.register("new_metrics", rows)
    db.execute(
        """
        delete from ml.model_metrics using new_metrics
        where model_metrics.listener_id = new_metrics.listener_id
            and model_metrics.model = new_metrics.model and model_metrics.version = new_metrics.version
            and model_metrics.listener_id <> ?
        """,
        [NO_LISTENER],
    )
    known = db.execute(
        "select distinct model, version from ml.model_metrics where listener_id = '-'"
    ).fetchall()
    of_catalogue = rows["listener_id"] == NO_LISTENER
    is_known = pd.Series(list(zip(rows["model"], rows["version"], strict=True))).isin(known)
    _insert(db, "model_metrics", rows[~(of_catalogue & is_known)], output.now)


def _write(db: duckdb.DuckDBPyConnection, write: Write, now: datetime) -> None:
    if write.models:
        db.execute(f"delete from ml.{write.table} where list_contains(?, model)", [list(write.models)])
    _insert(db, write.table, write.rows, now, write.first)


def _insert(
    db: duckdb.DuckDBPyConnection, table: str, rows: pd.DataFrame, now: datetime, first: str = ""
) -> None:
    if rows.empty:
        return
    db.register("new_rows", rows.assign(created_at=pd.Timestamp(now)))
    if first:
        db.execute(first)
    db.execute(f"insert into ml.{table} by name select * from new_rows")
    db.unregister("new_rows")
