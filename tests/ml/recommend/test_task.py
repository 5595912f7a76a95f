"""Lists in the warehouse: kept with time and version, made again only where the history changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from spotiflow.core.settings import Settings
from spotiflow.ml.recommend.plan import plan
from spotiflow.ml.registry.verify import verify
from spotiflow.ml.train import chosen_tasks, train
from spotiflow.warehouse.database import open_warehouse
from tests.ml.builders import (
    catalogue_rows,
    frame,
    play_rows,
    query,
    write_silver,
)

CURRENT = """
    select listener_id, count(*) filter (where is_current), count(*) from ml.recommendations
    group by 1 order by 1
"""


def _write(settings: Settings, rows: pd.DataFrame, plays: dict[str, int]) -> None:
    both = [play_rows(rows, n_plays, listener=listener) for listener, n_plays in plays.items()]
    write_silver(settings, rows, pd.concat(both, ignore_index=True), rows)


def _lists(settings: Settings) -> list[Any]:
    train(settings, models=["relisten", "zones"])
    return query(settings, CURRENT)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


def test_only_the_listener_whose_history_changed_gets_new_lists(settings: Settings) -> None:
    rows = catalogue_rows(900)
    _write(settings, rows, {"anna": 400, "ben": 300})
    assert _lists(settings) == [("anna", 200, 200), ("ben", 200, 200)]
    runs = frame(settings, "from ml.listener_runs")
    assert set(zip(runs["listener_id"], runs["model"], strict=True)) == {
        (listener, model) for listener in ("anna", "ben") for model in ("relisten", "discovery", "zones")
    }
    _write(settings, rows, {"anna": 400, "ben": 310})
    assert _lists(settings) == [("anna", 200, 200), ("ben", 200, 400)]
    again = frame(settings, "from ml.listener_runs")
    changed = runs.merge(again, on=["listener_id", "model"]).query("created_at_x != created_at_y")
    assert set(changed["listener_id"]) == {"ben"}
    assert query(settings, "select count(distinct recommendation_id) = count(*) from ml.recommendations") == [
        (True,)
    ]
    playlists = (
        "select count(*) from (select distinct listener_id, playlist_name, position from ml.playlists)"
    )
    assert query(settings, playlists) == query(settings, "select count(*) from ml.playlists")


def test_nothing_new_means_nothing_done(settings: Settings) -> None:
    rows = catalogue_rows(900)
    _write(settings, rows, {"me": 400})
    _lists(settings)
    result = train(settings, models=["relisten", "zones"])
    assert not result.changed


def test_figures_are_reproduced(settings: Settings) -> None:
    rows = catalogue_rows(900)
    _write(settings, rows, {"me": 2500})
    _lists(settings)
    found = verify(settings, chosen_tasks(["relisten", "zones"], "best"))
    assert {one.model for one in found} >= {"relisten", "track_vectors", "zones"}
    assert all(one.holds for one in found), [one.differs for one in found]
    metrics = frame(settings, "from ml.model_metrics where model = 'relisten'")
    assert set(metrics["slice"]) == {"all", "against_recency", "against_base_level"}


def test_vectors_are_stored_for_tracks_and_listeners(settings: Settings) -> None:
    rows = catalogue_rows(900)
    _write(settings, rows, {"me": 400})
    _lists(settings)
    assert query(
        settings, "select count(*), min(len(embedding)), max(len(embedding)) from ml.track_embeddings"
    ) == [(900, 14, 14)]
    (row,) = query(settings, "select listener_id, len(embedding) from ml.listener_embeddings")
    assert row == ("me", 14)
    mean = """
        select abs(avg(plays.n * tracks.embedding[1]) / avg(plays.n) - any_value(mine.embedding[1]))
        from (select track_id, count(*) as n from silver.listening_with_features group by 1) as plays
        inner join ml.track_embeddings as tracks using (track_id)
        cross join ml.listener_embeddings as mine
    """
    assert query(settings, mean)[0][0] < 1e-5


def _lists_with(home: Path, planted: float) -> list[Any]:
    """Lists, playlists and zones where every third track has a synthetic value only, the same for all."""
    settings, rows = Settings(home=home), catalogue_rows(900)
    plays = play_rows(rows, 600)
    synthetic = plays["track_id"].isin(rows["track_id"][::3])
    sound = {name: plays[name].mask(synthetic, planted) for name in ("valence", "energy", "danceability")}
    write_silver(settings, rows, plays.assign(is_measured=~synthetic, **sound), rows)
    with open_warehouse(settings) as db:
        for name in ("track_features", "heard_tracks"):
            db.execute(
                f"""update silver.{name} set valence = $planted, energy = $planted, danceability = $planted,
                    is_measured = false where list_contains($tracks, track_id)""",
                {"planted": planted, "tracks": rows["track_id"][::3].tolist()},
            )
    train(settings, models=["relisten", "zones"])
    return [
        query(settings, "select kind, rank, track_id, score, reason from ml.recommendations order by all"),
        query(settings, "select playlist_name, position, track_id, why from ml.playlists order by all"),
        query(settings, "select track_id, zone from ml.zone_assignments order by all"),
    ]


def test_no_synthetic_value_moves_a_list(tmp_path: Path) -> None:
    low, high = (_lists_with(tmp_path / str(planted), planted) for planted in (0.01, 0.99))
    assert all(low)
    assert low == high


def test_a_path_planned_now_reads_what_training_reads(settings: Settings) -> None:
    rows = catalogue_rows(600)
    _write(settings, rows, {"anna": 400})
    found = plan(settings, "anna", "path", 8, start="sad", target="happy")
    assert len(found) == 8
    assert found["track_name"].notna().all()
