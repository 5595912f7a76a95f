"""What one run of dbt did, and its first failure in words."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import Any

import duckdb

from spotiflow.core.console import log
from spotiflow.core.disk_errors import refusal
from spotiflow.core.errors import BuildError, DataTestError, InputError, SpotiflowError
from spotiflow.core.settings import Settings
from spotiflow.transform.feature_sources import FeatureSources
from spotiflow.transform.table_results import table_results

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
    features: FeatureSources = field(default_factory=FeatureSources)
    # Tracks that had synthetic features before this build.
    synthetic_before: int = 0
    # Plays as older rules counted them before this build, and as the new ones do; None where nothing changed.
    counted_anew: tuple[int, int] | None = None

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


def raise_for(
    outcome: Any, result: BuildResult, settings: Settings, db: duckdb.DuckDBPyConnection | None
) -> None:
    """Fill `result` with what dbt did; raise BuildError where something failed, in words.

    `db` is dbt's connection, None where it opened none. DataTestError where those were data tests only,
    InputError when nothing was selected, and whatever kept dbt from the file as its own error.
    """
    if isinstance(outcome.exception, BaseException):
        log.error("dbt: %s", outcome.exception)
        raise _own_error(outcome.exception, settings) or _build_error(str(outcome.exception), settings)
    for entry in getattr(outcome.result, "results", None) or []:
        node = entry.node
        status = getattr(entry.status, "value", str(entry.status))
        result.nodes.append(
            NodeResult(node.name, node.resource_type.value, status, entry.execution_time, entry.message or "")
        )
    failed = [node for node in result.nodes if node.status in ("error", "fail")]
    if failed:
        raise _failure(failed, result, settings, db)
    if not outcome.success:
        raise _build_error("dbt stopped without naming a model", settings)
    if not result.nodes and "build" in str(getattr(outcome.result, "args", {}).get("which", "")):
        raise InputError(
            "The selection matches no model.",
            hint="See the names with: spotiflow tables (or use dbt's syntax).",
        )


def _own_error(error: BaseException, settings: Settings) -> BaseException | None:
    """Return what our plugin, a signal or the disk raised inside dbt, which wraps it in errors of its own."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, SpotiflowError | KeyboardInterrupt):
            return cause
        if full := refusal(cause, settings.home):
            return full
        cause = cause.__cause__ or cause.__context__
    # Of an error of the system dbt keeps the text only.
    number = re.match(r"\[Errno (\d+)\]", str(error))
    return refusal(OSError(int(number[1]), os.strerror(int(number[1]))), settings.home) if number else None


def _failure(
    failed: list[NodeResult], result: BuildResult, settings: Settings, db: duckdb.DuckDBPyConnection | None
) -> BuildError:
    for node in failed:
        log.error("%s %s: %s", node.kind, node.name, node.message)
    first = failed[0]
    what = "data test" if first.kind == "test" else first.kind
    reason = " ".join(first.message.split())[:300]
    skipped = sum(node.status == "skipped" for node in result.nodes)
    counts = ((len(failed) - 1, "more failed"), (skipped, "skipped"))
    others = ", ".join(f"{n} {what}" for n, what in counts if n)
    more = f" ({others})" if others else ""
    is_data = all((node.kind, node.status) == ("test", "fail") for node in failed)
    return (DataTestError if is_data else BuildError)(
        f"The {what} {first.name} failed: {reason}{more}.{_what_is_left(db) if db else ''}",
        hint=f"Details are in {settings.logs_dir / 'dbt.log'}; what did not depend on it was built.",
    )


def _what_is_left(db: duckdb.DuckDBPyConnection) -> str:
    """Say of the tables that this build could not make again since when they have the rows they have."""
    tables = table_results(db)
    latest = max((table.tried_at for table in tables), default=None)
    old = [table for table in tables if table.tried_at == latest and table.status != "ok"]
    # The one that failed itself before those that only needed it.
    kept = sorted((table for table in old if table.good_at), key=lambda table: table.status)
    gone = [table.name for table in old if table.status == "missing"]
    words = ""
    if kept:
        others = f", as do {len(kept) - 1} more with theirs" if len(kept) > 1 else ""
        words += f" {kept[0].name} keeps the rows of {kept[0].good_at:%Y-%m-%d %H:%M} UTC{others}."
    if gone:
        words += f" There was no earlier {', '.join(gone)} to go back to."
    return words


def _build_error(text: str, settings: Settings) -> BuildError:
    reason = " ".join(text.split())[:300]
    return BuildError(
        f"dbt could not build: {reason}.", hint=f"Details are in {settings.logs_dir / 'dbt.log'}."
    )
