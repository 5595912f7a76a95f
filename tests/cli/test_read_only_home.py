"""A home that this user may read and not write: what reads works, everything else is one sentence."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from spotiflow.cli import app
from spotiflow.core.console import start_log
from spotiflow.core.settings import Settings
from spotiflow.pipeline.backup_commands import make_backup
from spotiflow.pipeline.demo import demo_settings
from spotiflow.pipeline.schedule.schedule import only_one_schedule
from tests.docs.reference import commands
from tests.fakes.spotify import CLIENT_ID, FakeSpotify
from tests.ingest import builders as b
from tests.ingest import scrobble_builders as s
from tests.ingest.spotify.conftest import expire_access, log_in
from tests.paths import ROOT

# One process for all commands, each as `spotiflow WORDS`: to start fifty would take a minute.
RUN_ALL = """
import contextlib, io, json, sys
sys.path.insert(0, sys.argv[1])
from spotiflow import cli
ended = {}
for name, words in json.loads(sys.stdin.read()).items():
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    sys.argv, code = ["spotiflow", *words], 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            cli.run()
        except SystemExit as end:
            code = end.code or 0
    ended[name] = code, *(stream.buffer.getvalue().decode() for stream in (out, err))
print(json.dumps(ended))
"""
READS, REFUSED = 0, 1
# What each command is called with and how it ends; {out} is a folder that can be written.
COMMANDS: dict[str, tuple[list[str], int]] = {
    "init": ([], REFUSED),
    "build": ([], REFUSED),
    # It has a home of its own beside this one, from an earlier demo.
    "demo": ([], REFUSED),
    "ingest export": (["{export}"], REFUSED),
    "ingest scrobbles": (["{scrobbles}"], REFUSED),
    "ingest features": (["{features}"], REFUSED),
    "ingest kaggle": (["{kaggle}"], REFUSED),
    "ingest spotify": ([], REFUSED),
    "ingest simulate": ([], REFUSED),
    "listener add": (["ben"], REFUSED),
    "listener list": ([], READS),
    "listener rename": (["demo", "Anna"], REFUSED),
    "listener timezone": (["demo", "Europe/Berlin"], REFUSED),
    # Without a person at a terminal there is no login, here or elsewhere.
    "auth login": ([], 3),
    "auth status": ([], READS),
    "auth logout": ([], REFUSED),
    "docs generate": ([], REFUSED),
    "docs serve": (["--no-browser"], REFUSED),
    # A server would not end; for somebody who is not there none is started.
    "dashboard": (["--no-browser", "--listener", "nobody-here"], REFUSED),
    "dashboard token add": (["demo"], REFUSED),
    "dashboard token list": ([], READS),
    "dashboard token remove": (["00000000"], REFUSED),
    "docs models": ([], REFUSED),
    "publish postgres": (["postgresql://127.0.0.1:1/music"], REFUSED),
    "publish parquet": (["{out}/parquet", "--table", "top_artists"], READS),
    "publish delta": (["{out}/delta", "--table", "top_artists"], READS),
    "publish csv": (["{out}/csv", "--table", "top_artists"], READS),
    "run": ([], REFUSED),
    "status": ([], READS),
    "logs": ([], READS),
    # It works, and says that something does not.
    "doctor": ([], REFUSED),
    "schedule": ([], REFUSED),
    "schedule unit": (["systemd"], READS),
    "tables": ([], READS),
    "sql": (["select count(*) from plays"], READS),
    "path": ([], READS),
    "report": ([], READS),
    "report year": (["2026"], READS),
    "report today": ([], READS),
    "report artist": (["dyrio"], READS),
    "forget": (["demo", "--yes"], REFUSED),
    "backup": ([], REFUSED),
    "restore": (["--yes"], REFUSED),
    "takeout": (["{out}/mine.zip"], REFUSED),
    "train": ([], REFUSED),
    "recommend": ([], REFUSED),
}


@pytest.fixture
def home(demo_warehouse: Settings, spotify: FakeSpotify) -> Iterator[Settings]:
    """The demo's home with a login, a log, a lock of the past and a backup; nobody may write it any more."""
    log_in(demo_warehouse, spotify)
    expire_access(demo_warehouse)
    start_log(demo_warehouse)
    make_backup(demo_warehouse)
    with only_one_schedule(demo_warehouse):
        pass
    beside = demo_settings(demo_warehouse).home
    beside.mkdir()
    (beside / ".spotiflow-demo").touch()
    places = [folder for top in (demo_warehouse.home, beside) for folder in (top, *top.rglob("*"))]
    for place in places:
        place.chmod(0o555 if place.is_dir() else 0o444)
        if os.getuid() == 0:
            os.chown(place, 65534, 65534)
    yield demo_warehouse
    for place in places:
        place.chmod(0o755)


@pytest.fixture
def spotify() -> Iterator[FakeSpotify]:
    with FakeSpotify() as fake:
        yield fake


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """Inputs that would be taken in."""
    given = tmp_path / "given"
    given.mkdir()
    found = {
        "export": b.extended_package(given / "my_spotify_data.zip"),
        "scrobbles": b.write(given / "recenttracks.csv", s.ghan([s.ghan_row(1)])),
        "features": b.write(given / "features.csv", b"track_id,valence\n" + b"a" * 22 + b",0.5\n"),
        "kaggle": b.write(given / "dataset.csv", b.catalogue([b.catalogue_row(1)])),
        "out": tmp_path / "out",
    }
    return {name: str(path) for name, path in found.items()}


def test_every_command_reads_or_says_in_a_sentence_that_it_cannot_write(
    home: Settings, spotify: FakeSpotify, files: dict[str, str]
) -> None:
    assert set(COMMANDS) == {name for name, _ in commands(app)}
    calls = {
        name: [*name.split(), *(word.format_map(files) for word in words)]
        for name, (words, _) in COMMANDS.items()
    }
    # Root may write everywhere, but not as the nobody of a user namespace.
    becomes = ["unshare", "--user"] if os.getuid() == 0 else []
    environment = {
        "SPOTIFLOW_HOME": str(home.home),
        "SPOTIFLOW_SPOTIFY_CLIENT_ID": CLIENT_ID,
        "SPOTIFLOW_SPOTIFY_API_URL": spotify.url,
        "SPOTIFLOW_SPOTIFY_ACCOUNTS_URL": spotify.url,
        "SPOTIFLOW_LOCK_WAIT_SECONDS": "0.2",
    }
    before = {path: path.stat().st_mtime_ns for path in home.home.rglob("*")}
    done = subprocess.run(
        [*becomes, sys.executable, "-c", RUN_ALL, str(ROOT)],
        input=json.dumps(calls),
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    ended = json.loads(done.stdout.splitlines()[-1])
    for name, (code, out, err) in ended.items():
        assert code == COMMANDS[name][1], f"{name}: {code}\n{out}\n{err}"
        assert "Traceback" not in out + err
        assert "unexpected" not in out + err, f"{name}: {err}"
        lines = err.strip().splitlines()
        assert len(lines) == (2 if code and name != "doctor" else 0), f"{name}: {err}"
        if code == REFUSED and not (name.startswith(("doctor", "publish")) or name == "dashboard"):
            assert "cannot be" in lines[0], f"{name}: {err}"
            assert str(home.home) in lines[0], f"{name}: {err}"
    assert "cannot be written" in ended["doctor"][1]
    # Nothing was asked of Spotify that could not have been kept, and nothing at all has changed.
    assert spotify.requests == []
    assert {path: path.stat().st_mtime_ns for path in home.home.rglob("*")} == before
