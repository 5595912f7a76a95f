"""What there is to publish: tables with their columns, descriptions and keys, as the warehouse knows them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from spotiflow.transform.fingerprints import PROJECT_DIR
from spotiflow.transform.table_results import LAST_GOOD_SUFFIX

LAYERS = ("gold", "silver")
# A table with this column is one row per play or stream: long, and read month by month.
MONTH_OF = "played_at"
_COLUMNS = """
    select schema_name, table_name, column_name, data_type, coalesce(comment, '')
    from duckdb_columns()
    where list_contains(?, schema_name) and not ends_with(table_name, ?)
    order by schema_name, table_name, column_index
"""
_TABLES = "select schema_name, table_name, coalesce(comment, '') from duckdb_tables() where not temporary"


@dataclass(frozen=True)
class Column:
    """One column: its name, its type as DuckDB writes it, and its description with the unit."""

    name: str
    type: str
    description: str


@dataclass(frozen=True)
class Table:
    """One table. `key`: the columns of its grain, which a data test keeps unique; empty where unknown."""

    schema: str
    name: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def full_name(self) -> str:
        """Schema and name, as SQL writes them."""
        return f"{self.schema}.{self.name}"

    @property
    def has_months(self) -> bool:
        """Whether its rows are plays, which are written month by month."""
        return any(column.name == MONTH_OF and column.type == "TIMESTAMP" for column in self.columns)


def list_tables(db: duckdb.DuckDBPyConnection, schemas: tuple[str, ...] = LAYERS) -> list[Table]:
    """Return the tables of `schemas` by name; views are left out, since they only rename what `raw` holds."""
    described = {(schema, name): text for schema, name, text in db.execute(_TABLES).fetchall()}
    columns: dict[tuple[str, str], list[Column]] = {}
    for schema, table, *rest in db.execute(_COLUMNS, [list(schemas), LAST_GOOD_SUFFIX]).fetchall():
        columns.setdefault((schema, table), []).append(Column(*rest))
    keys = _keys()
    return [
        Table(schema, name, described[schema, name], tuple(of_table), keys.get(name, ()))
        for (schema, name), of_table in columns.items()
        if (schema, name) in described
    ]


@cache
def _keys() -> dict[str, tuple[str, ...]]:
    """Read the grain of every model from the data test that guards it."""
    return {
        model["name"]: tuple(columns)
        for path in sorted((PROJECT_DIR / "models").rglob("*.yml"))
        for model in _models(path)
        for columns in _grains(model)
    }


def _models(path: Path) -> list[dict[str, Any]]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    # The loader is a safe one either way; the C one is ten times as fast.
    content = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506
    return list((content or {}).get("models") or ())


def _grains(model: dict[str, Any]) -> list[list[str]]:
    tests = [test for test in model.get("data_tests") or () if isinstance(test, dict)]
    return [test["grain"]["arguments"]["columns"] for test in tests if "grain" in test]
