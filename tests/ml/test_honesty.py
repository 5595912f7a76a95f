"""What keeps the figures honest, each check proven by a leak that is put in on purpose and has to be seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from core.database import open_warehouse
from core.settings import Settings
from ml.catalogue import (
    LEAK_LIMIT_R2,
    Catalogue,
    copy_nearest,
    prepare_catalogue,
    shared_across_folds,
)
from ml.content import open_views
from ml.evaluate import Metric, metric_rows
from ml.features import (
    GenreMeans,
    Matrix,
    audio_inputs,
    genre_measures,
    input_matrix,
    out_of_fold_genres,
)
from ml.forecasts.rolling import Series, backtest
from ml.improvements.listener import temporal_columns
from ml.models.mood_models import MOOD_CATEGORY, VALENCE_AUDIO
from ml.models.routed import ModelSpec
from ml.sources import PLAYS, Query
from ml.store import Harvest, store
from tests.ml.builders import catalogue_rows, play_rows, write_silver

NOW = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)


@pytest.fixture(scope="module")
def doubled() -> pd.DataFrame:
    """A catalogue of noise, each recording under two ids: whoever finds a skill in it has seen the answer."""
    noise = catalogue_rows(1200, seed=4)
    noise["valence"] = np.random.default_rng(4).random(1200)
    return pd.concat([noise, noise.assign(track_id=noise["track_id"] + "x")], ignore_index=True)


def _leak_r2(tracks: pd.DataFrame, folds: np.ndarray) -> float:
    truth, test = tracks["valence"].to_numpy(), folds == 0
    copied = copy_nearest(input_matrix(tracks, audio_inputs(["valence"])), truth, ~test, test)
    return float(1 - np.mean((truth[test] - copied) ** 2) / truth[test].var())


def test_duplicates(doubled: pd.DataFrame) -> None:
    honest = prepare_catalogue(doubled, "hash")
    assert _leak_r2(honest.canonical, honest.folds) < LEAK_LIMIT_R2
    assert sum(shared_across_folds(honest.tracks, honest.tracks["fold"].to_numpy()).values()) == 0
    leak = np.random.default_rng(0).integers(0, 5, len(doubled))
    assert _leak_r2(doubled, leak) > LEAK_LIMIT_R2
    assert sum(shared_across_folds(doubled, leak).values()) > 0


def _depends_on_its_target(spec: ModelSpec, rows: pd.DataFrame) -> bool:
    """Shuffle what the model must not see; say whether an input of the same track changes."""
    hidden = ["valence", "energy"] if spec.is_classifier else [spec.target]
    shuffled = rows.copy()
    shuffled[hidden] = rows[hidden].sample(frac=1, random_state=1).to_numpy()
    own = [name for name in spec.inputs if not name.startswith("genre_mean_")]
    return not np.array_equal(input_matrix(rows, own), input_matrix(shuffled, own), equal_nan=True)


@pytest.mark.parametrize(
    ("spec", "leak"), [(VALENCE_AUDIO, "valence"), (MOOD_CATEGORY, "valence"), (MOOD_CATEGORY, "energy")]
)
def test_circularity(spec: ModelSpec, leak: str, rows: pd.DataFrame) -> None:
    assert not _depends_on_its_target(spec, rows)
    leaking = replace(spec, routes={name: [*inputs, leak] for name, inputs in spec.routes.items()})
    assert _depends_on_its_target(leaking, rows)


def _holds_its_own_value(encode: Callable[[Catalogue], Matrix], rows: pd.DataFrame) -> bool:
    """Change one track's valence; say whether the encoding of that same track changes."""
    before = prepare_catalogue(rows, "hash")
    train = np.flatnonzero(~before.is_test)
    changed = rows.set_index("track_id")
    chosen = before.canonical["track_id"].iloc[train[0]]
    changed.loc[chosen, "valence"] = 1 - changed.loc[chosen, "valence"]
    # The change also makes another recording of it, so the split is taken from before.
    after = prepare_catalogue(changed.reset_index(), "hash", before.split_rows())
    return not np.array_equal(encode(before)[0], encode(after)[0])


def _out_of_fold(catalogue: Catalogue) -> Matrix:
    measures = genre_measures(catalogue.canonical)
    return out_of_fold_genres(catalogue.genres, measures, ~catalogue.is_test, catalogue.folds)


def _in_fold(catalogue: Catalogue) -> Matrix:
    train = ~catalogue.is_test
    means = GenreMeans.fit(catalogue.genres, genre_measures(catalogue.canonical), train)
    return means.encode(catalogue.genres.take(train))


def test_encodings_out_of_fold(rows: pd.DataFrame) -> None:
    assert not _holds_its_own_value(_out_of_fold, rows)
    assert _holds_its_own_value(_in_fold, rows)


def _looks_ahead(forecast: Callable[[Matrix], Matrix]) -> bool:
    """Change the values from place 80 on; say whether anything said up to there changes."""
    values = np.random.default_rng(5).random(120)
    changed = np.where(np.arange(120) >= 80, 1 - values, values)
    before, after = forecast(values)[:81], forecast(changed)[:81]
    return not np.array_equal(before, after, equal_nan=True)


def test_time_order_of_forecasts() -> None:
    def served(values: Matrix) -> Matrix:
        return backtest(Series(np.arange(120), values, 7), 1).served

    def leak(values: Matrix) -> Matrix:
        return np.convolve(values, np.ones(3) / 3, mode="same")

    assert not _looks_ahead(served)
    assert _looks_ahead(leak)


def test_time_order_of_temporal_features(rows: pd.DataFrame) -> None:
    plays = play_rows(rows, 120)

    def columns(values: Matrix) -> Matrix:
        return temporal_columns(plays.assign(valence=values))

    assert not _looks_ahead(columns)
    assert _looks_ahead(lambda values: np.roll(columns(values), -1, axis=0))


@pytest.mark.parametrize("column", ["baseline_name", "n"])
def test_a_figure_without_baseline_or_n_is_not_stored(tmp_path: Path, column: str) -> None:
    settings = Settings(home=tmp_path / "home")
    metric = Metric("r2", 0.5, 0.4, 0.6, 100, "mean", 0.0)
    good = metric_rows([metric], "m", "v", dataset="catalogue", split="s")
    store(settings, Harvest(NOW, metrics=[good]))
    with pytest.raises(duckdb.ConstraintException):
        store(settings, Harvest(NOW, metrics=[good.assign(version="w", **{column: None})]))


def _plays(settings: Settings, query: Query) -> int:
    with open_warehouse(settings, read_only=True) as db:
        open_views(db, {"silver.listening_with_features"}, include_web_api=True)
        return len(db.execute(query.sql).fetchall())


def test_synthetic_values_are_not_learned_from(tmp_path: Path, rows: pd.DataFrame) -> None:
    settings = Settings(home=tmp_path / "home")
    measured, synthetic = play_rows(rows, 90), play_rows(rows, 30, listener="other", measured=False)
    write_silver(settings, None, pd.concat([measured, synthetic], ignore_index=True), rows)
    assert _plays(settings, PLAYS) == 90
    leak = Query(PLAYS.sql.replace("where is_measured and", "where"), PLAYS.needs)
    assert _plays(settings, leak) == 120
