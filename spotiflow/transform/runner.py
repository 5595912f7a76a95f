"""dbt in this process: the same project that plain `dbt build` runs, with our progress and our sentences."""

from __future__ import annotations

import gc
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb

from spotiflow.core.console import progress
from spotiflow.core.errors import DataTestError, UsageError
from spotiflow.core.interruption import interruption
from spotiflow.core.settings import Settings
from spotiflow.transform.counted_anew import counted_anew, plays_by_older_rules
from spotiflow.transform.dbt_log import dbt_log
from spotiflow.transform.feature_sources import count_synthetic, read_feature_sources
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
    result = BuildResult()
    with open_warehouse(settings) as db:
        inputs = current_inputs(db, settings)
        changed = changed_tables(inputs, built_inputs(db))
        result.synthetic_before = count_synthetic(db) or 0
        older = plays_by_older_rules(db)
    if full_refresh:
        arguments.append("--full-refresh")
    if not full_refresh and (not selection or (selection == [FROM_ML] and _is_only_of_models(changed))):
        arguments += what_hangs_on(changed)
    elif selection:
        arguments += ["--select", *selection]
    try:
        with _invoked(settings, arguments, result) as db:
            if db is None:
                return result
            result.features = read_feature_sources(db)
            result.counted_anew = counted_anew(db, older)
            if not selection or _is_rest_current(changed, selection):
                record_built(db, inputs)
    except DataTestError as error:
        error.inputs = inputs if selection in ([], [FROM_ML]) else {}
        raise
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
    with _invoked(settings, arguments, result):
        return result


@contextmanager
def _invoked(
    settings: Settings, arguments: Sequence[str], result: BuildResult
) -> Iterator[duckdb.DuckDBPyConnection | None]:
    """Run one dbt command and yield its connection: what is asked of the file then needs no second opening.

    None where the command opened no file. Raises as `raise_for`, and KeyboardInterrupt where it was
    interrupted.
    """
    started = time.monotonic()
    with _environment(settings), _garbage_kept(), _let_go_of_file() as connection:
        outcome = _run(settings, arguments)
        result.seconds = time.monotonic() - started
        if interrupted := interruption():
            # dbt ends with an error of its own that says nothing.
            raise interrupted
        raise_for(outcome, result, settings, connection())
        yield connection()


@contextmanager
def _let_go_of_file() -> Iterator[Callable[[], duckdb.DuckDBPyConnection | None]]:
    """Yield what returns dbt's connection (None before it has one); close that at the end."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager as Manager

    def connection() -> duckdb.DuckDBPyConnection | None:
        open_one = getattr(Manager._ENV, "conn", None)
        return open_one.cursor() if open_one is not None else None

    try:
        yield connection
    finally:
        Manager.close_all_connections()  # type: ignore[no-untyped-call]


def _run(settings: Settings, arguments: Sequence[str]) -> Any:
    from dbt.cli.main import dbtRunner

    what = "Building models" if arguments[0] == "build" else "Reading the models"
    with dbt_log(settings) as keep, progress(what) as advance:

        def on_event(event: Any) -> None:
            if event.info.name == "NodeFinished":
                advance(1)

        return dbtRunner(callbacks=[on_event, keep]).invoke([*arguments, *_flags(settings)])


def _flags(settings: Settings) -> list[str]:
    flags = ["--project-dir", str(PROJECT_DIR), "--profiles-dir", str(PROJECT_DIR)]
    flags += ["--target-path", str(settings.target_dir), "--log-path", str(settings.logs_dir)]
    flags += ["--vars", json.dumps(variables(settings)), "--no-use-colors", "--log-level", "none"]
    if settings.threads:
        flags += ["--threads", str(settings.threads)]
    return [*flags, "--log-level-file", "none"]


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
    """Show the settings to profiles.yml and its plugin for the time of one run: they read the environment."""
    wanted = {
        "SPOTIFLOW_HOME": str(settings.home),
        "SPOTIFLOW_MEMORY_LIMIT": settings.memory_limit,
        "SPOTIFLOW_LOCK_WAIT_SECONDS": str(settings.lock_wait_seconds),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    if settings.threads:
        wanted["SPOTIFLOW_THREADS"] = str(settings.threads)
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
