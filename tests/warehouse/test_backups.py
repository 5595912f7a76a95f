"""Backups: checked, complete or not there at all, and a way back that loses nothing."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

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
    assert restored.before.read_bytes().startswith(b"nothing DuckDB knows")
