"""What the project promises about itself: layout, names, help and documentation."""

from __future__ import annotations

import ast
import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest

import cli
from tests.docs.reference import commands
from tests.paths import ROOT

PACKAGES = ("cli", "commands", "core", "dbt_project", "ingest", "ml", "pipeline", "publish", "report")
PYTHON = [
    path
    for folder in (".", *PACKAGES[1:], "tests", "benchmarks", "mutants")
    for path in sorted((ROOT / folder).glob("*.py" if folder == "." else "**/*.py"))
]
LAYERS = {
    "core": {"core"},
    "ingest": {"ingest", "core"},
    "ml": {"ml", "core"},
    "report": {"report", "core"},
    "publish": {"publish", "core"},
    "pipeline": {"pipeline", "ingest", "ml", "report", "publish", "core"},
}


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


@pytest.mark.parametrize("package", LAYERS)
def test_packages_import_only_what_lies_below(package: str) -> None:
    for path in (ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = []
            if isinstance(node, ast.ImportFrom) and node.module:
                modules = [node.module]
            elif isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            ours = {module.split(".")[0] for module in modules} & set(PACKAGES)
            assert ours <= LAYERS[package], f"{path.relative_to(ROOT)} imports {ours - LAYERS[package]}"


def test_no_dependency_owns_one_of_our_top_level_names() -> None:
    owners = importlib.metadata.packages_distributions()
    for name in PACKAGES:
        assert set(owners.get(name, [])) <= {"spotiflow"}, f"{name} is also in {owners[name]}"


def test_help_loads_nothing_heavy() -> None:
    heavy = {"duckdb", "pandas", "numpy", "sklearn", "dbt", "spotipy"}
    code = f"import sys, cli; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_constraints_hold_versions_only() -> None:
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        name, _, version = line.partition("==")
        assert name, line
        assert version, line
        assert not set("@ /:") & set(line), line
