"""A file of an older spotiflow: nothing writes to it before it was backed up and brought forward."""

from __future__ import annotations

from datetime import datetime, timedelta

import duckdb
import pytest

from spotiflow.core.errors import OutdatedError
from spotiflow.core.settings import Settings, load_settings
from spotiflow.warehouse.backups import list_backups
from spotiflow.warehouse.database import open_warehouse
from spotiflow.warehouse.migration import bring_forward
from spotiflow.warehouse.schema import SCHEMA_VERSION, stored_version
from tests.conftest import RunCli


@pytest.fixture
def older(settings: Settings) -> Settings:
    """A home whose file says that it is of an older version; Anna is in it."""
    with open_warehouse(settings) as db:
        db.execute("insert into raw.listeners values ('anna', null, 'person', now()::timestamp)")
    with duckdb.connect(str(settings.database_path)) as db:
        db.execute("update raw.schema_version set version = 0")
    return settings


def version_of(home: Settings) -> int | None:
    with open_warehouse(home, read_only=True) as db:
        return stored_version(db)


def test_opening_to_write_changes_nothing_and_says_what_to_do(older: Settings) -> None:
    with pytest.raises(OutdatedError, match="schema version 0") as caught, open_warehouse(older):
        pass
    assert "spotiflow init" in caught.value.hint
    assert version_of(older) == 0
    assert not list_backups(older.backups_dir)


def test_reading_asks_for_nothing(older: Settings) -> None:
    with open_warehouse(older, read_only=True) as db:
        assert db.execute("select listener_id from listeners").fetchall() == [("anna",)]


def test_a_backup_comes_first_and_only_once(older: Settings) -> None:
    bring_forward(older)
    bring_forward(older)
    [backup] = list_backups(older.backups_dir)
    assert (backup.why, backup.schema_version, backup.listeners) == ("before a migration", 0, ["anna"])
    assert version_of(older) == SCHEMA_VERSION


@pytest.mark.parametrize("command", [("listener", "add", "ben"), ("run", "--only", "files")])
def test_a_command_that_writes_brings_it_forward_at_its_door(
    older: Settings, run_cli: RunCli, command: tuple[str, ...]
) -> None:
    (older.inbox_dir / "note.txt").write_text("something to look at", encoding="utf-8")
    home = {"SPOTIFLOW_HOME": str(older.home)}
    done = run_cli(*command, check=command[0] == "listener", **home)
    assert "schema version" not in done.stderr
    assert version_of(older) == SCHEMA_VERSION
    assert len(list_backups(load_settings(home=older.home).backups_dir)) == 1


def test_a_warehouse_of_the_first_version_is_keeps_the_clocks_it_has(settings: Settings) -> None:
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
    bring_forward(settings)
    with open_warehouse(settings) as db:
        rows = db.execute("select device_started_at from raw.listening_history order by played_at").fetchall()
        assert stored_version(db) == SCHEMA_VERSION
    assert rows == [(moment,), (None,)]
    assert [backup.why for backup in list_backups(settings.backups_dir)] == ["before a migration"]
