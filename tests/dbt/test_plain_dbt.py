"""dbt without spotiflow's commands: from the project folder and from the root, out of nothing."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.conftest import PARSED, keep_parsed
from tests.dbt.project import PROJECT, parsed_with, query
from tests.paths import ROOT

MODELS = PROJECT / "models"
DBT = Path(sys.executable).with_name("dbt")


def run(folder: Path, person: Path, *arguments: str) -> str:
    """Run the `dbt` of this environment as a person would, whose home folder is `person`."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("SPOTIFLOW_", "DBT_"))
    }
    environment |= {
        "HOME": str(person),
        "DBT_TARGET_PATH": str(person / "target"),
        "DBT_LOG_LEVEL_FILE": "none",
        PARSED: str(parsed_with()),
    }
    done = subprocess.run(
        [str(DBT), "--no-use-colors", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    keep_parsed(person, parsed_with())
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_plain_build_makes_everything_out_of_nothing(tmp_path: Path) -> None:
    printed = run(PROJECT, tmp_path, "build")
    assert "WARNING" not in printed
    # Every unit test of every model is among it.
    (n_unit_tests,) = re.findall(r"Finished running .* (\d+) unit tests", printed)
    written = sum(
        len(yaml.safe_load(file.read_text()).get("unit_tests", [])) for file in MODELS.rglob("*.yml")
    )
    assert int(n_unit_tests) == written > 100
    home = tmp_path / ".spotiflow"
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "spotiflow.duckdb").stat().st_mode) == 0o600
    schemas = query(home, "select distinct schema_name from duckdb_tables() order by all")
    assert schemas == [("bronze",), ("gold",), ("ml",), ("raw",), ("silver",)]
    assert query(home, "select count(*) from silver.plays") == [(0,)]
    assert query(
        home, "select tags['storage_version'] from duckdb_databases() where database_name = 'spotiflow'"
    ) == [("v1.2.0+",)]


@pytest.mark.long
def test_it_also_works_at_the_root(tmp_path: Path) -> None:
    run(ROOT, tmp_path, "build", "--project-dir", "dbt_project", "--select", "bronze")
    n_views = "select count(*) > 0 from duckdb_views() where schema_name = 'bronze'"
    assert query(tmp_path / ".spotiflow", n_views) == [(True,)]
