"""What the tables were built from, so that a build that would give the same can be left out.

A digest of the rows of every table that a model reads (`raw.listening_history`, ...), and one, `project`, of
the models themselves and the settings they take. A whole build writes them down (`raw.built_inputs`); they
hold until somebody builds with others.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb

from spotiflow.core.settings import Settings
from spotiflow.core.transactions import transaction
from spotiflow.warehouse.run_log import utc_now

_PACKAGE = Path(__file__).resolve().parent.parent
# Inside the package where it is installed, beside it in a checkout.
PROJECT_DIR = next(
    (place for place in (_PACKAGE / "dbt_project", _PACKAGE.parent / "dbt_project") if place.is_dir()),
    _PACKAGE / "dbt_project",
)
# What a build is made of; the tests decide what of it is kept.
PROJECT_FOLDERS = ("models", "macros", "tests")
PROJECT_SUFFIXES = (".sql", ".yml", ".py", ".csv")

PROJECT = "project"

Inputs = dict[str, str]


def variables(settings: Settings) -> dict[str, object]:
    """Return the dbt variables that settings decide."""
    return {
        "allow_synthetic": settings.allow_synthetic,
        "synthetic_scope": settings.synthetic_scope,
        "use_predictions": settings.use_predictions,
        "min_play_seconds": settings.min_play_seconds,
        "min_play_share": settings.min_play_share,
    }


def current_inputs(db: duckdb.DuckDBPyConnection, settings: Settings) -> Inputs:
    """Return the digest of each part that a build depends on: every table that is read, and `project`.

    Reads every row once: 10 million plays take 2 s of processor time. The order of the rows does not count.
    """
    files = {path.relative_to(PROJECT_DIR): path.read_bytes() for path in _project_files()}
    models = b"\n".join(text for path, text in files.items() if path.parts[0] == "models").decode()
    tables = sorted(set(re.findall(r'source\("(raw|ml)", "(\w+)"\)', models)))
    found = {f"{schema}.{table}": _digest([_rows_digest(db, schema, table)]) for schema, table in tables}
    project = [duckdb.__version__, repr(sorted(variables(settings).items()))]
    project += [f"{path} {hashlib.sha256(text).hexdigest()}" for path, text in sorted(files.items())]
    return found | {PROJECT: _digest(project)}


def changed_tables(inputs: Inputs, known: Inputs) -> set[str] | None:
    """Return the tables whose rows are not those the last build of everything read.

    None where that is not known or the models themselves have changed: then nothing of that build stands.
    """
    if set(inputs) != set(known) or inputs[PROJECT] != known[PROJECT]:
        return None
    return {part for part, digest in inputs.items() if known[part] != digest}


def is_of_models(part: str) -> bool:
    """Whether a part is a table that training fills."""
    return part.startswith("ml.")


def built_inputs(db: duckdb.DuckDBPyConnection) -> Inputs:
    """Return what the tables were built from; nothing where that is not known or no table is there."""
    if db.execute("select 1 from duckdb_tables() where schema_name = 'gold' limit 1").fetchone() is None:
        return {}
    try:
        return dict(db.execute("select part, digest from raw.built_inputs").fetchall())
    except duckdb.CatalogException:
        return {}


def as_one(inputs: Mapping[str, str]) -> str:
    """Return one short digest of all parts, for the run log."""
    return _digest(f"{part} {digest}" for part, digest in sorted(inputs.items()))[:16]


def record_built(db: duckdb.DuckDBPyConnection, built: Inputs) -> None:
    """Write down what the tables were built from, in place of what was known before."""
    rows = [(part, digest, utc_now()) for part, digest in built.items()]
    with transaction(db):
        db.execute("delete from raw.built_inputs")
        db.executemany("insert into raw.built_inputs values (?, ?, ?)", rows)


def _rows_digest(db: duckdb.DuckDBPyConnection, schema: str, table: str) -> str:
    row = db.execute(f"select count(*), sum(hash(t)::hugeint) from {schema}.{table} as t").fetchone()
    return str(row)


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _project_files() -> list[Path]:
    found = [PROJECT_DIR / "dbt_project.yml"]
    for folder in PROJECT_FOLDERS:
        found += [path for path in (PROJECT_DIR / folder).rglob("*") if path.suffix in PROJECT_SUFFIXES]
    return found
