"""Training on a real warehouse: what it stores, when it does nothing, what it refuses."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from spotiflow.core.settings import Settings
from spotiflow.ml import train as train_module
from spotiflow.ml.engine import store as store_module
from spotiflow.ml.engine.versions import read_registry, serving, write_registry
from spotiflow.ml.models.routed import RoutedModel
from spotiflow.ml.models.task import CatalogueModel
from spotiflow.ml.names.task import NamesModels
from spotiflow.ml.show.results import TrainResult
from spotiflow.ml.train import TASKS, train
from spotiflow.warehouse.database import open_warehouse
from tests.ml.builders import (
    frame,
    play_rows,
    query,
    shown,
    write_silver,
)

CATALOGUE_MODELS = {task.name for task in TASKS if isinstance(task, CatalogueModel)}
OF_LISTENERS = {"daily_forecast", "session_forecast", "zones", "relisten", "discovery", "track_vectors"}


def test_every_metric_row_has_a_baseline_and_n(trained: Settings) -> None:
    rows = frame(trained, "select * from ml.model_metrics")
    assert set(rows["model"]) == CATALOGUE_MODELS | OF_LISTENERS | {"nearest_neighbour_leak"} | set(
        NamesModels().makes
    )
    assert (rows["n"] > 0).all()
    assert rows[["baseline_name", "baseline_value", "value", "ci_low", "ci_high"]].notna().all().all()
    keys = ["model", "version", "dataset", "split", "slice", "metric", "listener_id"]
    assert not rows.duplicated(keys).any()
    splits = {"artist_grouped_test", "global_time", "rolling_origin", "artists_halved", "own_tracks"}
    splits |= {"song_grouped_test"}
    assert set(rows["split"]) == splits


def test_models_beat_the_mean_and_the_seed_recipe(trained_once: tuple[Path, TrainResult]) -> None:
    found = {(row.model, row.metric): row for row in trained_once[1].rows if row.listener_id == "-"}
    for model in ("valence_audio", "energy_audio"):
        row = found[model, "r2"]
        assert row.is_champion
        assert row.seed_value is not None
        assert row.verdict.startswith("clear gain over the mean")
    assert found["energy_audio", "r2"].verdict == "clear gain over the mean and the seed recipe"


def test_a_version_row_says_everything_that_made_it(trained: Settings) -> None:
    rows = frame(trained, "select * from ml.model_versions where model = 'valence_audio'")
    assert len(rows) == 1
    row = rows.iloc[0]
    assert "valence" not in row["features"]
    for name in ("artifact", "card"):
        assert (trained.models_dir / row[name]).exists()
    card = (trained.models_dir / row["card"]).read_text(encoding="utf-8")
    for part in (
        row["sha256"],
        row["split_id"],
        "artist_grouped_test",
        "# valence_audio",
    ):
        assert part in card
    assert 0.05 < row["interval_quantile_90"] < 0.5


def test_plays_and_days_are_predicted(trained: Settings) -> None:
    predictions = frame(trained, "select * from ml.play_predictions")
    assert predictions.groupby("target").size().to_dict() == {"energy": 160, "valence": 160}
    assert (predictions["lower_90"] <= predictions["predicted"]).all()
    assert predictions["predicted"].between(predictions["lower_90"], predictions["upper_90"]).all()
    forecasts = frame(trained, "select * from ml.forecasts")
    assert set(forecasts["horizon_days"]) == set(range(1, 8))
    assert set(forecasts["target"]) == {"energy", "valence"}


def test_unchanged_data_is_noticed_at_once(trained: Settings) -> None:
    before = query(trained, "select count(*) from ml.model_versions")
    started = time.monotonic()
    result = train(trained)
    assert time.monotonic() - started < 2
    assert not result.changed
    assert result.rows
    assert result.summary == "nothing changed since the last training"
    assert query(trained, "select count(*) from ml.model_versions") == before


def test_training_twice_gives_the_same_numbers(
    trained_once: tuple[Path, TrainResult], tmp_path: Path, rows: pd.DataFrame
) -> None:
    settings = Settings(home=tmp_path / "second")
    write_silver(settings, rows, play_rows(rows, 800), rows)
    again = train(settings, models=["valence_audio", "mood_classifier_seed", "daily_forecast"])
    first = {(r.model, r.listener_id, r.part, r.metric): r.value for r in trained_once[1].rows}
    second = {(r.model, r.listener_id, r.part, r.metric): r.value for r in again.rows}
    assert len(second) == 8
    assert [first[key] for key in second] == pytest.approx([second[key] for key in second], abs=1e-6)


def test_new_plays_are_scored_without_fitting_again(trained: Settings, rows: pd.DataFrame) -> None:
    before = play_rows(rows, 800)
    # Tracks that were never heard before would be another matter: their vectors are fitted.
    heard = rows[rows["track_id"].isin(before["track_id"])]
    plays = pd.concat([before, play_rows(heard, 900).tail(100)], ignore_index=True)
    write_silver(trained, None, plays, rows)
    result = train(trained)
    assert result.trained == ["daily_forecast", "session_forecast"]
    assert query(trained, "select count(*) from ml.play_predictions where target = 'energy'") == [(180,)]
    listeners = "select count(*), count(distinct metric) from ml.model_metrics where split = 'global_time' "
    listeners += "and model like '%_audio'"
    n_rows, n_metrics = query(trained, listeners)[0]
    assert n_rows == 2 * n_metrics


def test_a_changed_model_file_is_not_used_and_the_one_before_serves(
    trained: Settings, rows: pd.DataFrame
) -> None:
    with open_warehouse(trained) as db:
        first = read_registry(db).champion("valence_audio")
        assert first is not None
        newer = replace(first, version="20990101-ffffffffff", artifact="newer.skops")
        content = (trained.models_dir / first.artifact).read_bytes()
        (trained.models_dir / "newer.skops").write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        write_registry(db, [newer], [])
        db.execute(
            "insert into ml.model_aliases values ('champion', 'valence_audio', timestamp '2099-01-01', "
            "'20990101-ffffffffff', 'test', timestamp '2099-01-01')"
        )
        registry = read_registry(db)
    assert registry.champion("valence_audio") == newer
    served = serving(trained.models_dir, registry, "valence_audio", RoutedModel.from_state)
    assert served is not None
    assert served[0] == first


def test_a_damaged_file_is_trained_again_under_a_new_version(trained: Settings) -> None:
    (name,) = query(trained, "select artifact from ml.model_versions where model = 'mood_category'")[0]
    (trained.models_dir / name).write_bytes(b"damaged")
    result = train(trained, models=["mood_category"])
    assert result.trained == ["mood_category"]
    versions = query(
        trained, "select version from ml.model_versions where model = 'mood_category' order by 1"
    )
    assert versions[1][0].endswith("-2")
    assert not train(trained, models=["mood_category"]).changed


def test_files_are_there_before_the_rows_and_a_kill_stores_nothing(
    tmp_path: Path, rows: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path / "home")
    write_silver(settings, rows)

    def killed(_: Settings, output: store_module.TrainingOutput) -> None:
        assert all((settings.models_dir / version.artifact).exists() for version in output.versions)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(train_module, "store", killed)
        with pytest.raises(KeyboardInterrupt):
            train(settings, models=["energy_forecast_seed"])
    assert query(settings, "select count(*) from ml.model_versions") == [(0,)]
    assert train(settings, models=["energy_forecast_seed"]).trained == ["energy_forecast_seed"]


def test_a_failure_while_storing_leaves_no_row(
    tmp_path: Path, rows: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path / "home")
    write_silver(settings, rows)
    monkeypatch.setattr(store_module, "_store_metrics", _fails)
    with pytest.raises(duckdb.Error):
        train(settings, models=["energy_forecast_seed"])
    for table in ("model_versions", "model_aliases", "catalogue_split"):
        assert query(settings, f"select count(*) from ml.{table}") == [(0,)]


def _fails(db: duckdb.DuckDBPyConnection, _: store_module.TrainingOutput) -> None:
    db.execute("select * from no_such_table")


def test_the_seed_recipe_trains_the_seed_models_alone(tmp_path: Path, rows: pd.DataFrame) -> None:
    settings = Settings(home=tmp_path / "home")
    write_silver(settings, rows)
    result = train(settings, recipe="seed")
    assert result.trained == ["mood_prediction_seed", "energy_forecast_seed", "mood_classifier_seed"]


def test_moods_are_predicted_only_where_the_rule_cannot(tmp_path: Path, rows: pd.DataFrame) -> None:
    played = rows.copy()
    plays = play_rows(played, 300)
    unknown = sorted(plays["track_id"].unique())[:5]
    played.loc[played["track_id"].isin(unknown), "valence"] = np.nan
    settings = Settings(home=tmp_path / "home")
    write_silver(settings, rows, plays, played)
    train(settings, models=["mood_category", "daily_forecast"])
    found = query(settings, "select track_id, count(*), sum(value) from ml.track_predictions group by 1")
    assert sorted(track for track, *_ in found) == unknown
    assert all((n, total) == (5, pytest.approx(1)) for _, n, total in found)


def test_the_table_names_models_and_verdicts(trained_once: tuple[Path, TrainResult]) -> None:
    text = shown(trained_once[1], width=100)
    assert "* valence_audio" in text
    assert " better" in text
    assert set(trained_once[1].to_dict()) >= {"rows", "changed", "trained", "decisions", "problem"}
