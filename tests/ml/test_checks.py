"""Checks of the catalogue: twins by name, and lists like one person's."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from spotiflow.ml.data.catalogue import prepare_catalogue
from spotiflow.ml.models.assess import TestSet
from spotiflow.ml.models.checks import N_LISTENERS, _matched, _pseudo_listeners
from spotiflow.ml.models.routed import Route, RoutedModel


class Echo:
    """Stands for an estimator that knows the truth but for a constant: it repeats its only input."""

    def predict(self, matrix: np.ndarray) -> np.ndarray:
        return np.clip(matrix[:, 0] - 0.1, 0, 1)


def test_twins_of_one_name_and_length_predict_each_other(rows: pd.DataFrame) -> None:
    twins = rows.head(300).assign(
        track_id=[f"twin{n}" for n in range(300)],
        loudness=rows["loudness"] + 0.5,
        valence=(rows["valence"] + 0.02).clip(0, 1),
        duration_ms=rows["duration_ms"] + 1000,
    )
    longer = rows.tail(100).assign(
        track_id=[f"long{n}" for n in range(100)],
        duration_ms=rows["duration_ms"] + 9000,
        valence=1 - rows["valence"],
    )
    catalogue = prepare_catalogue(pd.concat([rows, twins, longer], ignore_index=True), "hash")
    found = {metric.name: metric for metric in _matched(catalogue, "valence")}
    assert found["r2"].n == 600
    assert found["r2"].value > 0.95
    assert found["rmse"].value == pytest.approx(0.02, abs=0.005)
    assert _matched(prepare_catalogue(rows, "hash"), "valence") == []


def test_known_tracks_correct_the_level_of_a_list(rows: pd.DataFrame) -> None:
    catalogue = prepare_catalogue(rows, "hash")
    test = TestSet.of(catalogue, "valence")
    model = RoutedModel("valence", {"audio": Route(Echo(), ["valence"], None)})
    found = {metric.name: metric for metric in _pseudo_listeners(model, test)}
    assert found["median_r2"].n == N_LISTENERS
    assert found["median_r2"].value > 0.95
    assert found["median_r2"].baseline_value < 0.05
    assert found["negative_share"].value == 0.0
