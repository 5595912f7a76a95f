"""Backups: checked, complete or not there at all, and a way back that loses nothing."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
import time_machine

from spotiflow.core.errors import InputError, NotFoundError, WarehouseError
from spotiflow.core.settings import Settings
from spotiflow.pipeline.backup_commands import find_backup, make_backup, put_back
from spotiflow.warehouse.backups import Backup, list_backups, read_backup
from spotiflow.warehouse.database import open_warehouse
from spotiflow.warehouse.restore import restore
from tests.paths import ROOT

INSERT = "insert into raw.listeners values (?, null, 'person', now()::timestamp)"


def listeners(settings: Settings) -> list[str]:
    with open_warehouse(settings, read_only=True) as db:
        return [name for (name,) in db.execute("select listener_id from raw.listeners order by 1").fetchall()]


def add(settings: Settings, name: str) -> None:
    with open_warehouse(settings) as db:
        db.execute(INSERT, [name])


@pytest.fixture
def home(settings: Settings) -> Settings:
    """A home with a warehouse, settings, a model, a waiting poll, a login and a log."""
    add(settings, "anna")
    files = {
        "config.toml": "threads = 1\n",
        "models/mood/1.skops": "model" * 1000,
        "inbox/spotify-1.json": "{}",
        "auth/anna.json": "secret token",
        "logs/spotiflow.log": "line",
    }
    for name, text in files.items():
        path = settings.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return settings


def test_there_and_back(home: Settings) -> None:
    backup = make_backup(home)
    assert set(backup.files) == {
        "spotiflow.duckdb",
        "config.toml",
        "models/mood/1.skops",
        "inbox/spotify-1.json",
    }
    assert (backup.listeners, backup.plays, backup.why) == (["anna"], 0, "asked for")
    add(home, "ben")
    (home.home / "config.toml").unlink()
    (home.models_dir / "mood" / "1.skops").write_text("another")
    (home.models_dir / "mood" / "2.skops").write_text("newer")
    (home.inbox_dir / "spotify-1.json").unlink()
    (home.inbox_dir / "spotify-2.json").write_text("[]")
    restored = put_back(home, find_backup(home, None))
    assert listeners(home) == ["anna"]
    assert (home.home / "config.toml").read_text() == "threads = 1\n"
    assert [path.name for path in home.models_dir.rglob("*.skops")] == ["1.skops"]
    assert (home.models_dir / "mood" / "1.skops").read_text() == "model" * 1000
    assert sorted(path.name for path in home.inbox_dir.iterdir()) == ["spotify-1.json", "spotify-2.json"]
    assert (home.home / "auth" / "anna.json").read_text() == "secret token"
    assert restored.before is not None
    # What was there before the restore is a backup too: the way back goes both ways.
    put_back(home, read_backup(restored.before))
    assert listeners(home) == ["anna", "ben"]
    assert (home.models_dir / "mood" / "2.skops").read_text() == "newer"
    assert not [path for path in home.home.iterdir() if path.name.startswith(".")]


def test_rights_are_the_owners_alone(home: Settings) -> None:
    backup = make_backup(home)
    for path in [backup.path, *backup.path.rglob("*")]:
        wanted = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path


@pytest.mark.parametrize("damage", ["changed", "missing", "cut", "swapped", "fewer plays", "newer"])
def test_a_damaged_backup_is_refused_and_nothing_changes(home: Settings, damage: str) -> None:
    backup = make_backup(home)
    add(home, "ben")
    file = backup.path / "spotiflow.duckdb"
    record = json.loads((backup.path / "backup.json").read_text())
    if damage == "changed":
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(bytes(content))
    elif damage == "missing":
        (backup.path / "config.toml").unlink()
    elif damage == "cut":
        file.write_bytes(file.read_bytes()[:-100])
    elif damage == "swapped":
        (backup.path / "models" / "mood" / "1.skops").write_text("MODEL" * 1000)
    else:
        record |= {"plays": 7} if damage == "fewer plays" else {"schema_version": 99}
        (backup.path / "backup.json").write_text(json.dumps(record))
    with pytest.raises(WarehouseError, match=r"cannot be used|schema version 99"):
        restore(home, read_backup(backup.path))
    assert listeners(home) == ["anna", "ben"]
    assert not list(home.home.glob(".*"))


def test_what_is_no_backup_is_not_taken_for_one(home: Settings, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no backup") as caught:
        find_backup(home, None)
    assert "spotiflow backup" in caught.value.hint
    backup = make_backup(home)
    record = json.loads((backup.path / "backup.json").read_text())
    for number, text in enumerate(["", "{}", "[]", "null", '{"path": 1}', json.dumps(record)[:-5]]):
        place = home.backups_dir / f"2099-{number}"
        place.mkdir()
        (place / "backup.json").write_text(text)
    outside = record | {"files": {"../../etc/passwd": {"sha256": "", "bytes": 0}}}
    (home.backups_dir / "2099-0" / "backup.json").write_text(json.dumps(outside))
    assert list_backups(home.backups_dir) == [backup]
    for which in ("2099-0", str(home.backups_dir / "2099-0"), str(tmp_path / "nowhere")):
        with pytest.raises(InputError, match="no backup"):
            find_backup(home, which)


def test_only_the_newest_stay(home: Settings, tmp_path: Path) -> None:
    few = replace(home, backups_kept=2)
    made = [make_backup(few) for _ in range(3)]
    elsewhere = make_backup(few, tmp_path / "disk")
    assert [one.name for one in list_backups(few.backups_dir)] == [made[2].name, made[1].name]
    assert list_backups(tmp_path / "disk") == [elsewhere]
    assert make_backup(replace(few, backups_kept=0)).path.exists()


KILL = f"""
import os, sys
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from spotiflow.core.settings import load_settings
from spotiflow.pipeline.backup_commands import make_backup
left, fsync = int(sys.argv[2]), os.fsync
def killing(handle):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), 9)
    fsync(handle)
os.fsync = killing
make_backup(load_settings(home=Path(sys.argv[1])))
"""


@pytest.mark.parametrize("moment", [1, 2, 5, 6, 9])
def test_kill_9_leaves_no_backup_that_restore_would_take(home: Settings, moment: int) -> None:
    good = make_backup(home)
    add(home, "ben")
    words = [sys.executable, "-c", KILL, str(home.home), str(moment)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == -9, done.stderr
    found = list_backups(home.backups_dir)
    assert found[-1] == good
    # Killed after it had its name, it is whole.
    assert all(one == good or restore_into(home, one) == ["anna", "ben"] for one in found)
    make_backup(home)
    assert not list(home.backups_dir.glob(".*"))
    assert listeners(home) == ["anna", "ben"]


def restore_into(home: Settings, backup: Backup) -> list[str]:
    other = replace(home, home=home.home.with_name("other"))
    restore(other, backup)
    return listeners(other)


def test_a_warehouse_that_cannot_be_opened_is_put_aside(home: Settings) -> None:
    backup = make_backup(home)
    home.database_path.write_bytes(b"nothing DuckDB knows" * 1000)
    restored = restore(home, backup)
    assert listeners(home) == ["anna"]
    assert restored.before is not None
    assert (restored.before / "spotiflow.duckdb").read_bytes().startswith(b"nothing DuckDB knows")
    # What was never copied anywhere is not lost with it.
    assert (restored.before / "config.toml").read_text() == "threads = 1\n"
    assert (restored.before / "models" / "mood" / "1.skops").read_text() == "model" * 1000


def test_a_log_that_a_damaged_file_left_is_not_replayed_into_the_restored_one(home: Settings) -> None:
    backup = make_backup(home)
    leave_a_log(home, "late")
    log_file = home.home / "spotiflow.duckdb.wal"
    assert log_file.stat().st_size > 0
    home.database_path.write_bytes(b"nothing DuckDB knows" * 1000)
    restored = restore(home, backup)
    assert not log_file.exists()
    assert listeners(home) == ["anna"]
    assert restored.before is not None
    assert (restored.before / log_file.name).stat().st_size > 0


def leave_a_log(home: Settings, name: str) -> None:
    """Add somebody and be killed: it is committed in the log only."""
    text = """
import os, sys, duckdb
db = duckdb.connect(sys.argv[1])
db.execute("insert into raw.listeners values (?, null, 'person', now()::timestamp)", [sys.argv[2]])
os.kill(os.getpid(), 9)
"""
    subprocess.run([sys.executable, "-c", text, str(home.database_path), name], check=False)


def test_what_was_committed_up_to_the_exchange_is_kept(
    home: Settings,
) -> None:
    """A writer tries all the time: whatever it was told is stored, is kept or is there."""
    backup = make_backup(home)
    text = """
import sys, time, duckdb
n = 0
while True:
    try:
        with duckdb.connect(sys.argv[1]) as db:
            db.execute("insert into raw.listeners values (?, null, 'person', now()::timestamp)", [f"w{n}"])
        print(f"w{n}", flush=True)
        n += 1
    except duckdb.Error:
        pass
    time.sleep(0.002)
"""
    patient = replace(home, lock_wait_seconds=60)
    words = [sys.executable, "-c", text, str(home.database_path)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "w0\n"
        restored = restore(patient, backup)
        writer.kill()
        stored = {"w0", *writer.stdout.read().split()}
    assert restored.before is not None
    kept = read_backup(restored.before)
    assert stored - {"w0"}, "the writer got in"
    assert stored <= set(kept.listeners) | set(listeners(patient))
    assert "anna" in listeners(patient)


def test_a_folder_among_waiting_polls_goes_there_and_back(home: Settings) -> None:
    nested = home.inbox_dir / "kept" / "of march" / "poll.json"
    nested.parent.mkdir(parents=True)
    nested.write_text("[1]")
    backup = make_backup(home)
    (home.inbox_dir / "kept" / "of march" / "poll.json").unlink()
    restore(home, backup)
    assert nested.read_text() == "[1]"


def test_a_second_restore_does_not_undo_the_first(home: Settings) -> None:
    backup = make_backup(home)
    add(home, "ben")
    for _ in range(2):
        chosen = find_backup(home, None)
        assert chosen.name == backup.name
        put_back(home, chosen)
        assert listeners(home) == ["anna"]


def test_restoring_again_and_again_removes_nothing_that_was_asked_for(home: Settings) -> None:
    few = replace(home, backups_kept=1)
    asked_for = make_backup(few)
    kept = [put_back(few, find_backup(few, None)).before for _ in range(2)]
    assert {backup.path for backup in list_backups(few.backups_dir)} == {asked_for.path, kept[1]}


def test_only_what_the_manifest_names_is_put_back(home: Settings) -> None:
    backup = make_backup(home)
    (backup.path / "models" / "foreign.skops").write_text("not of this backup")
    (backup.path / "inbox" / "foreign.json").write_text("not of this backup")
    (backup.path / "token.json").write_text("not of this backup")
    restore(home, backup)
    assert not list(home.home.glob("*/foreign*"))
    assert not (home.home / "token.json").exists()


@pytest.mark.parametrize("name", ["auth/anna.json", "../x.duckdb", "/etc/passwd", "backups/x", "run.lock"])
def test_a_manifest_cannot_name_another_place(home: Settings, name: str) -> None:
    backup = make_backup(home)
    record = json.loads((backup.path / "backup.json").read_text())
    record["files"][name] = record["files"]["config.toml"]
    (backup.path / "backup.json").write_text(json.dumps(record))
    with pytest.raises(InputError, match="no backup"):
        read_backup(backup.path)


def test_a_damaged_block_leaves_the_last_good_backup_where_it_is(home: Settings) -> None:
    with open_warehouse(home) as db:
        db.execute(
            """insert into raw.listeners select 'x' || i, hash(i)::varchar, 'person', now()::timestamp
            from range(200000) as numbers (i)"""
        )
    few = replace(home, backups_kept=1)
    good = make_backup(few)
    damage_a_block(home.database_path)
    with pytest.raises(WarehouseError, match=r"raw\.listeners cannot be read whole"):
        make_backup(few)
    assert list_backups(few.backups_dir) == [good]
    assert not list(few.backups_dir.glob(".*"))
    restore(few, good)
    assert len(listeners(few)) == 200_001


def damage_a_block(path: Path) -> None:
    """Change one byte of a file, where it still opens and its listeners cannot be read any more."""
    whole = path.read_bytes()
    for place in range(150_000, len(whole), 262_144):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            with duckdb.connect(str(path), read_only=True) as db:
                db.execute("select count(*) from raw.schema_version").fetchall()
                try:
                    db.execute("select max(listener_id), max(display_name) from raw.listeners").fetchall()
                except duckdb.Error:
                    return
        except duckdb.Error:
            continue
    raise AssertionError("no block of that table was found")


def test_a_clock_that_was_set_back_does_not_make_the_newest_the_oldest(home: Settings) -> None:
    few = replace(home, backups_kept=2)
    with time_machine.travel("2026-06-01"):
        first, second = make_backup(few), make_backup(few)
    with time_machine.travel("2020-01-01"):
        third = make_backup(few)
    assert [one.number for one in (first, second, third)] == [1, 2, 3]
    assert list_backups(few.backups_dir) == [third, second]
    assert find_backup(few, None) == third
