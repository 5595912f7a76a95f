"""SIGTERM in every stage, and in the schedule: an end in order, one sentence, and nothing half done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.database import open_warehouse
from core.settings import Settings
from pipeline.schedule import is_running
from tests.ingest import builders as b
from tests.paths import ROOT

# How long an end in order may take on a busy machine.
PATIENCE_SECONDS = 90


def start(settings: Settings, *words: str, **extra: str) -> subprocess.Popen[str]:
    environment = os.environ | {"SPOTIFLOW_HOME": str(settings.home)} | extra
    return subprocess.Popen(
        [sys.executable, str(ROOT / "cli.py"), *words],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(settings: Settings, words: str, process: subprocess.Popen[str]) -> None:
    """Wait until the log says something after now."""
    path = settings.logs_dir / "spotiflow.log"
    before = path.read_text() if path.exists() else ""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while words not in (path.read_text()[len(before) :] if path.exists() else ""):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, words
        time.sleep(0.02)


def ask(settings: Settings, sql: str) -> list[tuple[object, ...]]:
    with open_warehouse(settings, read_only=True) as db:
        return db.execute(sql).fetchall()


def make_due(settings: Settings, stage: str) -> dict[str, str]:
    """Let a stage of the built demo have something to do; returns what to add to the environment."""
    forget = {
        "train": "delete from ml.task_runs; delete from ml.model_versions; "
        "delete from raw.stage_runs where stage = 'train'",
        "score": "delete from ml.task_runs; delete from raw.stage_runs where stage = 'score'",
        "rebuild": "update ml.forecasts set predicted = predicted + 0.001, created_at = now()::timestamp",
    }
    if stage in forget:
        with open_warehouse(settings) as db:
            db.execute(forget[stage])
    if stage == "files":
        b.extended_package(settings.inbox_dir / "my_spotify_data.zip")
    return {"SPOTIFLOW_MIN_PLAY_SECONDS": "31"} if stage == "build" else {}


@pytest.mark.long
@pytest.mark.parametrize("stage", ["files", "build", "train", "score", "rebuild"])
def test_sigterm_ends_a_stage_in_order(demo_warehouse: Settings, stage: str) -> None:
    extra = make_due(demo_warehouse, stage)
    process = start(demo_warehouse, "run", "--only", stage, **extra)
    wait_for(demo_warehouse, f"{stage} started", process)
    process.send_signal(signal.SIGTERM)
    printed, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 143, printed + errors
    assert "interrupted" in printed
    assert "Traceback" not in printed + errors
    [last] = ask(
        demo_warehouse,
        f"select status from raw.stage_runs where stage = '{stage}' order by started_at desc limit 1",
    )
    assert last == ("interrupted",)
    again = start(demo_warehouse, "run", "--only", stage, **extra)
    again.communicate(timeout=4 * PATIENCE_SECONDS)
    assert again.returncode == 0


@pytest.mark.long
def test_the_schedule_ends_in_order_with_what_it_runs(demo_warehouse: Settings) -> None:
    make_due(demo_warehouse, "files")
    process = start(demo_warehouse, "schedule", SPOTIFLOW_MIN_PLAY_SECONDS="31")
    wait_for(demo_warehouse, "build started", process)
    assert is_running(demo_warehouse)
    second = start(demo_warehouse, "schedule")
    _, errors = second.communicate(timeout=PATIENCE_SECONDS)
    assert second.returncode == 1
    assert f"process {process.pid}" in errors
    process.send_signal(signal.SIGTERM)
    printed, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0, printed + errors
    assert "Stopped" in printed
    assert not is_running(demo_warehouse)
    statuses = ask(
        demo_warehouse, "select stage, status from raw.stage_runs order by started_at desc limit 2"
    )
    assert statuses == [("build", "interrupted"), ("files", "ok")]


def test_no_unit_and_no_command_line_names_a_secret(settings: Settings) -> None:
    from pipeline.units import KINDS, unit

    for kind in KINDS:
        text = unit(settings, kind)
        assert str(settings.home) in text
        assert "token" not in text.lower()
    assert Path(sys.executable).parent.as_posix() in unit(settings, "systemd")
