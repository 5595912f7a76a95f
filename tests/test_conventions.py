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
    ("people", "simulate"),
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


@pytest.mark.parametrize("path", PYTHON, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_stay_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 250


@pytest.mark.parametrize(("floor", "room"), [(i, room) for i, rooms in enumerate(HOUSE) for room in rooms])
def test_rooms_import_only_what_lies_below(floor: int, room: str) -> None:
    below = {name for rooms in HOUSE[floor + 1 :] for name in rooms} | {room}
    for path in (ROOT / "spotiflow").rglob("*.py"):
        if path.relative_to(ROOT / "spotiflow").parts[0].removesuffix(".py") != room:
            continue
        for module in imported(path):
            where = module.split(".")[1:2]
            assert not where or where[0] in below, f"{path.relative_to(ROOT)} imports {module}"


def imported(path: Path) -> set[str]:
    """Return the modules of ours that a file imports, also for types only."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "spotiflow":
            found |= {f"spotiflow.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name for name in found if name.split(".")[0] == "spotiflow"}


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
