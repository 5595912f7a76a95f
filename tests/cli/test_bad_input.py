"""The worst a person can pass: one sentence, an exit code, and nothing half stored."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import duckdb
import pytest

from tests.conftest import RunCli

LFS_POINTER = (
    "version https://git-lfs.github.com/spec/v1\n"
    "oid sha256:b202fa4900000000000000000000000000000000000000000000000000000000\nsize 20118244\n"
)
WRONG_FILES: dict[str, tuple[str, bytes]] = {
    "pdf": ("ReadMe.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"),
    "png": ("cover.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00"),
    "other csv": ("bank.csv", b"date,amount,purpose\n2024-01-01,12.50,tea\n"),
    "lfs pointer": ("dataset.csv", LFS_POINTER.encode()),
    "html": ("dataset.csv", b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>\n"),
    "empty": ("StreamingHistory0.json", b""),
    "half json": ("StreamingHistory0.json", b'[{"endTime": "2021-'),
    "other json": ("package.json", b'{"name": "left-pad"}'),
    "noise": ("noise.bin", bytes(range(256)) * 20),
}


def stored_rows(home: Path) -> int:
    path = home / "spotiflow.duckdb"
    if not path.exists():
        return 0
    with duckdb.connect(str(path), read_only=True) as db:
        query = (
            "select (select count(*) from raw.listening_history) + (select count(*) from raw.kaggle_tracks)"
        )
        row = db.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def assert_refused(done: subprocess.CompletedProcess[str], home: Path, code: int = 1) -> None:
    assert done.returncode == code, done.stdout + done.stderr
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert lines[0].startswith("Error:"), done.stderr
    assert len(lines) == 2, done.stderr
    assert stored_rows(home) == 0
    assert not list(home.glob("scratch/*"))


@pytest.mark.parametrize("command", [["run"], ["ingest", "export"], ["ingest", "kaggle"]], ids=" ".join)
@pytest.mark.parametrize("kind", WRONG_FILES)
def test_a_wrong_file_is_named_and_refused(
    run_cli: RunCli, tmp_path: Path, command: list[str], kind: str
) -> None:
    name, content = WRONG_FILES[kind]
    path = tmp_path / name
    path.write_bytes(content)
    done = run_cli(*command, path, check=False)
    assert_refused(done, tmp_path / "home")
    assert name in done.stderr


@pytest.mark.parametrize("command", [["run"], ["ingest", "export"], ["ingest", "kaggle"]], ids=" ".join)
def test_a_missing_file_is_named(run_cli: RunCli, tmp_path: Path, command: list[str]) -> None:
    done = run_cli(*command, tmp_path / "nowhere.zip", check=False)
    assert_refused(done, tmp_path / "home")
    assert "nowhere.zip" in done.stderr


def test_a_zip_without_history_is_refused(run_cli: RunCli, tmp_path: Path) -> None:
    path = tmp_path / "photos.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("holiday.jpg", b"\xff\xd8\xff\xe0")
    assert_refused(run_cli("ingest", "export", path, check=False), tmp_path / "home")


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["--time-zone", "Europe/Pariss"], "Europe/Paris"),
        (["--listener", "nobody"], "spotiflow listener add"),
    ],
)
def test_a_zone_or_listener_that_does_not_exist(
    run_cli: RunCli, tmp_path: Path, words: list[str], part: str
) -> None:
    path = tmp_path / "StreamingHistory0.json"
    path.write_text(
        '[{"endTime": "2021-12-29 11:49", "artistName": "A", "trackName": "B", "msPlayed": 36306}]'
    )
    done = run_cli("ingest", "export", path, *words, check=False)
    assert_refused(done, tmp_path / "home")
    assert part in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    "command", [["run"], ["train"], ["report"], ["tables"], ["sql", "select 1"]], ids=" ".join
)
def test_an_empty_home_says_where_to_start(run_cli: RunCli, tmp_path: Path, command: list[str]) -> None:
    done = run_cli(*command, check=False)
    assert_refused(done, tmp_path / "home")
    assert "spotiflow" in done.stderr


@pytest.mark.parametrize(
    "words",
    [["build", "--layer", "platinum"], ["build", "--branch", "roots"], ["train", "--recipe", "magic"]],
    ids=" ".join,
)
def test_a_choice_that_does_not_exist_is_usage(run_cli: RunCli, tmp_path: Path, words: list[str]) -> None:
    run_cli("init")
    assert_refused(run_cli(*words, check=False), tmp_path / "home", code=2)


def test_a_held_warehouse_names_its_holder(run_cli: RunCli, tmp_path: Path) -> None:
    run_cli("init")
    code = "import sys, duckdb; db = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    words = [sys.executable, "-c", code, str(tmp_path / "home" / "spotiflow.duckdb")]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        done = run_cli("build", check=False, SPOTIFLOW_LOCK_WAIT_SECONDS="0.3")
        holder.kill()
    assert done.returncode == 1
    assert f"process {holder.pid}" in done.stderr


def test_a_home_on_a_disk_that_cannot_be_written(run_cli: RunCli, tmp_path: Path) -> None:
    done = run_cli("init", check=False, SPOTIFLOW_HOME="/proc/spotiflow")
    assert done.returncode == 1
    assert "SPOTIFLOW_HOME" in done.stderr


def test_errors_are_json_where_json_was_asked_for(run_cli: RunCli) -> None:
    done = run_cli("tables", "--json", check=False)
    assert done.returncode == 1
    assert '"hint"' in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--since", "yesterday"], "--since 'yesterday' is no day of the calendar"),
        (["--since", "2026-02", "--until", "2026-01"], "ends (2026-01-31) before it begins (2026-02-01)"),
        (["--methods", "year", "2026"], "--methods stands before 'year'"),
        (["today", "--date", "2026"], "--date '2026' is no day"),
    ],
)
def test_a_period_that_is_none_is_one_sentence(
    run_cli: RunCli, tmp_path: Path, arguments: list[str], words: str
) -> None:
    done = run_cli("report", *arguments, check=False)
    assert_refused(done, tmp_path / "home", code=2)
    assert words in done.stderr
