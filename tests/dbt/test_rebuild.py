"""Building again after a change gives what building from nothing gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.database import open_warehouse
from core.settings import load_settings
from tests.dbt.project import build_dbt, query

TABLES = """select schema_name, table_name from duckdb_tables()
where schema_name in ('bronze', 'silver') order by all"""


def contents(home: Path) -> dict[tuple[str, str], list[str]]:
    """Every table as sorted text, doubles to nine places: parallel sums differ in the last bits."""
    found = {}
    for schema, table in query(home, TABLES):
        columns = query(
            home,
            "select column_name, data_type from duckdb_columns() where schema_name = ? and table_name = ?",
            schema,
            table,
        )
        shown = [f"round({name}, 9)" if kind == "DOUBLE" else name for name, kind in columns]
        rows = query(home, f"select ({', '.join(shown)})::varchar from {schema}.{table} order by all")
        found[schema, table] = [row[0] for row in rows]
    return found


@pytest.mark.long
def test_an_increment_equals_a_full_refresh(own: Path) -> None:
    before = contents(own)
    with open_warehouse(load_settings(home=own)) as db:
        db.execute("delete from raw.listening_history where track_name in ('Song 1', 'Song 2')")
        db.execute(
            """insert into raw.listening_history by name
            select * replace (
                uuid() as play_id, 'x' || track_id as track_id, 'New ' || track_name as track_name
            )
            from raw.listening_history where listener_id = 'demo' limit 40"""
        )
    build_dbt(own, "--select", "bronze", "silver")
    increment = contents(own)
    build_dbt(own, "--select", "bronze", "silver", "--full-refresh")
    refreshed = contents(own)
    assert increment.keys() == refreshed.keys()
    for table in refreshed:
        assert increment[table] == refreshed[table], table
    assert increment["silver", "plays"] != before["silver", "plays"]
