"""What the project promises about itself: layout, names, help and documentation."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from spotiflow import cli
from tests.docs.reference import commands
from tests.paths import ROOT

PYTHON = [
    path
    for folder in (".", "spotiflow", "dbt_project", "tests", "benchmarks", "mutants")
    for path in sorted((ROOT / folder).glob("*.py" if folder == "." else "**/*.py"))
]
# From the top: each imports only what stands further down; rooms on one line do not know each other.
HOUSE = (
    ("__main__",),
    ("cli",),
    ("commands",),
    ("pipeline",),
    ("people", "simulate", "web"),
    ("report", "publish", "ml", "ingest"),
    ("transform",),
    ("warehouse",),
    ("core",),
)


COMMANDS = dict(commands(cli.app))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_with_an_example(name: str) -> None:
    text = COMMANDS[name].help or ""
    assert f"Example: spotiflow {name}" in text
    for parameter in COMMANDS[name].params:
        assert getattr(parameter, "help", None), f"{name}: {parameter.name} has no help"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_readme(name: str) -> None:
    assert f"spotiflow {name}" in (ROOT / "README.md").read_text(encoding="utf-8")


# What is longer than the limits needs a reason here.
LONG = {"tests/report/sample.py: full_report": "one whole report as data"}


def test_functions_and_files_stay_short() -> None:
    """A function fits on a screen (50 lines); a file is one idea, which rarely takes 400."""
    long = set()
    for path in PYTHON:
        text = path.read_text(encoding="utf-8")
        name = str(path.relative_to(ROOT))
        if len(text.splitlines()) > 400:
            long.add(name)
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if (node.end_lineno or 0) - node.lineno >= 50:
                long.add(f"{name}: {node.name}")
    assert long == set(LONG)


@pytest.mark.parametrize(("floor", "room"), [(i, room) for i, rooms in enumerate(HOUSE) for room in rooms])
def test_rooms_import_only_what_lies_below(floor: int, room: str) -> None:
    below = {name for rooms in HOUSE[floor + 1 :] for name in rooms} | {room}
    for path in (ROOT / "spotiflow").rglob("*.py"):
        if path.relative_to(ROOT / "spotiflow").parts[0].removesuffix(".py") != room:
            continue
        for module in imported(path):
            where = module.split(".")[1:2]
            assert not where or where[0] in below, f"{path.relative_to(ROOT)} imports {module}"


@pytest.mark.parametrize("room", sorted({name for rooms in HOUSE for name in rooms} - {"__main__", "cli"}))
def test_folders_of_a_room_never_import_each_other_in_a_circle(room: str) -> None:
    below: dict[str, set[str]] = {}
    for path in (ROOT / "spotiflow" / room).rglob("*.py"):
        here = folder_of(path)
        below.setdefault(here, set()).update(folders(path) - {here})
    while free := {folder for folder, others in below.items() if not others & set(below)}:
        below = {folder: others for folder, others in below.items() if folder not in free}
    assert not below, f"these folders import each other in a circle: {sorted(below)}"


def folder_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).parent.parts)


def folders(path: Path) -> set[str]:
    """Return the folders of ours from which a file imports, also for types only."""
    found = (ROOT / Path(*module.split(".")) for module in imported(path))
    return {folder_of(module / "__init__.py" if module.is_dir() else module) for module in found}


def imported(path: Path) -> set[str]:
    """Return the modules of ours that a file imports, also for types only."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "spotiflow":
            found |= {f"spotiflow.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            modules = {name for name in names if is_module(name)}
            found |= modules | ({node.module} if names > modules else set())
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name for name in found if name.split(".")[0] == "spotiflow"}


def is_module(name: str) -> bool:
    path = ROOT / Path(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


def test_help_loads_nothing_heavy() -> None:
    heavy = {"duckdb", "pandas", "numpy", "sklearn", "dbt", "spotipy"}
    code = f"import sys, spotiflow.cli; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_constraints_hold_versions_only() -> None:
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        name, _, version = line.partition("==")
        assert name, line
        assert version, line
        assert not set("@ /:") & set(line), line
