"""Features nobody measured: honest figures, the listener's mean as floor, odd listeners, what is not told."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spotiflow.core.settings import Settings, load_settings
from spotiflow.ml.completion.blend import Matched, Others, fit_blend, honest
from spotiflow.ml.data.features import Matrix
from spotiflow.ml.names.tables import TARGETS
from spotiflow.ml.registry.verify import verify
from spotiflow.ml.show.results import TrainResult
from spotiflow.ml.train import chosen_tasks, train
from spotiflow.warehouse.database import open_warehouse
from tests.ml.builders import frame, query
from tests.ml.named import histories, named_catalogue, write_history

MODELS = ["valence_listener", "energy_listener", "features_listener"]
LISTENERS = {"me": 900, "few": 30}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, TrainResult, pd.DataFrame]:
    """A catalogue without the tracks that nobody measured, two listeners, and what training made of it."""
    settings = load_settings(home=tmp_path_factory.mktemp("told") / "home")
    # So many that trees are judged on 200 test tracks and more, and are used.
    catalogue = named_catalogue(2400)
    tracks, plays = histories(catalogue, LISTENERS)
    hidden = set(tracks["track_id"][~tracks["is_measured"]])
    # Of one artist in four the catalogue has nothing, so that some are unknown.
    hidden |= set(catalogue["track_id"][catalogue["primary_artist"].str.endswith(("0", "5"))])
    write_history(settings, catalogue[~catalogue["track_id"].isin(hidden)], tracks, plays)
    result = train(settings, models=["features_names"])
    return settings.home, result, tracks


@pytest.fixture
def home(told: tuple[Path, TrainResult, pd.DataFrame], tmp_path: Path) -> Settings:
    """A private copy."""
    shutil.copytree(told[0], tmp_path / "home")
    return load_settings(home=tmp_path / "home")


def _predictions(settings: Settings, feature: str, listener: str, tracks: pd.DataFrame) -> pd.DataFrame:
    rows = frame(settings, f"select * from ml.track_predictions where feature = '{feature}'")
    return rows[rows["listener_id"] == listener].merge(tracks, on="track_id")


def test_every_track_that_nobody_measured_gets_every_feature_and_no_other_track_any(
    told: tuple[Path, TrainResult, pd.DataFrame], home: Settings
) -> None:
    found = query(
        home,
        """
        select count(distinct track_predictions.listener_id || track_id), count(distinct feature), count(*),
            min(standard_error), bool_or(is_measured)
        from ml.track_predictions left join silver.track_features using (listener_id, track_id)
        """,
    )[0]
    heard = query(
        home,
        """
        select count(distinct listener_id || track_id) from silver.plays
        inner join silver.track_features using (listener_id, track_id) where not is_measured
        """,
    )[0][0]
    assert found[0] == heard
    assert found[1:3] == (len(TARGETS), heard * len(TARGETS))
    assert found[3] > 0
    assert found[4] is False
    assert "few: not enough data yet" in " ".join(told[1].notes)


@pytest.mark.parametrize("route", ["names_artist", "names_company"])
def test_predictions_follow_the_truth_within_their_intervals(
    told: tuple[Path, TrainResult, pd.DataFrame], home: Settings, route: str
) -> None:
    rows = _predictions(home, "energy", "me", told[2])
    rows = rows[rows["route"] == route]
    error = rows["value"] - rows["energy"]
    assert len(rows) > 30
    assert rows["value"].corr(rows["energy"]) > 0.6
    assert np.sqrt(np.square(error).mean()) < 0.8 * rows["energy"].std()
    assert 0.8 <= (error.abs() <= 1.645 * rows["standard_error"]).mean() <= 0.99


def test_figures_stand_beside_the_listeners_mean(home: Settings) -> None:
    rows = frame(home, "select * from ml.model_metrics where split = 'artists_left_out'")
    assert set(rows["model"]) == set(MODELS)
    assert set(rows["baseline_name"]) == {"listener_mean"}
    assert set(rows["dataset"]) == {"listener"}
    assert set(rows["listener_id"]) == {"me"}
    assert {"known_artist", "unknown_artist"} == set(rows["slice"][rows["model"] == "energy_listener"])
    energy = rows[(rows["model"] == "energy_listener") & (rows["metric"] == "rmse")]
    assert (energy["ci_high"] < energy["baseline_value"]).all()
    told = rows[(rows["metric"] == "correlation") & (rows["model"] == "energy_listener")]
    assert (told["ci_low"] > 0).tolist() == [True, True]
    assert (told["baseline_value"] == 0).all()
    rmse = rows[rows["metric"] == "rmse"]
    assert (rmse["value"] <= 1.02 * rmse["baseline_value"]).all()


def test_trees_on_names_are_judged_on_both_splits(home: Settings) -> None:
    rows = frame(home, "select * from ml.model_metrics where model like '%_names%' and metric = 'r2'")
    found = set(zip(rows["model"], rows["split"], rows["slice"], strict=True))
    for target in ("valence", "energy"):
        for part in ("all", "known_artist", "unknown_artist"):
            assert (f"{target}_names_artist", "song_grouped_test", part) in found
        assert (f"{target}_names", "artist_grouped_test", "all") in found
        assert (f"{target}_names_genre", "artist_grouped_test", "all") in found
    value = rows[(rows["model"] == "energy_names") & (rows["slice"] == "all")]["value"]
    assert (value > 0.25).all()


def test_nothing_new_is_not_done_again(home: Settings) -> None:
    assert not train(home, models=["features_names"]).changed


def test_names_and_completion_made_again_give_every_stored_figure(home: Settings) -> None:
    """The reader is then another file than the one that the trees in use were made with."""
    found = verify(home, chosen_tasks(["features_names"], "best"))
    assert {*MODELS, "features_names", "valence_names_artist"} <= {one.model for one in found}
    assert [one for one in found if not one.holds] == []


@pytest.mark.parametrize("n_plays", [1, 50, 200])
def test_thin_histories_get_predictions_and_a_sentence(home: Settings, n_plays: int) -> None:
    catalogue = named_catalogue()
    tracks, plays = histories(catalogue, {"thin": n_plays}, measured_share=0.2)
    write_history(home, None, tracks.assign(is_measured=tracks["is_measured"] & (n_plays > 1)), plays)
    result = train(home, models=MODELS)
    assert any("not enough data yet" in note for note in result.notes)
    n_unmeasured = query(home, "select count(*) from silver.track_features where not is_measured")[0][0]
    assert query(home, "select count(*) from ml.track_predictions where feature = 'energy'") == [
        (n_unmeasured,)
    ]
    assert query(home, "select count(*) from ml.model_metrics where listener_id = 'thin'") == [(0,)]


def test_without_catalogue_neighbours_are_used(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path / "home")
    tracks, plays = histories(named_catalogue(), {"me": 900})
    write_history(settings, None, tracks, plays)
    problem = train(settings, models=MODELS).problem
    assert problem is not None
    assert "Load the Kaggle" in str(problem.hint)
    rows = _predictions(settings, "energy", "me", tracks)
    assert set(rows["route"]) <= {"names_company", "listener_mean"}
    assert rows["value"].corr(rows["energy"]) > 0.6


@pytest.mark.parametrize(
    "change",
    [
        "update silver.plays set is_play = false, session_id = null",
        "update silver.track_features set energy = 'infinity', valence = 0.5 where is_measured",
        "update silver.track_metadata set track_name = null, primary_artist = '', album_name = ''",
    ],
)
def test_listeners_of_whom_little_is_told_get_finite_values(tmp_path: Path, change: str) -> None:
    settings = load_settings(home=tmp_path / "home")
    write_history(settings, None, *histories(named_catalogue(300), {"me": 120}))
    with open_warehouse(settings) as db:
        db.execute(change)
    train(settings, models=MODELS)
    assert query(settings, "select bool_and(isfinite(value)) from ml.track_predictions") == [(True,)]


def _matched(n_tracks: int, signal: float, seed: int) -> Matched:
    draw = np.random.default_rng(seed)
    inputs = draw.normal(size=(n_tracks, 3)) * 0.1
    truth = 0.5 + signal * inputs.sum(axis=1) + 0.15 * draw.normal(size=n_tracks)
    return Matched(inputs, truth, draw.integers(0, n_tracks // 3, n_tracks))


def _rmse(error: Matrix) -> float:
    return float(np.sqrt(np.square(error).mean()))


def test_inputs_that_say_nothing_are_not_used() -> None:
    """Over 40 listeners of pure noise: never clearly worse than the mean."""
    losses = []
    for seed in range(40):
        matched = _matched(120, 0.0, seed)
        predicted, mean = honest(matched, "unknown")
        losses.append(_rmse(matched.truth - predicted) / _rmse(matched.truth - mean) - 1)
    assert np.mean(losses) < 0.01
    assert np.mean(np.array(losses) > 0.02) <= 0.1


def test_inputs_that_say_much_are_used_and_intervals_hold() -> None:
    matched, fresh = _matched(400, 1.0, 1), _matched(4000, 1.0, 2)
    blend = fit_blend(matched, "known", honest(matched, "known")[0], Others(fresh.inputs, "valence", 0.25))
    error = np.abs(fresh.truth - blend.predict(fresh.inputs))
    assert blend.share == 1
    assert blend.weights == pytest.approx([1, 1, 1], abs=0.2)
    assert 0.86 <= (error <= blend.half_width).mean() <= 0.94


def test_an_artists_truth_does_not_reach_their_own_predictions() -> None:
    """A fit that has seen the artist, which is the leak, does move."""
    matched = _matched(200, 0.5, 5)
    mine = matched.artists == matched.artists[0]
    changed = replace(matched, truth=np.where(mine, 5.0, matched.truth))
    before, after = (honest(one, "known")[0][mine] for one in (matched, changed))
    np.testing.assert_allclose(before, after, atol=1e-12)
    others = Others(matched.inputs[:0], "valence", 0.25)
    leaking = [
        fit_blend(one, "known", one.truth, others).predict(one.inputs[mine]) for one in (matched, changed)
    ]
    assert np.abs(leaking[0] - leaking[1]).max() > 0.01
