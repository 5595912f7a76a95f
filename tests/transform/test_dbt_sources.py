"""The dbt macro that creates the source tables is the one DDL file, no copy of it."""

from __future__ import annotations

import duckdb
import jinja2

from spotiflow.transform.dbt_sources import MACRO_PATH, dbt_macro_text
from spotiflow.warehouse.schema import ddl


def _tables(sql: str) -> list[tuple[str, ...]]:
    with duckdb.connect() as db:
        db.execute(sql)
        return db.execute(
            """select schema_name, table_name, column_name, data_type, is_nullable
            from duckdb_columns() order by all"""
        ).fetchall()


def test_the_macro_is_generated_from_the_schema() -> None:
    assert MACRO_PATH.read_text(encoding="utf-8") == dbt_macro_text()


def test_the_macro_makes_the_same_tables() -> None:
    macro = jinja2.Template(dbt_macro_text()).module
    assert _tables(macro.create_sources()) == _tables(ddl())  # type: ignore[attr-defined]
