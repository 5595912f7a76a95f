from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from spotiflow.core.settings import Settings
from spotiflow.warehouse.database import open_warehouse
from tests.conftest import RunCli
from tests.paths import ROOT

pytestmark = pytest.mark.slow


def test_it_walks_through_the_public_commands(demo_output: tuple[Path, str]) -> None:
    printed = demo_output[1]
    steps = ["listener add", "ingest kaggle", "ingest export", "build", "train", "report"]
    places = [printed.index(f"$ spotiflow {step}") for step in steps]
    assert places == sorted(places)
    assert "spotiflow run my_spotify_data.zip" in printed[places[-1] :]


def test_simulated_is_said_first_and_in_every_table(
    demo_output: tuple[Path, str], demo_warehouse: Settings
) -> None:
    assert "SIMULATED" in demo_output[1].splitlines()[0]
    with open_warehouse(demo_warehouse, read_only=True) as db:
        assert db.execute("select distinct kind from listeners").fetchall() == [("simulated",)]
        assert db.execute("select distinct is_simulated from raw.kaggle_tracks").fetchall() == [(True,)]
        tables = db.execute(
            "select table_name from duckdb_columns() "
            "where schema_name = 'gold' and column_name = 'is_simulated'"
        ).fetchall()
        assert len(tables) > 10
        for (table,) in tables:
            assert db.execute(
                f"select count(*) from gold.{table} where is_simulated is not true"
            ).fetchone() == (0,)


def test_nothing_reaches_for_the_network(demo_output: tuple[Path, str]) -> None:
    assert not (demo_output[0].parent / "network").exists()


def test_the_guard_would_notice(tmp_path: Path) -> None:
    code = "import socket; socket.create_connection(('127.0.0.1', 9))"
    environment = {
        "PYTHONPATH": str(ROOT / "tests" / "guard"),
        "SPOTIFLOW_TEST_NETWORK_LOG": str(tmp_path / "log"),
    }
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=False)
    assert done.returncode == 1
    assert "getaddrinfo" in (tmp_path / "log").read_text()


def test_a_folder_that_no_demo_made_is_left_alone(run_cli: RunCli, tmp_path: Path) -> None:
    foreign = tmp_path / "home-demo"
    foreign.mkdir()
    (foreign / "thesis.txt").write_text("years of work")
    done = run_cli("demo", check=False)
    assert done.returncode == 1
    assert "in the way" in done.stderr
    assert (foreign / "thesis.txt").read_text() == "years of work"


def test_the_shell_of_pip_opens_the_warehouse(demo_warehouse: Settings) -> None:
    shell = Path(sys.executable).with_name("duckdb")
    query = (
        "select count(*) > 0, bool_and(comment is not null) from duckdb_columns() where schema_name = 'gold'"
    )
    words = [str(shell), "-readonly", "-csv", "-noheader", str(demo_warehouse.database_path), "-c", query]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "true,true", done.stderr


def test_only_the_owner_can_read_what_a_whole_run_leaves(demo_output: tuple[Path, str]) -> None:
    home = demo_output[0]
    wrong = [
        path
        for path in (home, *home.rglob("*"))
        if stat.S_IMODE(path.stat().st_mode) != (0o700 if path.is_dir() else 0o600)
    ]
    assert wrong == []
