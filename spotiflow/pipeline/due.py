"""What makes a stage due: digests of what it works on, against those the run log remembers. It only reads."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from typing import Any

import duckdb

from spotiflow.core.errors import NotFoundError, StillFailingError
from spotiflow.core.settings import Settings
from spotiflow.pipeline.stage import Job
from spotiflow.transform.fingerprints import (
    as_one,
    built_inputs,
    changed_tables,
    current_inputs,
    is_of_models,
)
from spotiflow.warehouse.database import open_warehouse
from spotiflow.warehouse.run_log import utc_now

_LAST_INPUTS = """
select inputs from raw.stage_runs
where stage = ? and inputs is not null and status in ('ok', 'partial')
order by started_at desc limit 1
"""
# The last training of everything.
_LAST_TRAINING = """
select max(started_at) from raw.stage_runs
where stage = 'train' and inputs is not null and status in ('ok', 'partial')
"""
_LAST_BUILD = "select max(started_at) from raw.stage_runs where stage = 'build' and status = 'ok'"
_LAST_END = (
    "select status, inputs, detail from raw.stage_runs where stage = ? order by started_at desc limit 1"
)
_CATALOGUE = "select max(run_id), count(*) from raw.kaggle_tracks"
_LISTENERS = "select list(distinct listener_id order by listener_id) from silver.plays where is_music"


def build_not_due(job: Job) -> str | None:
    """Say why nothing has to be built; what only models have changed is for the stage `rebuild`.

    Raises StillFailingError where a data test failed last time and nothing has changed since.
    """
    changed = changes(job.settings)
    if changed is not None and all(map(is_of_models, changed)):
        return "the same rows, models and settings as last time"
    _refuse_to_fail_again(job.settings, "build")
    return None


def training_not_due(job: Job) -> str | None:
    """Say why no model has to be fitted: no catalogue, or trained today already from the same.

    What is about listeners is fitted again on the first run of a day after new tables were built.
    """
    inputs = training_inputs(job.settings)
    if inputs is None:
        return "no catalogue to learn from (spotiflow ingest kaggle PATH)"
    if _unchanged(job.settings, "train", inputs, "") is None:
        return None
    trained, built = (_time(job.settings, sql) for sql in (_LAST_TRAINING, _LAST_BUILD))
    if trained is None or built is None or built < trained:
        return "same catalogue, same code"
    if _local_day(trained) < _local_day(utc_now()):
        return None
    return "same catalogue, same code; new plays are trained on once a day"


def _time(settings: Settings, sql: str) -> datetime | None:
    found = _ask(settings, sql)
    return found[0] if found else None


def _local_day(moment: datetime) -> date:
    """Return the day of a moment in UTC where this machine is."""
    return moment.replace(tzinfo=UTC).astimezone().date()


def scoring_not_due(job: Job) -> str | None:
    """Say why forecasts and predictions can stay as they are."""
    if "train" in job.changed:
        return "done by the training"
    inputs = scoring_inputs(job.settings)
    if inputs is None:
        return "nothing is built yet"
    return _unchanged(job.settings, "score", inputs, "no new tables, no new models")


def rebuild_not_due(job: Job) -> str | None:
    """Say why the tables that read schema ml are as new as the models. Raises as `build_not_due`."""
    if build_is_current(job.settings):
        return "no new figures of models"
    inputs = model_rows(job.settings)
    if inputs is None:
        return "no models yet"
    reason = _unchanged(job.settings, "rebuild", inputs, "no new figures of models")
    if reason is None:
        _refuse_to_fail_again(job.settings, "rebuild")
    return reason


def _refuse_to_fail_again(settings: Settings, stage: str) -> None:
    last = _ask(settings, _LAST_END, [stage])
    if last is None or last[0] != "failed" or last[1] is None:
        return
    with open_warehouse(settings, read_only=True) as db:
        if as_one(current_inputs(db, settings)) != last[1]:
            return
    raise StillFailingError(
        f"{stage} failed a data test last time; inputs unchanged. {last[2]}",
        hint="Mend the rows or rules it names, and the next run builds; to try all the same: spotiflow build",
    )


def build_is_current(settings: Settings) -> bool:
    """Return whether a build of everything would give the tables that are there.

    True after a build of everything that succeeded, while neither the rows it read nor the models nor the
    settings they take have changed since, and nobody built with others. False without a warehouse. Reads the
    file only: 0.1 s for 200,000 plays. Raises WarehouseBusyError, WarehouseError.
    """
    return changes(settings) == set()


def changes(settings: Settings) -> set[str] | None:
    """Return the tables that have other rows than those built from; None where everything has to be built."""
    if not settings.database_path.exists():
        return None
    with open_warehouse(settings, read_only=True) as db:
        known = built_inputs(db)
        return changed_tables(current_inputs(db, settings), known) if known else None


def training_inputs(settings: Settings) -> str | None:
    """Digest the catalogue, the code that trains, and who there is to train for; None without a catalogue."""
    from spotiflow.ml.engine.code_versions import all_code
    from spotiflow.ml.engine.versions import library_versions

    found = _ask(settings, _CATALOGUE)
    if not found or not found[1]:
        return None
    return _digest(found, _ask(settings, _LISTENERS), all_code(), library_versions())


def scoring_inputs(settings: Settings) -> str | None:
    """Digest the last build and the training; None before the first build."""
    found = _ask(settings, _LAST_BUILD)
    if not found or found[0] is None:
        return None
    return _digest(found, training_inputs(settings))


def model_rows(settings: Settings) -> str | None:
    """Digest the state of schema ml: what is newest in each table and how much there is; None for nothing."""
    try:
        with open_warehouse(settings, read_only=True) as db:
            found = _newest(db)
    except NotFoundError:
        return None
    return _digest(*found) if any(n_rows for n_rows, _ in found) else None


def _newest(db: duckdb.DuckDBPyConnection) -> list[Any]:
    tables = db.execute(
        "select table_name from duckdb_columns() where schema_name = 'ml' and column_name = 'created_at' "
        "order by table_name"
    ).fetchall()
    return [db.execute(f"select count(*), max(created_at) from ml.{name}").fetchone() for (name,) in tables]


def _unchanged(settings: Settings, stage: str, inputs: str, reason: str) -> str | None:
    last = _ask(settings, _LAST_INPUTS, [stage])
    return reason if last and last[0] == inputs else None


def _ask(settings: Settings, sql: str, values: list[Any] | None = None) -> tuple[Any, ...] | None:
    try:
        with open_warehouse(settings, read_only=True) as db:
            return db.execute(sql, values).fetchone()
    except (NotFoundError, duckdb.CatalogException):
        return None


def _digest(*parts: Any) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
