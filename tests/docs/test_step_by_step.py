"""The page is run as written, command by command, on the inputs it names."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.docs.console import matches, run, steps
from tests.paths import ROOT

PAGE = ROOT / "docs" / "step-by-step.md"


@pytest.mark.long
def test_every_step_prints_what_the_page_shows(demo_output: tuple[Path, str], tmp_path: Path) -> None:
    shutil.copytree(demo_output[0] / "inputs", tmp_path / "inputs")
    environment = {
        "HOME": str(tmp_path),
        "INPUTS": str(tmp_path / "inputs"),
        "SPOTIFLOW_HOME": str(tmp_path / "by-hand"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "100",
        "LANG": "C.UTF-8",
    }
    for step in steps(PAGE):
        printed = run(step, tmp_path, environment)
        assert matches(step.expected, printed), f"{PAGE.name}:{step.line}: {step.command}\n{printed}"


@pytest.mark.parametrize(
    ("expected", "printed", "same"),
    [
        ("7 rows\n", "7 rows\n", True),
        ("7 rows\n", "8 rows\n", False),
        ("at .../file\n", "at /home/me/file\n", True),
        ("first\n...\nlast\n", "first\nlast\n", True),
        ("first\n...\nlast\n", "first\nmany\nmore\nlast\n", True),
        ("first\n...\nlast\n", "first\nmany\nlast but one\n", False),
        ("first\n...\n", "first\n", True),
    ],
)
def test_dots_stand_for_anything(expected: str, printed: str, same: bool) -> None:
    assert matches(expected, printed) is same
