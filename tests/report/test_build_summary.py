"""What `build` ends with, after a full build and after one that has no such tables."""

from __future__ import annotations

import re

import pytest

from spotiflow.core.settings import Settings
from spotiflow.report.build_summary import render_build
from spotiflow.transform.outcome import BuildResult, NodeResult
from spotiflow.transform.runner import SYNTHETIC_MODEL
from spotiflow.warehouse.database import open_warehouse


def _result(**changes: int) -> BuildResult:
    names = ("plays", SYNTHETIC_MODEL, "top_tracks", "sessions")
    nodes = [NodeResult(name, "model", "success", seconds, "") for seconds, name in enumerate(names, start=1)]
    nodes += [
        NodeResult("unique", "test", "pass", 0.1, ""),
        NodeResult("gap", "test", "warn", 0.1, "Got 3\nresults"),
    ]
    return BuildResult(seconds=6.24, nodes=nodes, **changes)


def test_without_a_file_only_what_was_run_is_said(settings: Settings) -> None:
    lines = render_build(settings, _result()).plain.splitlines()
    assert lines[0] == "4 models, 1 test passed, 6.2 s; slowest: sessions 4.0 s, top_tracks 3.0 s, " + (
        f"{SYNTHETIC_MODEL} 2.0 s"
    )
    assert lines[1:] == ["warning   gap: Got 3 results"]


def test_a_partial_build_leaves_out_what_it_has_no_table_for(settings: Settings) -> None:
    with open_warehouse(settings) as db:
        db.execute("create schema silver")
        db.execute(
            """create table silver.track_features as
            select unnest(['kaggle', 'kaggle', 'synthetic']) as feature_source"""
        )
    lines = render_build(settings, _result()).plain.splitlines()
    assert lines[2:] == ["features  tracks 3 = real 0 + synthetic 1 + kaggle 2 + unknown 0"]


@pytest.mark.slow
def test_after_a_full_build_the_tracks_add_up(small_warehouse: Settings) -> None:
    with open_warehouse(small_warehouse, read_only=True) as db:
        row = db.execute(f"select count(*) from bronze.{SYNTHETIC_MODEL}").fetchone()
    assert row is not None
    text = render_build(small_warehouse, _result(synthetic_before=row[0] - 41)).plain
    found = re.search(r"tracks (\S+) = real (\S+) \+ synthetic (\S+) \+ kaggle (\S+) \+ unknown (\S+);", text)
    assert found is not None
    total, *parts = (int(number.replace(",", "")) for number in found.groups())
    assert total == sum(parts) > 0
    assert "new synthetic 41" in text
    assert "plays measured 0 %" in text
