"""Training on what people bring: nothing, little, holes, no genres, simulated data, wrong names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from spotiflow.core.errors import NotFoundError, UsageError
from spotiflow.core.settings import Settings
from spotiflow.ml.recommend.plan import plan
from spotiflow.ml.train import train
from spotiflow.warehouse.database import open_warehouse
from tests.ml.builders import (
    catalogue_rows,
    play_rows,
    query,
    shown,
    write_silver,
)


@pytest.mark.parametrize(
    ("options", "words"), [({"models": ["magic"]}, "no model 'magic'"), ({"recipe": "x"}, "no recipe 'x'")]
)
def test_unknown_names_are_refused(tmp_path: Path, options: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        train(Settings(home=tmp_path / "home"), **options)


def test_without_a_catalogue_it_says_what_is_missing(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    with open_warehouse(settings):
        pass
    with pytest.raises(NotFoundError) as caught:
        train(settings)
    assert "spotiflow ingest kaggle PATH" in caught.value.hint


def test_without_a_catalogue_days_are_still_forecast(tmp_path: Path, rows: pd.DataFrame) -> None:
    settings = Settings(home=tmp_path / "home")
    write_silver(settings, None, play_rows(rows, 600), rows)
    result = train(settings)
    of_lists = ["zones", "relisten", "discovery", "track_vectors"]
    assert result.trained == ["daily_forecast", "session_forecast", *of_lists]
    assert result.problem is not None
    assert "spotiflow ingest kaggle PATH" in shown(result)
    assert "Nothing new is recommended" in shown(result)
    assert query(settings, "select distinct kind from ml.recommendations") == [("again",)]
    assert query(settings, "select count(*) > 0 from ml.forecasts") == [(True,)]


@pytest.mark.parametrize(("n_plays", "measured"), [(1, True), (50, True), (400, False)])
def test_thin_and_synthetic_listening_gets_reasons_and_no_predictions(
    tmp_path: Path, n_plays: int, measured: bool
) -> None:
    settings = Settings(home=tmp_path / "home")
    rows = catalogue_rows(400)
    write_silver(settings, rows, play_rows(rows, n_plays, measured=measured), rows)
    result = train(settings, models=["daily_forecast", "energy_forecast_seed"])
    assert any("not enough data yet" in note for note in result.notes)
    if n_plays == 1:
        with pytest.raises(NotFoundError, match="1 are measured; a playlist by sound takes 30") as caught:
            plan(settings, "me", "calm", 10)
        assert "The catalogue has no more of them" in caught.value.hint
    assert query(settings, "select count(*) from ml.forecasts") == [(0,)]
    assert query(settings, "select count(*) from ml.play_predictions") == [(0,)]


def test_a_constant_feature_holes_and_infinity_do_not_stop_training(tmp_path: Path) -> None:
    rows = catalogue_rows(1200)
    rows["liveness"] = 0.1
    rows.loc[::7, "acousticness"] = np.nan
    rows.loc[::11, "loudness"] = np.inf
    rows.loc[::13, "valence"] = np.nan
    rows.loc[::17, "track_genres"] = None
    settings = Settings(home=tmp_path / "home")
    write_silver(settings, rows)
    result = train(settings, models=["valence_audio", "energy_forecast_seed", "mood_prediction_seed"])
    assert all(row.value is not None for row in result.rows)


NAMES = "features_names"
TOO_FEW = "Not enough catalogue yet for {}: too few tracks tell its target."


def _spoiled(what: str) -> pd.DataFrame:
    """Return a catalogue with one thing wrong that a person's file may have."""
    rows = catalogue_rows(400, per_artist=1 if what == "every artist once" else 5)
    one_mood = {"valence": 0.9, "energy": 0.9}
    of_nobody = {"track_name": None, "album_name": None, "primary_artist": None, "duration_ms": None}
    changes: dict[str, dict[str, Any]] = {
        "one mood": one_mood,
        "energy unknown": {"energy": np.nan},
        "energy infinite": {"energy": np.inf},
        "no names": of_nobody,
        "one artist": {"primary_artist": "Artist"},
        "empty names": {"track_name": " ", "album_name": "", "primary_artist": ""},
    }
    rows = rows.assign(**changes.get(what, {}))
    return rows.astype({"duration_ms": "Int64", "explicit": bool})


@pytest.mark.parametrize(
    ("what", "models", "sentence"),
    [
        # The mean of an artist is then unknown for every track: trees cannot be fitted to that column.
        ("every artist once", [NAMES], None),
        ("no names", [NAMES], None),
        ("one mood", ["mood_category"], TOO_FEW.format("mood_category")),
        ("energy unknown", ["energy_audio", NAMES], TOO_FEW.format("energy_audio")),
        ("energy infinite", ["energy_audio", NAMES], TOO_FEW.format("energy_audio")),
        ("one artist", [NAMES], "400 different tracks cannot be split by artist"),
        ("empty names", [NAMES], "1 different tracks cannot be split by artist"),
    ],
)
def test_odd_catalogues_train_or_say_why_not(
    tmp_path: Path, what: str, models: list[str], sentence: str | None
) -> None:
    settings = Settings(home=tmp_path / "home")
    write_silver(settings, _spoiled(what))
    result = train(settings, models=models)
    if sentence is None:
        assert NAMES in result.trained
        assert "valence_names_artist" in result.trained
    else:
        assert any(sentence in note for note in result.notes), result.notes
        assert not {"energy_audio", "energy_names", "mood_category"} & set(result.trained)
    assert not train(settings, models=models).changed or sentence


def test_a_catalogue_without_genres_trains_on_audio_alone_and_still_recommends(tmp_path: Path) -> None:
    rows = catalogue_rows(1200).assign(track_genres=None, track_genre=None)
    rows = rows.astype({"track_genres": object, "track_genre": object})
    settings = Settings(home=tmp_path / "home")
    write_silver(settings, rows, play_rows(rows, 400), rows)
    train(settings, models=["energy_audio", "relisten"])
    slices = "select distinct slice from ml.model_metrics where model = 'energy_audio'"
    assert query(settings, slices) == [("all",)]
    kinds = "select kind, count(*) > 20 from ml.recommendations group by 1 order by 1"
    assert query(settings, kinds) == [("again", True), ("new", True)]
    assert len(plan(settings, "me", "calm", 10)) == 10


def test_a_tiny_catalogue_is_not_enough_and_says_so(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    write_silver(settings, catalogue_rows(40))
    result = train(settings)
    assert not result.changed
    assert "Not enough catalogue yet" in result.notes[0]


def test_simulated_data_is_called_simulated(tmp_path: Path) -> None:
    rows = catalogue_rows(1200).assign(is_simulated=True)
    settings = Settings(home=tmp_path / "home")
    write_silver(settings, rows)
    result = train(settings, models=["energy_forecast_seed"])
    assert {row.dataset for row in result.rows} == {"simulated"}
    assert "SIMULATED" in shown(result)
