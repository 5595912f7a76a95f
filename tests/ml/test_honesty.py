"""What keeps the figures honest, each check proven by a leak that is put in on purpose and has to be seen."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from spotiflow.core.settings import Settings
from spotiflow.ml.completion.heard import HEARD_TRACKS
from spotiflow.ml.data.catalogue import (
    LEAK_LIMIT_R2,
    Catalogue,
    copy_nearest,
    prepare_catalogue,
    shared_across_folds,
)
from spotiflow.ml.data.evaluate import Metric, metric_rows
from spotiflow.ml.data.features import (
    GenreMeans,
    Matrix,
    audio_inputs,
    genre_measures,
    input_matrix,
    out_of_fold_genres,
)
from spotiflow.ml.data.learnable import FEATURES, HEARD, LISTENING
from spotiflow.ml.engine.sources import (
    DAYS,
    PLAYS,
    SESSIONS,
    TRACKS,
    Query,
    read,
)
from spotiflow.ml.engine.store import TrainingOutput, store
from spotiflow.ml.forecasts.rolling import Series, backtest
from spotiflow.ml.improvements.listener import temporal_columns
from spotiflow.ml.models.mood_models import MOOD_CATEGORY, VALENCE_AUDIO
from spotiflow.ml.models.routed import ModelSpec
from spotiflow.ml.recommend.inputs import HEARD as LISTS_HEARD
from spotiflow.ml.train import TASKS
from spotiflow.ml.zones.task import MEASURED
from spotiflow.warehouse.database import open_warehouse
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
    store(settings, TrainingOutput(NOW, metrics=[good]))
    with pytest.raises(duckdb.ConstraintException):
        store(settings, TrainingOutput(NOW, metrics=[good.assign(version="w", **{column: None})]))


FEATURE_TABLES = ("track_features", "listening_with_features", "heard_tracks")
TWO_WORLDS = (0.1, 0.9)


@pytest.fixture(scope="module")
def two_worlds(tmp_path_factory: pytest.TempPathFactory) -> list[Settings]:
    """Two warehouses that differ only in the made-up features of every tenth track, which nobody measured."""
    rows = catalogue_rows(300)
    worlds = []
    for value in TWO_WORLDS:
        worlds.append(Settings(home=tmp_path_factory.mktemp("world") / "home"))
        write_silver(worlds[-1], rows, play_rows(rows, 900), rows)
        made_up = ", ".join(f"{name} = {value}" for name in ("valence", "energy", "danceability", "liveness"))
        with open_warehouse(worlds[-1]) as db:
            db.execute("create table silver.track_metadata as from silver.tracks")
            db.execute("alter table silver.track_metadata add column if not exists album_name varchar")
            for table in FEATURE_TABLES:
                db.execute(
                    f"update silver.{table} set is_measured = false, {made_up} where track_id like 'track%7'"
                )
    return worlds


def _reads_synthetic(worlds: list[Settings], query: Query) -> bool:
    """Say whether the rows of a query, as training reads them, change with the made-up values."""
    first, second = (read(settings, [], lambda _: [query])[1][query] for settings in worlds)
    assert first is not None
    assert second is not None
    assert len(first) > 0
    return not first.equals(second)


READ_OF_LISTENERS = sorted(
    {
        query
        for task in TASKS
        for query in task.reads
        if {FEATURES, LISTENING, HEARD, *(f"silver.{name}" for name in FEATURE_TABLES)} & set(query.needs)
    },
    key=lambda query: query.sql,
)


@pytest.mark.parametrize("query", READ_OF_LISTENERS, ids=lambda query: " ".join(query.sql.split())[:60])
def test_no_task_reads_a_synthetic_value(two_worlds: list[Settings], query: Query) -> None:
    assert not _reads_synthetic(two_worlds, query)


@pytest.mark.parametrize(
    ("query", "gate"),
    [
        (PLAYS, "is_measured and"),
        (DAYS, "is_measured and"),
        (SESSIONS, "is_measured and"),
        (MEASURED, "where is_measured"),
        (TRACKS, "where features.is_measured"),
        (HEARD_TRACKS, "when features.is_measured then"),
        (LISTS_HEARD, "when heard.is_measured then"),
    ],
)
def test_a_gate_taken_away_is_seen(two_worlds: list[Settings], query: Query, gate: str) -> None:
    assert gate in query.sql
    opened = query.sql.replace(gate, re.sub(r"\S*is_measured", "true", gate))
    assert _reads_synthetic(two_worlds, Query(opened, query.needs))
