from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from spotiflow.core.errors import (
    HomeError,
    NotFoundError,
    WarehouseBusyError,
    WarehouseError,
)
from spotiflow.core.settings import Settings, load_settings
from spotiflow.warehouse.database import connect, open_warehouse

HOLDER = """
import sys, duckdb
db = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""

UNPRIVILEGED = """
import os, sys
from pathlib import Path
from spotiflow.warehouse.database import connect
from spotiflow.core.errors import HomeError
from spotiflow.core.settings import load_settings
os.setgid(65534)
os.setuid(65534)
try:
    connect(load_settings(home=Path(sys.argv[1])), read_only=False)
except HomeError as error:
    print(error.message)
"""


def test_first_opening_creates_home_file_and_tables(settings: Settings) -> None:
    with open_warehouse(settings) as db:
        names = {row[0] for row in db.execute("select distinct schema_name from duckdb_tables()").fetchall()}
    assert names == {"raw", "ml"}
    assert stat.S_IMODE(settings.home.stat().st_mode) == 0o700
    assert stat.S_IMODE(settings.database_path.stat().st_mode) == 0o600


def test_the_format_is_one_that_older_shells_open(settings: Settings) -> None:
    with open_warehouse(settings) as db:
        db.execute("insert into raw.listeners values ('me', 'Me', 'person', now()::timestamp)")
    with duckdb.connect(str(settings.database_path)) as plain:
        row = plain.execute(
            "select tags['storage_version'] from duckdb_databases() where not internal"
        ).fetchone()
    assert row is not None
    assert "v1.2" in str(row[0])


def test_reading_without_a_warehouse_says_what_to_do(settings: Settings) -> None:
    with pytest.raises(NotFoundError) as caught, open_warehouse(settings, read_only=True):
        pass
    assert "spotiflow run" in caught.value.hint
    assert not settings.home.exists()


def test_reading_finds_plain_table_names_and_cannot_write(settings: Settings) -> None:
    with open_warehouse(settings) as db:
        db.execute("create schema gold; create table gold.top_artists as select 1 as plays")
    with open_warehouse(settings, read_only=True) as db:
        assert db.execute("select plays from top_artists").fetchone() == (1,)
        assert db.execute("select count(*) from listening_history").fetchone() == (0,)
        with pytest.raises(duckdb.InvalidInputException):
            db.execute("create table raw.x as select 1")


def test_time_zone_is_utc_whatever_the_machine_says(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    db = connect(settings, read_only=False)
    assert db.execute("select current_setting('TimeZone')").fetchone() == ("UTC",)
    db.close()


def test_a_held_file_names_its_holder(settings: Settings) -> None:
    with open_warehouse(settings):
        pass
    words = [sys.executable, "-c", HOLDER, str(settings.database_path)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(WarehouseBusyError, match=f"process {holder.pid}"), open_warehouse(settings):
            pass
        holder.kill()
    with open_warehouse(settings) as db:
        assert db.execute("select 1").fetchone() == (1,)


def test_a_file_that_is_no_warehouse_is_left_alone(settings: Settings) -> None:
    settings.home.mkdir()
    settings.database_path.write_bytes(b"PK\x03\x04 surely not a database" * 500)
    before = settings.database_path.read_bytes()
    with pytest.raises(WarehouseError, match="not a DuckDB file"), open_warehouse(settings):
        pass
    assert settings.database_path.read_bytes() == before


def test_a_home_that_cannot_be_made_is_an_error_in_words() -> None:
    with pytest.raises(HomeError, match="cannot be made") as caught:
        connect(load_settings(home=Path("/proc/spotiflow")), read_only=False)
    assert "SPOTIFLOW_HOME" in caught.value.hint


def test_a_file_in_the_place_of_a_folder_of_the_home_is_named(settings: Settings) -> None:
    settings.home.mkdir()
    settings.models_dir.write_text("x", encoding="utf-8")
    with pytest.raises(HomeError, match="models is a file") as caught:
        connect(settings, read_only=False)
    assert "out of the way" in caught.value.hint


def test_a_home_without_rights_is_an_error_in_words(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        tmp_path.chmod(0o500)
        with pytest.raises(HomeError):
            connect(load_settings(home=tmp_path / "home"), read_only=False)
        return
    # Root may write everywhere, so an unprivileged child tries.
    tmp_path.chmod(0o700)
    words = [sys.executable, "-c", UNPRIVILEGED, str(tmp_path / "home")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert "cannot be" in done.stdout, done.stderr


def test_an_error_inside_leaves_what_was_committed(settings: Settings) -> None:
    def stop_half_way() -> None:
        with open_warehouse(settings) as db:
            db.execute("insert into raw.listeners values ('me', 'Me', 'person', now()::timestamp)")
            db.begin()
            db.execute("insert into raw.listeners values ('you', 'You', 'person', now()::timestamp)")
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        stop_half_way()
    with open_warehouse(settings, read_only=True) as db:
        assert db.execute("select listener_id from listeners").fetchall() == [("me",)]


@pytest.mark.parametrize(
    ("change", "lost", "sql"),
    [
        ("drop table raw.track_searches", "raw.track_searches", "from raw.track_searches"),
        ("alter table ml.forecasts drop made_on", "ml.forecasts.made_on", "select made_on from ml.forecasts"),
    ],
)
def test_a_file_of_another_form_says_what_it_lacks(
    settings: Settings, change: str, lost: str, sql: str
) -> None:
    with open_warehouse(settings) as db:
        db.execute(change)
    with pytest.raises(WarehouseError, match=f"lacks {lost}: an unreleased"), open_warehouse(settings) as db:
        db.execute(sql)


def test_a_wrong_name_is_no_fault_of_the_file(settings: Settings) -> None:
    with pytest.raises(duckdb.CatalogException), open_warehouse(settings) as db:
        db.execute("select * from raw.nothing")
