"""A home on a drive that cannot lock files: one sentence at once, and nothing left behind."""

from __future__ import annotations

import platform
import subprocess
import sys
import time
from pathlib import Path

import pytest

from spotiflow.core.settings import Settings
from spotiflow.warehouse.database import open_warehouse
from tests.fakes.no_locks import CALLS
from tests.paths import ROOT

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in CALLS,
    reason="only Linux lets a process have its own locks refused",
)


def without_locks(home: Path, *words: str) -> tuple[subprocess.CompletedProcess[str], float]:
    """Run a command where the kernel refuses every lock; returns how long that took as well."""
    started = time.monotonic()
    command = [sys.executable, "-m", "tests.fakes.no_locks", "--home", str(home), *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done, time.monotonic() - started


@pytest.mark.parametrize("words", [("init",), ("run",), ("backup",), ("status",), ("build",)])
def test_a_new_home_is_refused_at_once(tmp_path: Path, words: tuple[str, ...]) -> None:
    home = tmp_path / "drive" / "home"
    home.parent.mkdir()
    done, _ = without_locks(home, *words)
    assert "Traceback" not in done.stderr
    assert not home.exists()
    if words[0] in ("init", "build"):
        assert done.returncode == 1
        assert "cannot lock files (No locks available)" in done.stderr
        assert "SPOTIFLOW_HOME" in done.stderr
        assert len(done.stderr.strip().splitlines()) == 2


@pytest.mark.parametrize("words", [("init",), ("run", "--only", "build"), ("sql", "select 1"), ("backup",)])
def test_a_home_that_came_to_such_a_drive_is_named_at_once_and_kept(
    settings: Settings, words: tuple[str, ...]
) -> None:
    with open_warehouse(settings) as db:
        db.execute("insert into raw.listeners values ('anna', null, 'person', now()::timestamp)")
    before = settings.database_path.read_bytes()
    done, seconds = without_locks(settings.home, *words)
    printed = done.stdout + done.stderr
    assert done.returncode == 1, printed
    assert "cannot lock files" in printed
    assert "held by" not in printed
    assert "Traceback" not in printed
    assert seconds < 25, "not after waiting 30 s for a holder that does not exist"
    assert settings.database_path.read_bytes() == before
