"""The improvements the older system's authors hoped for: each measured beside what it has to beat."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spotiflow.core.errors import UsageError
from spotiflow.core.settings import Settings
from spotiflow.ml.improvements.listener import (
    AT_RANDOM,
    BY_TIME,
    SequenceModel,
    TemporalFeatures,
    held_out,
)
from spotiflow.ml.registry.manage import promote, stored_registry
from spotiflow.ml.registry.verify import verify
from spotiflow.ml.show.results import TrainResult
from spotiflow.ml.train import TASKS, chosen_tasks, train
from tests.ml.builders import (
    frame,
    play_rows,
    query,
    write_silver,
)

SEVEN = {
    "temporal_split",
    "temporal_features",
    "sequence_model",
    "embedding_inputs",
    "gaussian_mixture",
    "autoencoder",
    "tuning",
}


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory, rows: pd.DataFrame) -> tuple[Settings, TrainResult]:
    """A small catalogue and listener on which all seven were measured."""
    settings = Settings(home=tmp_path_factory.mktemp("improvements") / "home")
    write_silver(settings, rows, play_rows(rows, 800), rows)
    return settings, train(settings, recipe="improvements")


def test_each_of_the_seven_has_a_recipe_and_a_row_with_n_interval_and_baseline(
    measured: tuple[Settings, TrainResult],
) -> None:
    settings, result = measured
    assert set(result.trained) == SEVEN
    assert set(result.trained) == {task.name for task in TASKS if task.recipe == "improvements"}
    metrics = frame(settings, "select * from ml.model_metrics where model <> 'nearest_neighbour_leak'")
    assert set(metrics["model"]) == SEVEN
    assert metrics[["value", "ci_low", "ci_high", "baseline_name", "baseline_value"]].notna().all().all()
    assert set(metrics["split"]) == {"artist_grouped_test", BY_TIME, AT_RANDOM}
    of_catalogue = metrics[metrics["metric"] == "rmse_gain"]
    assert set(of_catalogue["model"]) == {"embedding_inputs", "gaussian_mixture", "autoencoder", "tuning"}


def test_none_of_them_serves_and_every_training_leaves_them_out(
    measured: tuple[Settings, TrainResult],
) -> None:
    settings, _ = measured
    assert query(settings, "select distinct alias from ml.model_aliases") == [("challenger",)]
    assert not SEVEN & {task.name for task in chosen_tasks(None, "best")}
    assert not train(settings, recipe="improvements").changed
    tuned = next(v for v in stored_registry(settings).versions if v.model == "tuning")
    with pytest.raises(UsageError, match="has no challengers"):
        promote(settings, TASKS, tuned.model, tuned.version)


def test_they_are_measured_again_to_the_same_numbers(measured: tuple[Settings, TrainResult]) -> None:
    chosen = chosen_tasks(["temporal_features", "sequence_model", "autoencoder"], "improvements")
    found = verify(measured[0], chosen)
    assert {one.model for one in found} == {"temporal_features", "sequence_model", "autoencoder"}
    assert all(one.holds for one in found), [one.differs for one in found]


def test_too_few_plays_are_said(tmp_path: Path, rows: pd.DataFrame) -> None:
    settings = Settings(home=tmp_path / "home")
    write_silver(settings, rows, play_rows(rows, 150), rows)
    result = train(settings, models=["sequence_model"], recipe="improvements")
    assert result.notes == [
        "sequence_model for me: not enough data yet: 150 plays with measured features, 200 needed."
    ]


@pytest.mark.parametrize("task", [TemporalFeatures(), SequenceModel()])
def test_inputs_come_from_the_past_alone(task: TemporalFeatures | SequenceModel, rows: pd.DataFrame) -> None:
    plays = play_rows(rows, 120)
    later = np.arange(120) >= 60
    changed = plays.assign(
        valence=np.where(later, 1 - plays["valence"], plays["valence"]),
        energy=np.where(later, 1 - plays["energy"], plays["energy"]),
    )
    before, after = task.columns(plays), task.columns(changed)
    np.testing.assert_array_equal(before[:61], after[:61])
    assert not np.array_equal(before[62:], after[62:], equal_nan=True)


def test_the_split_by_time_takes_the_last_plays_and_the_random_one_as_many() -> None:
    by_time, at_random = held_out(100, BY_TIME), held_out(100, AT_RANDOM)
    assert np.flatnonzero(by_time).tolist() == list(range(80, 100))
    assert at_random.sum() == 20
    assert not np.array_equal(by_time, at_random)
