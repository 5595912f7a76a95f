"""What `build` ends with, after a full build and after one that has no such tables."""

from __future__ import annotations

import re

import duckdb
import pytest

from spotiflow.core.settings import Settings
from spotiflow.report.build_summary import render_build
from spotiflow.transform.counted_anew import counted_anew, plays_by_older_rules
from spotiflow.transform.feature_sources import SYNTHETIC_MODEL, FeatureSources, read_feature_sources
from spotiflow.transform.outcome import BuildResult, NodeResult
from spotiflow.warehouse.database import open_warehouse


def _result(features: FeatureSources | None = None, synthetic_before: int = 0) -> BuildResult:
    names = ("plays", SYNTHETIC_MODEL, "top_tracks", "sessions")
    nodes = [NodeResult(name, "model", "success", seconds, "") for seconds, name in enumerate(names, start=1)]
    nodes += [
        NodeResult("unique", "test", "pass", 0.1, ""),
        NodeResult("gap", "test", "warn", 0.1, "Got 3\nresults"),
    ]
    return BuildResult(6.24, nodes, features or FeatureSources(), synthetic_before)


def test_without_tables_only_what_was_run_is_said() -> None:
    lines = render_build(_result()).plain.splitlines()
    assert lines[0] == "4 models, 1 test passed, 6.2 s; slowest: sessions 4.0 s, top_tracks 3.0 s, " + (
        f"{SYNTHETIC_MODEL} 2.0 s"
    )
    assert lines[1:] == ["warning   gap: Got 3 results"]


def test_a_partial_build_leaves_out_what_it_has_no_table_for(settings: Settings) -> None:
    with open_warehouse(settings) as db:
        db.execute("create schema silver")
        db.execute(
            """create table silver.track_features as
            select unnest(['a', 'b', 'c']) as track_id, unnest(['kaggle', 'kaggle', 'synthetic']) as feature_source"""
        )
        features = read_feature_sources(db)
    lines = render_build(_result(features)).plain.splitlines()
    assert lines[2:] == ["features  tracks 3 = real 0 + synthetic 1 + kaggle 2 + unknown 0"]


@pytest.mark.slow
def test_after_a_full_build_the_tracks_add_up(small_warehouse: Settings) -> None:
    with open_warehouse(small_warehouse, read_only=True) as db:
        features = read_feature_sources(db)
        assert db.execute(f"select count(*) from bronze.{SYNTHETIC_MODEL}").fetchone() == (
            features.synthetic,
        )
    assert features.synthetic is not None
    text = render_build(_result(features, synthetic_before=features.synthetic - 41)).plain
    found = re.search(r"tracks (\S+) = real (\S+) \+ synthetic (\S+) \+ kaggle (\S+) \+ unknown (\S+);", text)
    assert found is not None
    total, *parts = (int(number.replace(",", "")) for number in found.groups())
    assert total == sum(parts) > 0
    assert "new synthetic 41" in text
    assert "plays measured 0 %" in text


def test_plays_that_new_rules_count_anew_are_told() -> None:
    result = _result()
    result.counted_anew = (1768, 1600)
    assert "plays     counted anew: 1,768 -> 1,600; paused songs, a source" in render_build(result).plain
    result.counted_anew = (1600, 1600)
    assert "counted anew" not in render_build(result).plain


def test_plays_of_older_rules_are_known_by_their_columns() -> None:
    with duckdb.connect() as db:
        assert plays_by_older_rules(db) is None
        db.execute("create schema silver; create table silver.plays (is_music boolean, is_play boolean)")
        db.execute("insert into silver.plays values (true, true), (true, false), (false, true)")
        assert plays_by_older_rules(db) == 1
        assert counted_anew(db, 1) is None
        db.execute("alter table silver.plays add column ms_counted bigint")
        assert plays_by_older_rules(db) is None
        assert counted_anew(db, 3) == (3, 1)
        assert counted_anew(db, None) is None
