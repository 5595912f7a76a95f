"""`docs serve` as a place to read: overview, branches, questions, all from this machine."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest

from tests.dbt.project import run_dbt
from tests.paths import ROOT

LOADED = re.compile(r"""<(?:script|link|img)[^>]+(?:src|href)=["']?https?://""", re.IGNORECASE)


@pytest.fixture
def served(own: Path) -> Iterator[str]:
    """The address of the documentation, served by the command in a process that may reach no network."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "SPOTIFLOW_HOME": str(own),
        "PYTHONPATH": str(ROOT / "tests" / "guard"),
        "SPOTIFLOW_TEST_NETWORK_LOG": str(own / "network"),
    }
    words = [sys.executable, str(ROOT / "cli.py"), "docs", "serve", "--no-browser", "--port", str(port)]
    process = subprocess.Popen(
        words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)
        assert not (own / "network").exists(), (own / "network").read_text(encoding="utf-8")


def fetch(address: str) -> str:
    """Return a page, as soon as somebody serves it."""
    for _ in range(600):
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return str(answer.read().decode("utf-8"))
        except URLError:
            time.sleep(0.2)
    raise AssertionError(f"nobody serves {address}")


@pytest.mark.long
def test_the_documentation_is_a_place_to_read_without_a_network(served: str) -> None:
    page = fetch(f"{served}/index.html")
    assert not LOADED.search(page), "the page would ask another server for a part of itself"
    manifest: dict[str, Any] = json.loads(fetch(f"{served}/manifest.json"))
    assert manifest["metadata"]["send_anonymous_usage_stats"] is False
    overview = manifest["docs"]["doc.spotiflow.__overview__"]["block_contents"]
    assert {group["name"] for group in manifest["groups"].values()} == set(
        re.findall(r"^\| `(\w+)` \|", overview, re.MULTILINE)
    )
    gold = [node for node in manifest["nodes"].values() if node["fqn"][1:2] == ["gold"]]
    models = {node["name"] for node in gold if node["resource_type"] == "model"}
    # Every table that the overview sends a reader to is there.
    assert set(re.findall(r"`(\w+_\w+)`", overview)) - {"from_ml", "measured_share", "is_simulated"} <= models
    for node in gold:
        if node["resource_type"] == "model":
            assert node["config"]["group"] == node["fqn"][2]
            assert node["description"].startswith(node["config"]["meta"]["question"])
    catalogued = {
        node["metadata"]["name"] for node in json.loads(fetch(f"{served}/catalog.json"))["nodes"].values()
    }
    assert models <= catalogued


def test_sources_say_how_fresh_they_are(own: Path) -> None:
    done = run_dbt(own, "source", "freshness")
    found = {
        entry.node.name: str(entry.status) for entry in done.result if entry.node.resource_type == "source"
    }
    assert {"listening_history", "model_versions", "forecasts"} <= found.keys()
    assert set(found.values()) <= {"pass", "warn"}
    assert found["listening_history"] == "pass"
