"""The hosted checks call what the Makefile has, on every Python the package promises."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import yaml

from tests.paths import ROOT


def workflow() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    return content


def commands() -> list[str]:
    return [step["run"] for job in workflow()["jobs"].values() for step in job["steps"] if "run" in step]


def test_every_target_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = {name for command in commands() for name in re.findall(r"make ([a-z-]+)", command)}
    assert {"test", "audit", "coverage"} <= targets
    assert all(re.search(rf"^{name}:", makefile, re.MULTILINE) for name in targets)


def test_every_promised_python_is_tested() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    promised = {re.sub(r".*:: ", "", c) for c in project["classifiers"] if re.search(r":: 3\.\d+", c)}
    assert set(workflow()["jobs"]["test"]["strategy"]["matrix"]["python"]) == promised


def test_nothing_is_trusted_more_than_needed() -> None:
    assert workflow()["permissions"] == {"contents": "read"}
    for job in workflow()["jobs"].values():
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout"):
                assert step["with"]["persist-credentials"] is False
