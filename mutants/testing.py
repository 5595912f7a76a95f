"""Run unit tests of dbt, or tests of pytest, on a copy of the project and say which are red."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mutants.faults import ROOT
from spotiflow.core.settings import load_settings
from spotiflow.warehouse.database import open_warehouse

# What a copy needs besides: the other packages are found where they are installed.
COPIED = ("dbt_project", "tests", "pyproject.toml")
BROKEN = re.compile(r"\b(?:duckdb|jinja2|dbt)\.\S*(?:Exception|Error)\b")


@dataclass(frozen=True)
class Outcome:
    """The names of the tests that turned red; `error` where something could not be run at all.

    That proves nothing: whatever does not run is noticed by any test.
    """

    red: tuple[str, ...] = ()
    error: str = ""


class Copy:
    """A copy of the project with an empty warehouse in which faults may stand."""

    def __init__(self, place: Path) -> None:
        """Copy what tests need to the folder `place`."""
        self.place = place
        self.project = place / "dbt_project"
        ignored = shutil.ignore_patterns("target", "logs", "__pycache__")
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, place / name, ignore=ignored)
            else:
                shutil.copy(source, place / name)

    def make_tables(self, models: Iterable[str]) -> None:
        """Make the empty tables whose columns unit tests look up; raises RuntimeError where that fails."""
        with open_warehouse(load_settings(home=self.place / "home")):
            pass
        done = self._dbt("run", "--select", *(f"+{model}" for model in models))
        if not done.success:
            raise RuntimeError(f"the project does not build: {done.exception or done.result}")

    def restore(self, file: str) -> None:
        """Put a file of the dbt project back as it was."""
        shutil.copy(ROOT / "dbt_project" / file, self.project / file)

    def unit_tests(self, models: Iterable[str]) -> dict[str, Outcome]:
        """Run the unit tests of these models; raises RuntimeError where dbt cannot read the project."""
        done = self._dbt("test", "--resource-type", "unit_test", "--select", *models)
        entries = [entry for entry in done.result or () if entry.node.resource_type == "unit_test"]
        if not entries:
            raise RuntimeError(f"dbt ran no test of {', '.join(models)}: {done.exception}")
        found: dict[str, Outcome] = {}
        for entry in entries:
            model = entry.node.tested_node_unique_id.rpartition(".")[2]
            before = found.get(model, Outcome())
            if entry.status == "error":
                found[model] = replace(before, error=str(entry.message))
            else:
                red = (entry.node.name,) if entry.status == "fail" else ()
                found[model] = replace(before, red=before.red + red)
        return found

    def pytest(self, tests: Iterable[str]) -> Outcome:
        """Run these tests of pytest in a process of its own until one is red."""
        words = [sys.executable, "-m", "pytest", "-q", "-x", "--tb=line", "-p", "no:cacheprovider", *tests]
        done = subprocess.run(words, cwd=self.place, capture_output=True, text=True, check=False)
        if done.returncode not in (0, 1) or BROKEN.search(done.stdout):
            return Outcome(error=done.stdout + done.stderr)
        return Outcome(red=tuple(test.rpartition("::")[2] for test in tests) if done.returncode else ())

    def _dbt(self, *arguments: str) -> Any:
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager
        from dbt.cli.main import dbtRunner

        places = ["--project-dir", str(self.project), "--profiles-dir", str(self.project)]
        places += ["--target-path", str(self.place / "target"), "--log-path", str(self.place / "logs")]
        os.environ["SPOTIFLOW_HOME"] = str(self.place / "home")
        try:
            return dbtRunner().invoke([*arguments, *places, "--log-level", "none", "--no-write-json"])
        finally:
            DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
