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


def fresh_environment(folder: Path) -> Path:
    """Return the Python of a new environment; only third-party packages are borrowed, nothing is downloaded.

    A path in a .pth file is added as it is: the .pth files inside it, the editable checkout among them, are
    not followed.
    """
    fresh = folder / "venv"
    venv.create(fresh, with_pip=False)
    python = fresh / "bin" / "python"
    (packages_of(python) / "borrowed.pth").write_text("\n".join(site.getsitepackages()) + "\n")
    return python


def packages_of(python: Path) -> Path:
    return next((python.parent.parent / "lib").glob("python*/site-packages"))


def pip(python: Path, *words: str) -> None:
    subprocess.run([sys.executable, "-m", "pip", "--python", str(python), *words, "--quiet"], check=True)


def install(python: Path, wheel: Path) -> None:
    pip(python, "install", "--no-deps", "--no-index", str(wheel))


def foreign_wheel(folder: Path) -> Path:
    """Write a wheel of somebody else's that owns names our rooms have too."""
    files = {f"{name}/__init__.py": "IS_FOREIGN = True\n" for name in ("core", "ingest", "ml", "report")}
    files["cli.py"] = "IS_FOREIGN = True\n"
    info = "foreign-1.0.dist-info"
    files[f"{info}/METADATA"] = "Metadata-Version: 2.1\nName: foreign\nVersion: 1.0\n"
    files[f"{info}/WHEEL"] = "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files[f"{info}/RECORD"] = "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"])
    path = folder / "foreign-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


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
    python = fresh_environment(tmp_path)
    packages = packages_of(python)
    install(python, wheel)
    environment = {"HOME": str(tmp_path / "user"), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    (tmp_path / "user").mkdir()
    export = write(tmp_path / "StreamingHistory0.json", [account_play(number) for number in range(9)])
    spotiflow = str(python.with_name("spotiflow"))

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


def test_another_package_with_names_like_our_rooms_comes_and_goes(wheel: Path, tmp_path: Path) -> None:
    python = fresh_environment(tmp_path)
    packages = packages_of(python)
    install(python, foreign_wheel(tmp_path))
    install(python, wheel)
    environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}

    def run(*words: str) -> str:
        done = subprocess.run(
            words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert run(str(python), "-c", "import core, cli; print(core.IS_FOREIGN, cli.IS_FOREIGN)") == "True True\n"
    assert run(str(python), "-m", "spotiflow", "--version").startswith("spotiflow ")
    pip(python, "uninstall", "--yes", "foreign")
    assert not (packages / "core").exists()
    assert run(str(python), "-c", EVERY_MODULE).startswith(str(packages))
    assert "Warehouse ready" in run(str(python.with_name("spotiflow")), "init")
