"""dbt in this process: the same project that plain `dbt build` runs, with our progress and our sentences."""

from __future__ import annotations

import gc
import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb

from spotiflow.core.console import progress
from spotiflow.core.errors import DataTestError, UsageError
from spotiflow.core.settings import Settings
from spotiflow.transform.fingerprints import (
    PROJECT_DIR,
    built_inputs,
    changed_tables,
    current_inputs,
    is_of_models,
    record_built,
    variables,
)
from spotiflow.transform.outcome import BuildResult, raise_for
from spotiflow.warehouse.database import open_warehouse

LAYERS = ("bronze", "silver", "gold")
BRANCHES = ("descriptive", "diagnostic", "predictive", "prescriptive", "cognitive")
# Models that read schema ml carry this tag: they are built again after training.
FROM_ML = "tag:from_ml"
SYNTHETIC_MODEL = "my_tracks_features_bronze_synthetic"


def build(
    settings: Settings,
    *,
    layer: str | None = None,
    branch: str | None = None,
    select: str | None = None,
    full_refresh: bool = False,
) -> BuildResult:
    """Build models and run their data tests; a layer or branch comes with everything it needs.

    Without any choice: what hangs on the tables that have changed since the last build, with all tests that
    read any of it; where nothing has changed, the models themselves have, or with `full_refresh`: everything.
    With `select` FROM_ML, where only schema ml has changed, the same of what hangs on that.
    `select` is dbt's own selection syntax. Raises UsageError for a layer or branch that does not
    exist, BuildError with the first failure in words; a DataTestError knows what was built from.
    """
    # The JSON artefacts serve the documentation, and `docs generate` writes its own.
    arguments = ["build", "--exclude-resource-type", "unit_test", "--no-write-json"]
    selection = _selection(layer, branch, select)
    with open_warehouse(settings) as db:
        inputs = current_inputs(db, settings)
        changed = changed_tables(inputs, built_inputs(db))
    if full_refresh:
        arguments.append("--full-refresh")
    if not full_refresh and (not selection or (selection == [FROM_ML] and _is_only_of_models(changed))):
        arguments += what_hangs_on(changed)
    elif selection:
        arguments += ["--select", *selection]
    try:
        result = invoke(settings, arguments)
    except DataTestError as error:
        error.inputs = inputs if selection in ([], [FROM_ML]) else {}
        raise
    if not selection or _is_rest_current(changed, selection):
        with open_warehouse(settings) as db:
            record_built(db, inputs)
    return result


def what_hangs_on(changed: set[str] | None) -> list[str]:
    """Return the arguments that build what hangs on changed tables; none where everything has to be built."""
    if not changed:
        return []
    # The other tables of a test are there, unchanged, from the build before.
    return ["--indirect-selection", "eager", "--select", *(f"source:{table}+" for table in sorted(changed))]


def _is_rest_current(changed: set[str] | None, selection: list[str]) -> bool:
    """Whether all that was not selected was built from the same already."""
    if changed is None:
        return False
    return not changed or (selection == [FROM_ML] and _is_only_of_models(changed))


def _is_only_of_models(changed: set[str] | None) -> bool:
    return bool(changed) and all(map(is_of_models, changed or ()))


def invoke(settings: Settings, arguments: Sequence[str]) -> BuildResult:
    """Run one dbt command on the warehouse of `settings` and let go of the file afterwards."""
    result = BuildResult()
    # Creates or migrates the file and finds out now, in our words, when somebody else holds it.
    with open_warehouse(settings) as db:
        result.synthetic_before = _count_synthetic(db)
    started = time.monotonic()
    with _environment(settings), _garbage_kept():
        outcome = _run(settings, arguments)
    result.seconds = time.monotonic() - started
    raise_for(outcome, result, settings)
    return result


def _count_synthetic(db: duckdb.DuckDBPyConnection) -> int:
    try:
        row = db.execute(f"select count(*) from bronze.{SYNTHETIC_MODEL}").fetchone()
    except duckdb.CatalogException:
        return 0
    return int(row[0]) if row else 0


def _run(settings: Settings, arguments: Sequence[str]) -> Any:
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    with progress("Building models" if arguments[0] == "build" else "Reading the models") as advance:

        def on_event(event: Any) -> None:
            if event.info.name == "NodeFinished":
                advance(1)

        try:
            return dbtRunner(callbacks=[on_event]).invoke([*arguments, *_flags(settings)])
        finally:
            DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]


def _flags(settings: Settings) -> list[str]:
    flags = ["--project-dir", str(PROJECT_DIR), "--profiles-dir", str(PROJECT_DIR)]
    flags += ["--target-path", str(settings.target_dir), "--log-path", str(settings.logs_dir)]
    flags += ["--vars", json.dumps(variables(settings)), "--no-use-colors", "--log-level", "none"]
    return [*flags, "--log-level-file", "info"]


@contextmanager
def _garbage_kept() -> Iterator[None]:
    """Do not look for garbage: among dbt's millions of small objects that takes a tenth of the run."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextmanager
def _environment(settings: Settings) -> Iterator[None]:
    """Show the settings to profiles.yml, which reads the environment, for the time of one run."""
    wanted = {
        "SPOTIFLOW_HOME": str(settings.home),
        "SPOTIFLOW_MEMORY_LIMIT": settings.memory_limit,
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    if settings.threads:
        # The first is for DuckDB (core.dbt_plugin), the second for dbt (profiles.yml).
        wanted |= dict.fromkeys(("SPOTIFLOW_THREADS", "SPOTIFLOW_DBT_THREADS"), str(settings.threads))
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _selection(layer: str | None, branch: str | None, select: str | None) -> list[str]:
    for value, allowed, what in ((layer, LAYERS, "layer"), (branch, BRANCHES, "branch")):
        if value is not None and value not in allowed:
            raise UsageError(f"There is no {what} '{value}'.", hint=f"Choose one of {', '.join(allowed)}.")
    chosen = [f"+tag:{value}" for value in (layer, branch) if value]
    return chosen + (select.split() if select else [])
