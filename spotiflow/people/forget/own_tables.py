"""What a person made in the warehouse themselves: it may hold this listening, no build makes it again."""

from __future__ import annotations

import re

import duckdb

from spotiflow.core.errors import UsageError
from spotiflow.transform.fingerprints import PROJECT_DIR
from spotiflow.warehouse.schema import ddl

# Built from raw and ml; a build makes them again, without the listener.
DERIVED = ("bronze", "silver", "gold")
_COLUMNS = "select schema_name, table_name, column_name from duckdb_columns() where not internal"
_OTHER_THINGS = """
select schema_name || '.' || view_name from duckdb_views() where not internal
union select schema_name || '.' || sequence_name from duckdb_sequences()
union select schema_name || '.' || index_name from duckdb_indexes()
union select schema_name || '.' || function_name from duckdb_functions() where not internal
union select schema_name || '.' || type_name from duckdb_types() where not internal
"""
_BUILT = "select schema_name || '.' || table_name from raw.build_results"


def refuse_own_tables(db: duckdb.DuckDBPyConnection) -> None:
    """Raise UsageError where the warehouse has tables, columns or else that spotiflow did not make."""
    found = sorted(own_things(db))
    if found:
        some = ", ".join(found[:8]) + (f" and {len(found) - 8} more" if len(found) > 8 else "")
        raise UsageError(
            f"The warehouse has tables of your own, which may hold this listening: {some}.",
            hint="Copy what you need to another file and drop them first.",
        )


def own_things(db: duckdb.DuckDBPyConnection) -> set[str]:
    """Return what spotiflow and dbt did not make, by name: tables, views, columns in raw and ml, macros."""
    with duckdb.connect() as fresh:
        fresh.execute(ddl())
        known = {tuple(row) for row in fresh.execute(_COLUMNS).fetchall()}
    tables = {f"{schema}.{table}" for schema, table, _ in known} | _models()
    tables |= {name for (name,) in db.execute(_BUILT).fetchall()} | _formulas()
    own = set()
    for schema, table, column in db.execute(_COLUMNS).fetchall():
        if f"{schema}.{table}" not in tables:
            own.add(f"{schema}.{table}")
        elif schema not in DERIVED and (schema, table, column) not in known:
            own.add(f"{schema}.{table}.{column}")
    own |= {name for (name,) in db.execute(_OTHER_THINGS).fetchall()} - tables
    return {name for name in own if not _is_of_dbt(name)}


def _models() -> set[str]:
    paths = (PROJECT_DIR / "models").rglob("*")
    return {
        f"{path.relative_to(PROJECT_DIR / 'models').parts[0]}.{path.stem}"
        for path in paths
        if path.suffix in (".sql", ".py")
    }


def _formulas() -> set[str]:
    """Return the macros that a build keeps in gold: the first of each list there is its name."""
    text = (PROJECT_DIR / "macros" / "formulas.sql").read_text(encoding="utf-8")
    return {f"gold.{name}" for name in re.findall(r'\["(\w+)"', text)}


def _is_of_dbt(name: str) -> bool:
    schema, _, table = name.partition(".")
    return schema.endswith("dbt_test__audit") or "__dbt_" in table or table.endswith("__last_good")
