"""The split: no artist, recording or name on two sides, duplicates out, frozen once written."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spotiflow.ml.data.catalogue import (
    LEAK_LIMIT_R2,
    Catalogue,
    copy_nearest,
    enough,
    prepare_catalogue,
    shared_across_folds,
)
from spotiflow.ml.data.evaluate import squared_error
from spotiflow.ml.data.features import audio_inputs, input_matrix
from spotiflow.ml.models.assess import leak_rows
from tests.ml.builders import catalogue_rows


def _with_duplicates(rows: pd.DataFrame) -> pd.DataFrame:
    """Add re-releases: the same audio by another artist, and the same name with slightly other audio."""
    same_audio = rows.head(200).assign(
        track_id=[f"reissue{n}" for n in range(200)],
        primary_artist=[f"Sampler {n}" for n in range(200)],
        track_name=[f"Reissue {n}" for n in range(200)],
    )
    same_name = rows.tail(200).assign(
        track_id=[f"remaster{n}" for n in range(200)],
        track_name=rows.tail(200)["track_name"].str.upper() + " ",
        loudness=rows.tail(200)["loudness"] + 0.5,
    )
    return pd.concat([rows, same_audio, same_name], ignore_index=True)


def test_no_artist_recording_or_name_stands_in_two_folds(rows: pd.DataFrame) -> None:
    catalogue = prepare_catalogue(_with_duplicates(rows), "hash")
    shared = shared_across_folds(catalogue.tracks, catalogue.tracks["fold"].to_numpy())
    assert shared == {"artists": 0, "recordings": 0, "names": 0}
    assert set(catalogue.folds) == {0, 1, 2, 3, 4}


def test_the_check_of_the_split_sees_a_random_one(rows: pd.DataFrame) -> None:
    at_random = np.random.default_rng(0).integers(0, 5, len(rows))
    assert shared_across_folds(rows, at_random)["artists"] > 100


def test_each_recording_and_name_is_kept_once(rows: pd.DataFrame) -> None:
    catalogue = prepare_catalogue(_with_duplicates(rows), "hash")
    assert len(catalogue.canonical) == len(rows)
    assert len(catalogue.tracks) == len(rows) + 400


def test_silent_tracks_are_left_out(rows: pd.DataFrame) -> None:
    silent = rows.assign(tempo=rows["tempo"].where(rows.index >= 10))
    assert len(prepare_catalogue(silent, "hash").tracks) == len(rows) - 10


def test_a_track_without_names_or_features_joins_nothing(rows: pd.DataFrame) -> None:
    holes = rows.assign(
        primary_artist=rows["primary_artist"].where(rows.index >= 50),
        track_name=rows["track_name"].where(rows.index >= 50),
        liveness=rows["liveness"].where(rows.index < 1400),
    )
    catalogue = prepare_catalogue(holes, "hash")
    assert len(catalogue.canonical) == len(rows)
    assert catalogue.canonical.head(50)["artist_group"].nunique() == 50


def test_the_split_is_the_same_in_any_order_and_frozen_once_written(rows: pd.DataFrame) -> None:
    first = prepare_catalogue(rows, "hash")
    again = prepare_catalogue(rows.sample(frac=1, random_state=3), "hash")
    pd.testing.assert_frame_equal(first.split_rows(), again.split_rows())
    stored = first.split_rows().assign(fold=(first.split_rows()["fold"] + 1) % 5)
    frozen = prepare_catalogue(rows, "hash", stored)
    assert (frozen.folds == stored["fold"].to_numpy()).all()


def test_a_group_keeps_its_fold_when_other_tracks_are_added(rows: pd.DataFrame) -> None:
    new = catalogue_rows(300, seed=9).assign(track_id=[f"zz{n}" for n in range(300)])
    new["primary_artist"] = "New " + new["primary_artist"]
    before = prepare_catalogue(rows, "a").split_rows()
    after = prepare_catalogue(pd.concat([rows, new], ignore_index=True), "b").split_rows()
    both = before.merge(after, on="track_id")
    assert len(both) == len(rows)
    assert (both["fold_x"] == both["fold_y"]).all()


def _leak_r2(rows: pd.DataFrame, folds: np.ndarray) -> float:
    inputs = input_matrix(rows, audio_inputs(without=["valence"]))
    truth = rows["valence"].to_numpy()
    test = folds == 0
    copied = copy_nearest(inputs, truth, ~test, test)
    return float(1 - squared_error(truth[test], copied).mean() / truth[test].var())


def test_the_leak_detector_catches_planted_duplicates() -> None:
    noise = catalogue_rows(1200, seed=4)
    noise["valence"] = np.random.default_rng(4).random(1200)
    doubled = pd.concat([noise, noise.assign(track_id=noise["track_id"] + "x")], ignore_index=True)
    row_split = np.random.default_rng(0).integers(0, 5, len(doubled))
    assert _leak_r2(doubled, row_split) > 0.4 > LEAK_LIMIT_R2
    honest = prepare_catalogue(doubled, "hash")
    assert _leak_r2(honest.canonical, honest.folds) < LEAK_LIMIT_R2
    assert leak_rows(honest)["value"].iloc[0] < LEAK_LIMIT_R2


def test_a_handful_of_tracks_is_not_enough() -> None:
    assert not enough(prepare_catalogue(catalogue_rows(20), "hash").folds, 30)
    assert not enough(Catalogue(_none(), "split", "hash", False).folds, 30)


def _none() -> pd.DataFrame:
    return prepare_catalogue(catalogue_rows(20), "hash").tracks.head(0)
