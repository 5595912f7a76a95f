from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from spotiflow.core.errors import WarehouseError
from spotiflow.warehouse.schema import (
    SCHEMA_VERSION,
    apply_schema,
    ddl,
    stored_version,
)


def test_the_definition_can_run_again() -> None:
    db = duckdb.connect()
    apply_schema(db)
    db.execute("insert into raw.listeners values ('me', null, 'person', now()::timestamp)")
    db.execute(ddl())
    apply_schema(db)
    assert db.execute("select count(*) from raw.listeners").fetchone() == (1,)
    assert db.execute("select version from raw.schema_version").fetchall() == [(SCHEMA_VERSION,)]


def test_an_older_file_walks_every_step_in_order(tmp_path: Path) -> None:
    db = duckdb.connect()
    apply_schema(db)
    first, second = SCHEMA_VERSION + 1, SCHEMA_VERSION + 2
    (tmp_path / f"{first:04}_first.sql").write_text("alter table raw.listeners add column mood varchar;")
    (tmp_path / f"{second:04}_second.sql").write_text("alter table raw.listeners rename mood to note;")
    (tmp_path / "README.md").write_text("not a step")
    apply_schema(db, version=second, migrations=tmp_path)
    columns = [row[0] for row in db.execute("select column_name from (describe raw.listeners)").fetchall()]
    assert columns[-1] == "note"
    assert stored_version(db) == second


def test_a_step_that_fails_changes_nothing(tmp_path: Path) -> None:
    db = duckdb.connect()
    apply_schema(db)
    broken = tmp_path / f"{SCHEMA_VERSION + 1:04}_broken.sql"
    broken.write_text("alter table raw.listeners add column a int; select nonsense;")
    with pytest.raises(duckdb.Error):
        apply_schema(db, version=SCHEMA_VERSION + 1, migrations=tmp_path)
    columns = [row[0] for row in db.execute("select column_name from (describe raw.listeners)").fetchall()]
    assert "a" not in columns
    assert stored_version(db) == SCHEMA_VERSION


def test_a_newer_file_is_refused() -> None:
    db = duckdb.connect()
    apply_schema(db, version=SCHEMA_VERSION + 1)
    with pytest.raises(WarehouseError, match="schema version"):
        apply_schema(db)
