"""What `import spotiflow` gives a script or notebook, and that it is no more than that."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import spotiflow
from spotiflow.core.errors import NotFoundError
from spotiflow.core.settings import Settings
from tests.paths import ROOT

PUBLIC = {"__version__", "connect", "home", "settings", "table"}


def test_exactly_these_names_are_public() -> None:
    assert set(dir(spotiflow)) == set(spotiflow.__all__) == PUBLIC
    # Rooms that were imported hang on the package too.
    own = {
        name
        for name in vars(spotiflow)
        if not name.startswith("_") and f"spotiflow.{name}" not in sys.modules
    }
    assert own - {"annotations"} == PUBLIC - {"__version__"}
    assert (Path(str(spotiflow.__file__)).parent / "py.typed").exists()


def test_a_notebook_reads_tables_and_lets_go(
    demo_warehouse: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPOTIFLOW_HOME", str(demo_warehouse.home))
    assert spotiflow.home() == demo_warehouse.home
    assert spotiflow.settings().database_path == demo_warehouse.database_path
    with spotiflow.connect() as db:
        row = db.sql("select count(*) from top_artists").fetchall()[0]
    relation = spotiflow.table("top_artists", home=demo_warehouse.home)
    assert relation.shape[0] == row[0] > 0
    with pytest.raises(NotFoundError, match="no table 'nothing'"):
        spotiflow.table("nothing")


def test_importing_it_is_light_and_needs_no_folder_of_ours(tmp_path: Path) -> None:
    """Files of the user's that are named like rooms of ours stay the user's."""
    for name in ("core", "report", "ingest", "ml", "cli"):
        (tmp_path / f"{name}.py").write_text("IS_MINE = True\n")
    code = (
        "import time; started = time.process_time(); import spotiflow; took = time.process_time() - started\n"
        "import sys, core, report; assert core.IS_MINE and report.IS_MINE\n"
        "print(took, sorted({'duckdb', 'dbt', 'sklearn', 'pandas', 'typer', 'rich'} & set(sys.modules)))\n"
        "assert spotiflow.settings().home and spotiflow.__version__ != '0'"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT), "SPOTIFLOW_HOME": str(tmp_path / "home")}
    words = [sys.executable, "-c", code]
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    took, heavy = done.stdout.split(maxsplit=1)
    assert heavy.strip() == "[]"
    assert float(took) < 0.1


@pytest.mark.parametrize("words", [("-m", "spotiflow"), (str(ROOT / "cli.py"),)], ids=["module", "checkout"])
def test_it_starts_as_a_module_and_from_the_checkout(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, *words, "--version"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout.startswith("spotiflow "), done.stderr
