from __future__ import annotations

import os
import site
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from tests.ingest.builders import account_play, write
from tests.paths import ROOT

pytestmark = pytest.mark.slow

# Import everything that the wheel brings, and say where from.
EVERY_MODULE = """
import importlib, pkgutil
import spotiflow
for module in pkgutil.walk_packages(spotiflow.__path__, "spotiflow."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
print(spotiflow.__file__)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    words = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(words, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_it_holds_the_dbt_project_with_its_profile_and_nothing_stray(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"spotiflow"}
    project = "spotiflow/dbt_project"
    assert {"spotiflow/warehouse/schema.sql", "spotiflow/py.typed", f"{project}/dbt_project.yml"} <= set(
        names
    )
    assert sum(name == f"{project}/profiles.yml" for name in names) == 1
    assert not [name for name in names if "/target/" in name or "/logs/" in name or "__pycache__" in name]


def test_it_imports_and_builds_in_a_fresh_environment(wheel: Path, tmp_path: Path) -> None:
    """The environment is new; only third-party packages are borrowed, so that nothing has to be downloaded.

    A path in a .pth file is added as it is: the .pth files inside it, the editable checkout among them, are
    not followed.
    """
    fresh = tmp_path / "venv"
    venv.create(fresh, with_pip=False)
    python = fresh / "bin" / "python"
    packages = next((fresh / "lib").glob("python*/site-packages"))
    (packages / "borrowed.pth").write_text("\n".join(site.getsitepackages()) + "\n")
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
    ]
    subprocess.run([*install, str(wheel)], check=True)
    environment = {"HOME": str(tmp_path / "user"), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    (tmp_path / "user").mkdir()
    export = write(tmp_path / "StreamingHistory0.json", [account_play(number) for number in range(9)])
    spotiflow = str(fresh / "bin" / "spotiflow")

    def run(*words: str) -> str:
        done = subprocess.run(
            words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert run(str(python), "-c", EVERY_MODULE).startswith(str(packages))
    run(spotiflow, "ingest", "export", str(export))
    run(spotiflow, "build", "--layer", "bronze")
    counted = run(spotiflow, "sql", "select count(*) as n from listening_history_bronze", "--csv")
    assert counted.split() == ["n", "9"]
    assert (tmp_path / "user" / ".spotiflow" / "spotiflow.duckdb").exists()
