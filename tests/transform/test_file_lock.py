"""A build beside programs that have the file open for moments, and beside one that does not let go."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import psutil  # type: ignore[import-untyped]
import pytest

from spotiflow.core.errors import WarehouseBusyError
from spotiflow.core.settings import Settings
from spotiflow.pipeline.stage_runs import build_tables
from spotiflow.transform import runner
from spotiflow.warehouse.database import open_warehouse
from tests.conftest import PARSED, keep_parsed
from tests.dbt.project import PROJECT, parsed_with

pytestmark = pytest.mark.slow

# A page that is loaded again and again: it has the file for most of the time, and never for long.
READER = """
import sys, time, duckdb
while True:
    try:
        with duckdb.connect(sys.argv[1], read_only=True) as db:
            db.execute("select count(*) from raw.listeners").fetchall()
            print("read", flush=True)
            time.sleep(0.4)
    except duckdb.Error:
        pass
    time.sleep(0.15)
"""
HOLDER = READER.replace("time.sleep(0.4)", "time.sleep(400)")
ONE_MODEL = ("--select", "listeners_bronze", "--exclude-resource-type", "unit_test")


@contextmanager
def beside(settings: Settings, program: str) -> Iterator[subprocess.Popen[str]]:
    """Run a program that reads the file, from the moment on at which it has it."""
    with open_warehouse(settings) as db:
        db.execute("insert into raw.listeners values ('anna', null, 'person', now()::timestamp)")
    words = [sys.executable, "-c", program, str(settings.database_path)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "read\n"
        try:
            yield process
        finally:
            process.kill()


def plain_dbt(settings: Settings, seconds: float) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "SPOTIFLOW_HOME": str(settings.home),
        "SPOTIFLOW_LOCK_WAIT_SECONDS": str(seconds),
        "DBT_TARGET_PATH": str(settings.target_dir),
        "DBT_LOG_PATH": str(settings.logs_dir),
        PARSED: str(parsed_with()),
    }
    words = [str(Path(sys.executable).with_name("dbt")), "--no-use-colors", "build", *ONE_MODEL]
    done = subprocess.run(words, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    keep_parsed(settings.home, parsed_with())
    return done


def test_a_build_waits_for_a_reader_in_a_loop(settings: Settings) -> None:
    patient = replace(settings, lock_wait_seconds=60)
    with beside(settings, READER):
        result = runner.build(patient, select="listeners_bronze")
    assert [node.name for node in result.models] == ["listeners_bronze"]


def test_plain_dbt_waits_for_a_reader_in_a_loop(settings: Settings) -> None:
    with beside(settings, READER):
        done = plain_dbt(settings, 60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_plain_dbt_names_who_does_not_let_go(settings: Settings) -> None:
    with beside(settings, HOLDER) as holder:
        done = plain_dbt(settings, 0.5)
    assert done.returncode != 0
    printed = " ".join((done.stdout + done.stderr).split())
    assert f"(process {holder.pid}" in printed
    assert "Close that program" in printed
    assert "Traceback" not in printed


def test_a_build_that_dbt_cannot_begin_names_who_has_the_file(settings: Settings) -> None:
    with beside(settings, HOLDER) as holder, pytest.raises(WarehouseBusyError) as caught:
        runner.invoke(settings, ["build", *ONE_MODEL])
    assert f"(process {holder.pid}" in caught.value.message
    with open_warehouse(settings, read_only=True) as db:
        assert db.execute("select 1").fetchone() == (1,)


def test_a_build_opens_the_file_three_times(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_warehouse(settings):
        pass
    opened: list[str] = []
    connect = duckdb.connect

    def counted(database: Any = ":memory:", *rest: Any, **options: Any) -> duckdb.DuckDBPyConnection:
        # Who connects to a file that this process has open shares it.
        path = str(database)
        if path == str(settings.database_path) and path not in open_files():
            opened.append(path)
        return connect(database, *rest, **options)

    monkeypatch.setattr(duckdb, "connect", counted)
    build_tables(settings, select="listeners_bronze")
    assert len(opened) == 3


def open_files() -> set[str]:
    return {file.path for file in psutil.Process().open_files()}
