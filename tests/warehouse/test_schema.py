from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from spotiflow.core.errors import WarehouseError
from spotiflow.core.settings import Settings
from spotiflow.warehouse.backups import list_backups
from spotiflow.warehouse.database import open_warehouse
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


def test_a_warehouse_of_the_first_version_is_brought_forward_after_a_backup(settings: Settings) -> None:
    moment = datetime(2022, 1, 1, 10)
    with open_warehouse(settings) as db:
        db.execute("alter table raw.listening_history drop column device_started_at")
        db.execute("update raw.schema_version set version = 1")
        for number, source in enumerate(("offline_timestamp", "ms_played")):
            db.execute(
                """insert into raw.listening_history by name
                select uuid() as play_id, 'me' as listener_id, 'extended' as source, 'track' as content_type,
                    $at as played_at, $at as started_at, $from as started_at_source,
                    'second' as ended_at_precision, 'r' as run_id, $at as ingested_at""",
                {"at": moment + timedelta(hours=number), "from": source},
            )
    with open_warehouse(settings) as db:
        rows = db.execute("select device_started_at from raw.listening_history order by played_at").fetchall()
        assert stored_version(db) == SCHEMA_VERSION
    assert rows == [(moment,), (None,)]
    assert [backup.why for backup in list_backups(settings.backups_dir)] == ["before a migration"]
