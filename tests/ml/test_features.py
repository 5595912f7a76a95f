"""Inputs: never a function of the target, out of fold where they are means, sound with holes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import yaml

from spotiflow.ml.data.catalogue import prepare_catalogue
from spotiflow.ml.data.features import (
    AUDIO_FEATURES,
    GENRE_MEASURES,
    MOOD_HIGH,
    MOOD_LOW,
    MOODS,
    GenreLabels,
    GenreMeans,
    audio_inputs,
    genre_measures,
    input_matrix,
    mood_codes,
    out_of_fold_genres,
)
from spotiflow.ml.models import mood_models, seed_recipes
from spotiflow.ml.models.routed import ModelSpec
from tests.paths import ROOT

SPECS = [*mood_models.SPECS, *seed_recipes.SPECS]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_no_model_sees_its_target(spec: ModelSpec) -> None:
    hidden = {"valence", "energy"} if spec.is_classifier else {spec.target}
    assert not hidden & set(spec.inputs)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_no_input_changes_with_the_target(spec: ModelSpec, rows: pd.DataFrame) -> None:
    """Shuffle the target: every input column but the out-of-fold means of other tracks stays the same."""
    hidden = ["valence", "energy"] if spec.is_classifier else [spec.target]
    shuffled = rows.copy()
    shuffled[hidden] = rows[hidden].sample(frac=1, random_state=1).to_numpy()
    own = [name for name in spec.inputs if not name.startswith("genre_mean_")]
    np.testing.assert_array_equal(input_matrix(rows, own), input_matrix(shuffled, own))


def test_a_genre_mean_does_not_hold_the_tracks_own_value(rows: pd.DataFrame) -> None:
    catalogue = prepare_catalogue(rows, "hash")
    train = ~catalogue.is_test
    place = int(np.flatnonzero(train)[0])
    changed = catalogue.canonical.copy()
    valence = changed["valence"].to_numpy(copy=True)
    valence[place] = 1.0 - valence[place]
    changed["valence"] = valence
    before, after = (
        out_of_fold_genres(catalogue.genres, genre_measures(tracks), train, catalogue.folds)
        for tracks in (catalogue.canonical, changed)
    )
    same_fold = (catalogue.folds == catalogue.folds[place])[train]
    np.testing.assert_array_equal(before[same_fold], after[same_fold])
    assert not np.array_equal(before[~same_fold], after[~same_fold])


def test_genre_means_are_smoothed_and_unknown_genres_have_none() -> None:
    labels = GenreLabels.of([["a"], ["a", "b"], ["b"], None, []])
    measures = np.tile(np.array([[0.0], [1.0], [1.0], [1.0], [1.0]]), len(GENRE_MEASURES))
    means = GenreMeans.fit(labels, measures, np.ones(5, dtype=bool))
    assert means.means[0, 0] == pytest.approx((1 + 10 * 0.8) / 12)
    encoded = means.encode(GenreLabels.of([["a"], ["b", "a"], ["c"], None]))
    assert encoded[0, 0] == pytest.approx(means.means[0, 0])
    assert encoded[1, 0] == pytest.approx(means.means[:, 0].mean())
    assert np.isnan(encoded[2:]).all()


def test_missing_and_infinite_values_are_missing(rows: pd.DataFrame) -> None:
    holes = rows.head(4).copy()
    holes["loudness"] = [np.inf, -np.inf, np.nan, -5.0]
    holes["duration_ms"] = [0, 200_000, -1, 100_000]
    holes["explicit"] = pd.Series([True, None, False, None], dtype=object)
    matrix = input_matrix(holes, ["loudness", "log_duration", "is_explicit"])
    assert np.isnan(matrix).tolist() == [
        [True, True, False],
        [True, False, True],
        [True, True, False],
        [False, False, True],
    ]


def test_audio_inputs_hold_every_feature_but_the_target() -> None:
    assert set(audio_inputs(["valence"])) == set(AUDIO_FEATURES) - {"valence"} | {
        "log_duration",
        "is_explicit",
    }


def test_invented_columns_depend_on_nothing_but_the_id(rows: pd.DataFrame) -> None:
    names = ["invented_hour", "invented_weekday", "invented_is_weekend"]
    first = input_matrix(rows, names)
    np.testing.assert_array_equal(
        first, input_matrix(rows.sample(frac=1, random_state=2).sort_index(), names)
    )
    assert first[:, 0].min() == 0
    assert first[:, 0].max() == 23
    assert set(first[:, 1]) == set(range(1, 8))


def test_mood_rule_and_its_thresholds_are_those_of_the_tables() -> None:
    valence = np.array([0.6, 0.6, 0.39, 0.39, 0.4, 0.59, 0.7])
    energy = np.array([0.6, 0.39, 0.6, 0.39, 0.9, 0.2, 0.5])
    found = [MOODS[code] for code in mood_codes(valence, energy)]
    assert found == ["Happy_Energetic", "Happy_Calm", "Sad_Energetic", "Sad_Calm", *["Neutral"] * 3]
    project = yaml.safe_load((ROOT / "dbt_project" / "dbt_project.yml").read_text(encoding="utf-8"))
    assert (project["vars"]["mood_low"], project["vars"]["mood_high"]) == (MOOD_LOW, MOOD_HIGH)
