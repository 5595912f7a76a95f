from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from spotiflow.core.settings import Settings
from spotiflow.pipeline.due import build_is_current
from spotiflow.pipeline.stage_runs import build_tables
from spotiflow.transform import fingerprints, runner
from spotiflow.transform.fingerprints import PROJECT, changed_tables
from spotiflow.transform.runner import what_hangs_on
from spotiflow.warehouse.database import open_warehouse
from tests.torture.comparison import differences

CHANGES = {
    "a row more": "insert into raw.listeners values ('two', null, 'person', now()::timestamp)",
    "a row less": "delete from raw.kaggle_tracks where row_number = 7",
    "a value changed in place": "update raw.listening_history set ms_played = ms_played + 1 where skipped",
    "a row twice": "insert into raw.kaggle_tracks select * from raw.kaggle_tracks limit 1",
    "two rows with each other's value": """update raw.kaggle_tracks set valence = 1 - valence
        where row_number in (1, 2)""",
    "a prediction less": "delete from ml.model_metrics where slice = 'all'",
}


def changed(settings: Settings, sql: str) -> None:
    with open_warehouse(settings) as db:
        db.execute(sql)


@pytest.mark.parametrize("sql", CHANGES.values(), ids=CHANGES.keys())
def test_a_change_of_what_models_read_is_seen(demo_warehouse: Settings, sql: str) -> None:
    assert build_is_current(demo_warehouse)
    changed(demo_warehouse, sql)
    assert not build_is_current(demo_warehouse)


def test_what_no_model_reads_changes_nothing(demo_warehouse: Settings) -> None:
    changed(demo_warehouse, "insert into raw.api_calls values ('me', now()::timestamp, 1)")
    changed(demo_warehouse, "insert into raw.stage_runs select * from raw.stage_runs")
    # Nor does the order of the rows.
    changed(
        demo_warehouse,
        """create temp table same as select * from raw.listening_history order by play_id desc;
        delete from raw.listening_history; insert into raw.listening_history select * from same""",
    )
    assert build_is_current(demo_warehouse)


def test_other_settings_or_models_are_other_inputs(
    demo_warehouse: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert build_is_current(replace(demo_warehouse, memory_limit="3GB", threads=1))
    for other in (
        {"min_play_seconds": 31},
        {"min_play_share": 0.5},
        {"allow_synthetic": False},
        {"synthetic_scope": "all"},
        {"use_predictions": True},
    ):
        assert not build_is_current(replace(demo_warehouse, **other))
    monkeypatch.setattr(fingerprints, "PROJECT_SUFFIXES", (".sql", ".yml"))
    assert not build_is_current(demo_warehouse)


def test_without_a_build_nothing_is_current(settings: Settings) -> None:
    assert not build_is_current(settings)
    with open_warehouse(settings):
        pass
    assert not build_is_current(settings)


@pytest.mark.slow
def test_a_part_is_current_only_where_the_rest_is(demo_warehouse: Settings) -> None:
    build_tables(demo_warehouse, select="calendar")
    assert build_is_current(demo_warehouse)
    build_tables(replace(demo_warehouse, min_play_seconds=31), select="calendar")
    assert not build_is_current(demo_warehouse)
    assert not build_is_current(replace(demo_warehouse, min_play_seconds=31))


@pytest.mark.slow
def test_tables_of_new_predictions_are_enough_after_training(demo_warehouse: Settings) -> None:
    changed(demo_warehouse, CHANGES["a prediction less"])
    build_tables(demo_warehouse, select=runner.FROM_ML)
    assert build_is_current(demo_warehouse)
    changed(demo_warehouse, CHANGES["a row less"])
    build_tables(demo_warehouse, select=runner.FROM_ML)
    assert not build_is_current(demo_warehouse)


@pytest.mark.slow
def test_a_build_makes_anew_what_hangs_on_what_changed(demo_warehouse: Settings, tmp_path: Path) -> None:
    sql = "update raw.listening_history set ms_played = ms_played + 7 where play_id::varchar like '%3'"
    changed(demo_warehouse, sql)
    done = build_tables(demo_warehouse)
    made = {node.name for node in done.models}
    assert {"plays", "sessions", "top_tracks", "feature_source_coverage"} <= made
    assert not {"kaggle_tracks", "catalogue_profile", "model_performance_metrics"} & made
    tested = {node.name for node in done.nodes if node.kind == "test"}
    assert {name for name in tested if name.startswith("grain_")} >= {"grain_plays_play_id"}

    whole = replace(demo_warehouse, home=tmp_path / "whole")
    shutil.copytree(demo_warehouse.home, whole.home)
    same = {"raw.plays": "a", PROJECT: "b"}
    # Built by hand with nothing new it would be everything as well.
    assert what_hangs_on(changed_tables(same, same)) == []
    everything = build_tables(whole, full_refresh=True)
    assert {node.name for node in everything.models} > made
    assert tested < {node.name for node in everything.nodes if node.kind == "test"}
    assert differences(demo_warehouse.home, whole.home) == []
