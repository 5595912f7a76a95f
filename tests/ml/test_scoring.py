"""Predictions of plays: by models that never saw the artist, beside the listener's own mean."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from spotiflow.ml.data.catalogue import Catalogue, prepare_catalogue
from spotiflow.ml.data.features import GenreMeans, Matrix
from spotiflow.ml.listeners.scoring import (
    completed,
    held_out,
    mood_probabilities,
    predict_honestly,
    score_plays,
)
from spotiflow.ml.models.routed import (
    LEAST_ROWS_IN_PARTS,
    NOT_IN_CATALOGUE,
    Route,
    RoutedModel,
    in_parts,
)
from tests.ml.builders import play_rows


class Says:
    """Stands for an estimator: predicts one number, so that a test sees which one answered."""

    def __init__(self, number: float) -> None:
        self.number = number
        self.classes_ = np.arange(5)

    def predict(self, matrix: Matrix) -> Matrix:
        return np.full(len(matrix), self.number)

    def predict_proba(self, matrix: Matrix) -> Matrix:
        return np.full((len(matrix), 5), 0.2)


def _route(number: float, means: GenreMeans | None = None) -> Route:
    return Route(Says(number), ["tempo"], means)


def _model() -> RoutedModel:
    folds = {fold: {"audio": _route(fold / 10)} for fold in range(1, 5)}
    return RoutedModel("valence", {"audio": _route(0.9)}, folds, {"audio": 0.2})


@pytest.fixture(scope="module")
def catalogue(rows: pd.DataFrame) -> Catalogue:
    return prepare_catalogue(rows, "hash")


def _played(rows: pd.DataFrame, **changes: Any) -> pd.DataFrame:
    genre = rows["track_genres"].map(lambda names: names[0])
    return rows.assign(artist_name=rows["primary_artist"], track_genre=genre).assign(**changes)


def test_each_track_is_predicted_by_what_did_not_see_its_artist(
    catalogue: Catalogue, rows: pd.DataFrame
) -> None:
    tracks = completed(_played(rows), catalogue)
    values, half_width = predict_honestly(_model(), tracks)
    expected = np.where(tracks["fold"] == 0, 0.9, tracks["fold"] / 10)
    np.testing.assert_allclose(values[:, 0], expected)
    assert (half_width == 0.2).all()


def test_a_track_is_found_by_recording_name_and_artist(catalogue: Catalogue, rows: pd.DataFrame) -> None:
    fold = catalogue.tracks.set_index("track_id")["fold"][rows["track_id"]].to_numpy()
    other_id = _played(rows, track_id=[f"other{n}" for n in range(len(rows))])
    other_audio = other_id.assign(tempo=other_id["tempo"] + 0.5)
    other_title = other_audio.assign(track_name="Another song")
    unknown = other_title.assign(artist_name="Somebody else")
    renamed = other_id.assign(artist_name="Somebody else", track_name="Another song")
    for tracks in (other_id, other_audio, other_title, renamed):
        np.testing.assert_array_equal(completed(tracks, catalogue)["fold"], fold)
    assert (completed(unknown, catalogue)["fold"] == NOT_IN_CATALOGUE).all()


def test_the_catalogue_fills_in_length_and_genres_only_where_missing(
    catalogue: Catalogue, rows: pd.DataFrame
) -> None:
    bare = _played(rows.head(3), duration_ms=[None, 1000, None], explicit=None, track_genre=None)
    full = completed(bare, catalogue)
    assert full["duration_ms"].tolist() == [rows["duration_ms"][0], 1000, rows["duration_ms"][2]]
    assert full["track_genres"].tolist() == rows["track_genres"].head(3).tolist()


def test_routes_by_what_is_known_of_a_track(rows: pd.DataFrame) -> None:
    means = GenreMeans(["folk"], np.full((1, 6), 0.5))
    model = RoutedModel("valence", {"genre": _route(0.1, means), "audio": _route(0.7)})
    genres: list[Any] = [["folk"], None, ["polka"], ["polka", "folk"]]
    tracks = _played(rows.head(4)).assign(track_genres=genres)
    tracks["fold"] = NOT_IN_CATALOGUE
    assert predict_honestly(model, tracks)[0][:, 0].tolist() == [0.1, 0.7, 0.7, 0.1]


def test_the_baseline_is_the_mean_of_earlier_plays_only(catalogue: Catalogue, rows: pd.DataFrame) -> None:
    plays = play_rows(rows, 200)
    tracks = completed(_played(rows), catalogue)
    scored = score_plays("me", "valence", plays, tracks, predict_honestly(_model(), tracks))
    assert scored.rows is not None
    assert len(scored.rows) == 40
    assert held_out(plays).sum() == 40
    assert scored.rows["baseline"].unique() == pytest.approx(plays["valence"].head(160).mean())
    assert scored.metrics is not None
    assert {metric.baseline_name for metric in scored.metrics} == {"listener_mean"}
    n_distinct = plays["track_id"].tail(40).nunique()
    assert {metric.n for metric in scored.metrics} == {n_distinct}


@pytest.mark.parametrize(
    ("n_plays", "has_rows"), [(0, False), (1, False), (49, False), (50, True), (200, True)]
)
def test_too_few_plays_give_a_reason(
    n_plays: int, has_rows: bool, catalogue: Catalogue, rows: pd.DataFrame
) -> None:
    tracks = completed(_played(rows), catalogue)
    predicted = predict_honestly(_model(), tracks)
    scored = score_plays("me", "energy", play_rows(rows, n_plays), tracks, predicted)
    assert (scored.rows is not None) is has_rows
    if not has_rows:
        assert scored.reason == f"not enough data yet: {n_plays} plays with measured features, 50 needed"


def test_mood_probabilities_are_one_row_per_track_and_mood(rows: pd.DataFrame) -> None:
    model = RoutedModel("mood_category", {"audio": _route(0.0)})
    found = mood_probabilities(model, _played(rows.head(3)).assign(listener_id="me"))
    assert len(found) == 15
    assert "probability:Happy_Energetic" in set(found["feature"])
    assert found.groupby("track_id")["value"].sum().to_numpy() == pytest.approx(1.0)
    assert set(found["route"]) == {"model"}


def test_many_rows_are_predicted_in_parts_as_they_are_at_once() -> None:
    inputs = np.random.default_rng(8).random((LEAST_ROWS_IN_PARTS + 1, 2))
    sizes = []

    def predict(rows: Matrix) -> Matrix:
        sizes.append(len(rows))
        found: Matrix = 2.0 * rows[:, 0] - rows[:, 1]
        return found

    np.testing.assert_array_equal(in_parts(predict, inputs), 2.0 * inputs[:, 0] - inputs[:, 1])
    assert sorted(sizes) == [LEAST_ROWS_IN_PARTS // 2, LEAST_ROWS_IN_PARTS // 2 + 1]
    in_parts(predict, inputs[:-2])
    assert sizes[-1] == LEAST_ROWS_IN_PARTS - 1
