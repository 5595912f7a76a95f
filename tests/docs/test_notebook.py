"""docs/notebook.md runs as it stands, on the demo."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from spotiflow.core.settings import Settings
from tests.paths import ROOT

PAGE = (ROOT / "docs" / "notebook.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
CELLS = re.findall(r"```python\n(.*?)```", PAGE + README, re.DOTALL)


def test_all_cells_run_one_after_the_other(demo_warehouse: Settings, tmp_path: Path) -> None:
    assert len(CELLS) >= 4
    environment = os.environ | {"SPOTIFLOW_HOME": str(demo_warehouse.home), "PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-c", "\n".join(CELLS)]
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "day_of_week" in done.stdout


@pytest.mark.parametrize("name", ["connect", "table", "home", "settings", "__version__"])
def test_the_page_names_what_is_public(name: str) -> None:
    assert f"`spotiflow.{name}" in PAGE
