"""Run the project with dbt itself, in this process, on a home of its own."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from tests.conftest import PARSED, keep_parsed
from tests.paths import ROOT

PROJECT = ROOT / "dbt_project"


def run_dbt(home: Path, *arguments: str, variables: dict[str, Any] | None = None, **environment: str) -> Any:
    """Run one dbt command and return dbt's own result; `environment` holds for its time."""
    places = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    places += ["--target-path", str(home / "target"), "--log-path", str(home / "logs")]
    options = ["--vars", json.dumps(variables or {}), "--quiet", "--no-use-colors"]
    parsed = parsed_with(options[1])
    # Its log of every event and its artefacts take a fifth of the run.
    quiet = {"DBT_LOG_LEVEL_FILE": "none", "DBT_WRITE_JSON": "false"}
    with _environment(quiet | environment | {"SPOTIFLOW_HOME": str(home), PARSED: str(parsed)}):
        try:
            return dbtRunner().invoke([*arguments, *places, *options])
        finally:
            DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
            keep_parsed(home, parsed)


def parsed_with(variables: str = "{}") -> Path:
    """Where the project is kept as dbt parsed it with these variables, for all homes of the test run."""
    digest = hashlib.sha256(variables.encode()).hexdigest()[:12]
    place = Path(os.environ[PARSED]).with_name(f"parsed-{digest}.msgpack")
    place.touch()
    return place


def build_dbt(
    home: Path, *arguments: str, variables: dict[str, Any] | None = None, **environment: str
) -> Any:
    """As run_dbt with `build` and without unit tests; nothing may fail."""
    words = ("build", "--exclude-resource-type", "unit_test", *arguments)
    done = run_dbt(home, *words, variables=variables, **environment)
    failed = [
        (entry.node.name, entry.message) for entry in done.result or () if entry.status in ("error", "fail")
    ]
    assert done.success, failed or done.exception
    return done


def query(home: Path, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """Return the rows of a query on the warehouse of that home."""
    with duckdb.connect(str(home / "spotiflow.duckdb"), read_only=True) as db:
        db.execute("set TimeZone = 'UTC'")
        return db.execute(sql, list(values)).fetchall()


def contents(home: Path, *schemas: str) -> dict[str, list[str]]:
    """Every table as sorted text, doubles to nine places: parallel sums differ in the last bits.

    Of schemas bronze and silver, or of those given.
    """
    found = {}
    tables = query(
        home,
        "select schema_name, table_name from duckdb_tables() where schema_name in (select unnest(?))",
        list(schemas or ("bronze", "silver")),
    )
    for schema, table in tables:
        columns = query(
            home,
            "select column_name, data_type from duckdb_columns() where schema_name = ? and table_name = ?",
            schema,
            table,
        )
        # Plus nothing: minus nothing is the same number.
        shown = [f"round({name}, 9) + 0" if kind == "DOUBLE" else name for name, kind in columns]
        rows = query(home, f"select ({', '.join(shown)})::varchar from {schema}.{table} order by all")
        found[f"{schema}.{table}"] = [row[0] for row in rows]
    return found


def copy_home(home: Path, place: Path) -> Path:
    """Return a copy that a test may change; what dbt parsed comes along."""
    shutil.copytree(home, place, ignore=shutil.ignore_patterns("logs", "run", "compiled"))
    return place


@contextmanager
def _environment(wanted: dict[str, str]) -> Iterator[None]:
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
