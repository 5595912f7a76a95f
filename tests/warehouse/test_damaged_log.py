"""A damaged write-ahead log beside a good warehouse: named as that, and everything before it is kept."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from spotiflow.core.errors import DamagedLogError
from spotiflow.core.settings import Settings
from spotiflow.pipeline.backup_commands import make_backup
from spotiflow.warehouse.database import open_warehouse
from spotiflow.warehouse.log_repair import cut_damaged_log
from tests.conftest import RunCli

KILLED = """
import os, sys, duckdb
db = duckdb.connect(sys.argv[1])
for n in range(100):
    db.execute("insert into raw.listeners values (?, null, 'person', now()::timestamp)", [f"{n:03}"])
os.kill(os.getpid(), 9)
"""


@pytest.fixture
def killed(settings: Settings) -> Settings:
    """A home whose last hundred commits are in the log only."""
    with open_warehouse(settings) as db:
        db.execute("insert into raw.listeners values ('anna', null, 'person', now()::timestamp)")
    subprocess.run([sys.executable, "-c", KILLED, str(settings.database_path)], check=False)
    return settings


def log_of(settings: Settings) -> Path:
    return settings.database_path.with_name("spotiflow.duckdb.wal")


def damage(settings: Settings, place: int) -> bytes:
    content = bytearray(log_of(settings).read_bytes())
    content[place] ^= 0xFF
    log_of(settings).write_bytes(bytes(content))
    return bytes(content)


def listeners(settings: Settings) -> list[str]:
    with open_warehouse(settings, read_only=True) as db:
        return [name for (name,) in db.execute("select listener_id from raw.listeners order by 1").fetchall()]


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_what_was_stored_before_the_damaged_place_is_kept(killed: Settings, share: float) -> None:
    place = int(log_of(killed).stat().st_size * share)
    content = damage(killed, place)
    with pytest.raises(DamagedLogError, match=r"wal, the log .* is damaged.* itself is good") as caught:
        listeners(killed)
    assert "doctor --fix" in caught.value.hint
    cut = cut_damaged_log(killed)
    assert cut is not None
    assert cut.bytes_before == len(content)
    assert cut.whole.read_bytes() == content
    found = listeners(killed)
    assert found[-1] == "anna"
    # A hundred commits, one after the other: those before the damaged place, without a hole.
    assert found[:-1] == [f"{n:03}" for n in range(len(found) - 1)]
    assert abs(len(found) - 1 - 100 * share) <= 3
    assert make_backup(killed).listeners == found


def test_a_good_log_is_left_alone(killed: Settings) -> None:
    assert cut_damaged_log(killed) is None
    assert len(listeners(killed)) == 101


def test_doctor_offers_it_and_does_it(killed: Settings, run_cli: RunCli) -> None:
    damage(killed, 1000)
    home = {"SPOTIFLOW_HOME": str(killed.home)}
    told = run_cli("doctor", check=False, **home)
    assert told.returncode == 1
    assert "doctor --fix" in " ".join(told.stdout.split())
    assert "kept up to its damaged place" in run_cli("doctor", "--fix", **home).stdout
    assert "Nothing had to be fixed" in run_cli("doctor", "--fix", **home).stdout


def test_what_is_no_file_is_no_log_to_fix(settings: Settings, run_cli: RunCli) -> None:
    with open_warehouse(settings):
        pass
    log_of(settings).mkdir()
    told = run_cli("doctor", "--fix", check=False, SPOTIFLOW_HOME=str(settings.home))
    assert "is no file" in " ".join(told.stderr.split())
    assert "unexpected" not in told.stderr
