"""dbt in this process: the same project that plain `dbt build` runs, with our progress and our sentences."""

from __future__ import annotations

import gc
import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import duckdb

from core.built_inputs import PROJECT_DIR, built_inputs, current_inputs, record_built, variables
from core.console import log, progress
from core.database import open_warehouse
from core.errors import BuildError, InputError, UsageError
from core.settings import Settings

LAYERS = ("bronze", "silver", "gold")
BRANCHES = ("descriptive", "diagnostic", "predictive", "prescriptive", "cognitive")
# Models that read schema ml carry this tag: they are built again after training.
FROM_ML = "tag:from_ml"
SYNTHETIC_MODEL = "my_tracks_features_bronze_synthetic"
SLOWEST_SHOWN = 3


@dataclass(frozen=True)
class NodeResult:
    """How one model or test ended."""

    name: str
    kind: str
    status: str
    seconds: float
    message: str


@dataclass
class BuildResult:
    """What one `dbt build` did."""

    seconds: float = 0.0
    nodes: list[NodeResult] = field(default_factory=list)
    # Tracks that had synthetic features before this build.
    synthetic_before: int = 0

    @property
    def models(self) -> list[NodeResult]:
        """The models among the nodes."""
        return [node for node in self.nodes if node.kind == "model"]

    @property
    def n_tests_passed(self) -> int:
        """Data tests that passed."""
        return sum(node.kind == "test" and node.status == "pass" for node in self.nodes)

    @property
    def warnings(self) -> list[NodeResult]:
        """Tests of severity warn that found something."""
        return [node for node in self.nodes if node.status == "warn"]

    @property
    def slowest(self) -> list[NodeResult]:
        """The slowest models, slowest first."""
        return sorted(self.models, key=lambda node: (-node.seconds, node.name))[:SLOWEST_SHOWN]

    def to_dict(self) -> dict[str, Any]:
        """Return the result as `--json` prints it."""
        return {
            "models": len(self.models),
            "tests_passed": self.n_tests_passed,
            "warnings": [node.name for node in self.warnings],
            "seconds": round(self.seconds, 2),
            "slowest": {node.name: round(node.seconds, 2) for node in self.slowest},
        }


def build(
    settings: Settings,
    *,
    layer: str | None = None,
    branch: str | None = None,
    select: str | None = None,
    full_refresh: bool = False,
) -> BuildResult:
    """Build models and run their data tests; a layer or branch comes with everything it needs.

    `select` is dbt's own selection syntax. Raises UsageError for a layer or branch that does not exist,
    BuildError with the first failure in words.
    """
    # The JSON artefacts serve the documentation, and `docs generate` writes its own.
    arguments = ["build", "--exclude-resource-type", "unit_test", "--no-write-json"]
    selection = _selection(layer, branch, select)
    if selection:
        arguments += ["--select", *selection]
    if full_refresh:
        arguments.append("--full-refresh")
    with open_warehouse(settings) as db:
        inputs, known = current_inputs(db, settings), built_inputs(db)
    result = invoke(settings, arguments)
    # A part of the tables says nothing of the others: they have to be built from the same already.
    unchanged = {part for part in inputs if inputs[part] == known.get(part)}
    if not selection or unchanged | ({"ml"} if selection == [FROM_ML] else set()) == set(inputs):
        with open_warehouse(settings) as db:
            record_built(db, inputs)
    return result


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
    _raise_for(outcome, result, settings)
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
    gc.disable()
    try:
        yield
    finally:
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


def _raise_for(outcome: Any, result: BuildResult, settings: Settings) -> None:
    if isinstance(outcome.exception, BaseException):
        log.error("dbt: %s", outcome.exception)
        raise _build_error(str(outcome.exception), settings) from outcome.exception
    for entry in getattr(outcome.result, "results", None) or []:
        node = entry.node
        status = getattr(entry.status, "value", str(entry.status))
        result.nodes.append(
            NodeResult(node.name, node.resource_type.value, status, entry.execution_time, entry.message or "")
        )
    failed = [node for node in result.nodes if node.status in ("error", "fail")]
    if failed:
        raise _failure(failed, result, settings)
    if not outcome.success:
        raise _build_error("dbt stopped without naming a model", settings)
    if not result.nodes and "build" in str(getattr(outcome.result, "args", {}).get("which", "")):
        raise InputError(
            "The selection matches no model.",
            hint="See the names with: spotiflow tables (or use dbt's syntax).",
        )


def _failure(failed: list[NodeResult], result: BuildResult, settings: Settings) -> BuildError:
    for node in failed:
        log.error("%s %s: %s", node.kind, node.name, node.message)
    first = failed[0]
    what = "data test" if first.kind == "test" else first.kind
    reason = " ".join(first.message.split())[:300]
    skipped = sum(node.status == "skipped" for node in result.nodes)
    more = f" ({len(failed) - 1} more failed, {skipped} skipped)" if len(failed) > 1 or skipped else ""
    return BuildError(
        f"The {what} {first.name} failed: {reason}{more}.",
        hint=f"Details are in {settings.logs_dir / 'dbt.log'}; what did not depend on it was built.",
    )


def _build_error(text: str, settings: Settings) -> BuildError:
    reason = " ".join(text.split())[:300]
    return BuildError(
        f"dbt could not build: {reason}.", hint=f"Details are in {settings.logs_dir / 'dbt.log'}."
    )
