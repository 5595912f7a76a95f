from __future__ import annotations

import os
import site
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from tests.paths import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    words = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(words, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_it_holds_the_dbt_project_with_its_profile_and_nothing_stray(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {"cli.py", "core/schema.sql", "dbt_project/dbt_project.yml", "dbt_project/profiles.yml"} <= set(
        names
    )
    assert sum(name == "dbt_project/profiles.yml" for name in names) == 1
    assert not [name for name in names if "/target/" in name or "tests/" in name.split("dbt_project/")[0]]


def test_it_runs_the_demo_in_a_fresh_environment(wheel: Path, tmp_path: Path) -> None:
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
    found = subprocess.run(
        [str(python), "-c", "import core; print(core.__file__)"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.startswith(str(packages))
    done = subprocess.run(
        [str(fresh / "bin" / "spotiflow"), "demo"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "user" / ".spotiflow-demo" / "spotiflow.duckdb").exists()
    assert not (tmp_path / "user" / ".spotiflow").exists()
