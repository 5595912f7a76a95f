"""One run at a time: the lock names its holder, waits, and is free again after kill -9."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from spotiflow.core.errors import WaitError
from spotiflow.core.processes import describe
from spotiflow.core.settings import Settings
from spotiflow.pipeline.watch.doctor import examine
from spotiflow.warehouse.run_lock import lock_holder, only_one
from tests.conftest import RunCli
from tests.paths import ROOT

HOLD = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from spotiflow.warehouse.run_lock import only_one
from spotiflow.core.settings import load_settings
with only_one(load_settings(home=Path(sys.argv[1])), "spotiflow run --from train"):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def holding(settings: Settings) -> Iterator[subprocess.Popen[str]]:
    words = [sys.executable, "-c", HOLD, str(settings.home)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process


def test_a_second_one_waits_and_then_names_the_first(settings: Settings) -> None:
    with holding(settings) as first:
        with pytest.raises(WaitError) as caught, only_one(settings, "spotiflow run"):
            pass
        assert f"spotiflow run --from train (process {first.pid}, since 20" in caught.value.message
        assert caught.value.exit_code == 4
        assert first.stdin is not None
        first.stdin.close()
        with only_one(replace(settings, lock_wait_seconds=20.0), "spotiflow run"):
            pass
    assert (settings.home / "run.lock").read_bytes() == b""


def test_a_killed_holder_holds_nothing(settings: Settings) -> None:
    with holding(settings) as first:
        first.send_signal(signal.SIGKILL)
        first.wait()
        assert str(first.pid) in (settings.home / "run.lock").read_text()
        assert lock_holder(settings) is None
        with only_one(settings, "spotiflow run"):
            pass


def test_doctor_names_the_holder_and_sees_when_it_is_gone(run_cli: RunCli, settings: Settings) -> None:
    def told(now: datetime | None = None) -> tuple[str, str]:
        with time_machine.travel(now or datetime.now(UTC)):
            [check] = [check for check in examine(settings) if check.name == "lock"]
        return check.verdict, check.found

    run_cli("init")
    assert told() == ("ok", "free: no run, backup or restore is at work")
    with holding(settings) as first:
        verdict, found = told()
        assert verdict == "ok"
        assert re.fullmatch(
            rf"spotiflow run --from train \(process {first.pid}, since 20[-\d]+ [:\d]+\) is at work", found
        )
        assert f"process {first.pid}" in run_cli("doctor").stdout
        assert told(datetime.now(UTC) + timedelta(hours=4))[0] == "warning"
        first.send_signal(signal.SIGKILL)
        first.wait()
        assert told() == ("ok", "free: no run, backup or restore is at work")


def test_a_run_backup_and_restore_leave_with_a_sentence(run_cli: RunCli, settings: Settings) -> None:
    run_cli("init")
    run_cli("backup")
    with holding(settings):
        for words in (["run"], ["backup"], ["restore", "--yes"]):
            done = run_cli(*words, check=False, SPOTIFLOW_LOCK_WAIT_SECONDS="0.2")
            assert done.returncode == 4, done.stderr
            assert "Another spotiflow works on" in done.stderr
            assert len(done.stderr.strip().splitlines()) == 2


def test_a_process_in_words() -> None:
    words = [
        sys.executable,
        "-c",
        "import sys; print(flush=True); sys.stdin.read()",
        "access_token=secret123",
    ]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        told = describe(process.pid, "python")
        process.kill()
    assert re.search(rf"\(process {process.pid}, since \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d\)$", told)
    assert told.startswith("python")
    assert "secret123" not in told
    assert describe(2**22 + 1, "duckdb") == f"duckdb (process {2**22 + 1})"
    assert describe(os.getpid(), "x") != describe(os.getppid(), "x")
