"""A disk that fills up: one sentence, nothing half stored, and the same command works when there is room."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from spotiflow.core.disk_errors import refusal
from spotiflow.core.errors import HomeError, WarehouseError
from spotiflow.core.settings import Settings
from spotiflow.ingest.exports import import_exports
from spotiflow.ingest.listeners import add_listener
from spotiflow.pipeline.backup_commands import make_backup
from spotiflow.warehouse.backups import list_backups
from spotiflow.warehouse.database import open_warehouse
from spotiflow.warehouse.file_errors import translated
from tests.conftest import RunCli
from tests.ingest import builders as b
from tests.paths import ROOT

FULL = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
sys.argv[1:] = sys.argv[2:]
from spotiflow import cli
cli.main()
"""


def on_a_full_disk(home: Settings, n_bytes: int, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command where no file can grow beyond so many bytes, which looks like a full disk."""
    command = [sys.executable, "-c", FULL, str(n_bytes), *map(str, words)]
    environment = os.environ | {"SPOTIFLOW_HOME": str(home.home), "COLUMNS": "100"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def assert_a_sentence(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert "full" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 2, done.stderr


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """Two files, of which the second is too large for a nearly full disk."""
    b.write(tmp_path / "given" / "endsong_0.json", [b.play(0)])
    b.write(tmp_path / "given" / "endsong_1.json", [b.play(number) for number in range(1, 6_000)])
    return tmp_path / "given"


def plays(home: Settings) -> tuple[int, int]:
    """Rows of history, and rows that the stored files say were kept."""
    query = """
        select (select count(*) from raw.listening_history), coalesce(sum(rows_kept), 0)
        from raw.ingest_files
    """
    with open_warehouse(home, read_only=True) as db:
        row = db.execute(query).fetchone()
    assert row is not None
    return row[0], row[1]


@pytest.mark.parametrize("n_bytes", [5_000, 20_000, 300_000, 600_000])
def test_an_import_stores_whole_files_or_nothing(settings: Settings, export: Path, n_bytes: int) -> None:
    assert_a_sentence(on_a_full_disk(settings, n_bytes, "ingest", "export", export))
    if settings.database_path.exists():
        stored, told = plays(settings)
        assert stored == told
        assert stored in (0, 1)
    assert not list(settings.temp_dir.iterdir())
    receipt = import_exports(settings, [export])
    assert receipt.total.kept + receipt.total.known == 6_000
    assert plays(settings)[0] == 6_000


def test_backup_restore_and_takeout_leave_nothing_half(settings: Settings, tmp_path: Path) -> None:
    import_exports(settings, [b.write(tmp_path / "endsong_0.json", [b.play(n) for n in range(2_000)])])
    good = make_backup(settings)
    size = settings.database_path.stat().st_size
    home = settings
    assert_a_sentence(on_a_full_disk(home, size // 2, "backup"))
    assert_a_sentence(on_a_full_disk(home, size // 2, "backup", "--to", tmp_path / "disk"))
    assert_a_sentence(on_a_full_disk(home, size // 2, "restore", "--yes"))
    assert_a_sentence(on_a_full_disk(home, 2_000, "takeout", tmp_path / "t.zip"))
    assert list_backups(home.backups_dir) == [good]
    assert not list((tmp_path / "disk").iterdir())
    assert not (tmp_path / "t.zip").exists()
    assert not [path for path in (*home.home.iterdir(), *tmp_path.iterdir()) if path.name.startswith(".")]
    assert plays(home) == (2_000, 2_000)


def test_files_are_0600_and_folders_0700(
    run_cli: RunCli, export: Path, settings: Settings, tmp_path: Path
) -> None:
    run_cli("ingest", "export", export)
    run_cli("backup")
    run_cli("takeout", tmp_path / "mine.zip")
    run_cli("listener", "add", "ben")
    for path in [settings.home, *settings.home.rglob("*"), tmp_path / "mine.zip"]:
        wanted = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "/disk/x"), WarehouseError),
        (OSError(errno.EROFS, "Read-only file system", "/disk/x"), HomeError),
        (PermissionError(errno.EACCES, "Permission denied", "/disk/x"), HomeError),
        (FileNotFoundError(errno.ENOENT, "No such file or directory", "/disk/x"), None),
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"), None),
        (ValueError("x"), None),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_only_what_a_person_can_mend_is_called_that(error: Exception, kind: type | None) -> None:
    told = refusal(error)
    assert (told is None) if kind is None else type(told) is kind
    assert told is None or "/disk/x" in told.message


@pytest.mark.parametrize(
    "words", [("listener", "add", "ben"), ("run",), ("build",), ("status",), ("doctor",)]
)
def test_not_even_the_log_can_be_written(settings: Settings, words: tuple[str, ...]) -> None:
    with open_warehouse(settings):
        pass
    done = on_a_full_disk(settings, 0, *words)
    printed = done.stdout + done.stderr
    assert not any(word in printed for word in ("Traceback", "Logging error", "unexpected", "Errno"))
    if words[0] in ("listener", "build"):
        assert_a_sentence(done)


def test_the_disk_that_is_full_is_named() -> None:
    elsewhere = duckdb.IOException('Could not write all bytes to file "/mnt/usb/x.parquet": No space left')
    assert "holds /mnt/usb/x.parquet is full" in translated(elsewhere, Path("/home/x.duckdb")).message


def test_too_little_memory_names_the_setting(settings: Settings) -> None:
    large = "create table raw.x as select hash(i)::varchar || i as t from range(9000000) as n (i) order by 1"
    little = "set memory_limit = '20MB'; set max_temp_directory_size = '1MB'"
    with pytest.raises(WarehouseError, match="memory_limit"), open_warehouse(settings) as db:
        db.execute(f"{little}; {large}")


@pytest.mark.parametrize("words", [("forget", "anna", "--yes"), ("backup",), ("run", "--only", "files")])
def test_a_disk_without_room_for_a_line_is_named(settings: Settings, words: tuple[str, ...]) -> None:
    add_listener(settings, "anna", time_zone="UTC")
    done = on_a_full_disk(settings, 0, *words)
    assert_a_sentence(done)
    assert str(settings.home) in done.stderr.replace("\n", "")
