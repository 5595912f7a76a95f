"""The models section: which row stands for a model, the seed recipe beside it, the verdict in words."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pytest

from spotiflow.report.gold.queries import Gold
from spotiflow.report.sections import models
from tests.report.sample import full_report

TABLE = """
    create table gold.model_performance_metrics (
        model varchar, version varchar, split varchar, slice varchar, metric varchar, listener_id varchar,
        value double, ci_low double, ci_high double, baseline_name varchar, baseline_value double,
        is_champion boolean, n bigint default 90, dataset varchar default 'catalogue',
        trained_at timestamp default timestamp '2025-01-01'
    )
"""
ARTISTS = "artist_grouped_test"
ROWS = (
    ("valence_audio", "v1", ARTISTS, "all", "r2", "-", 0.6, 0.5, 0.7, "mean", 0.0, True),
    # Of each kind one that must not be shown: newer but no champion, a slice, a later split, another metric.
    ("valence_audio", "v2", ARTISTS, "all", "r2", "-", 0.4, 0.3, 0.5, "mean", 0.0, False),
    ("valence_audio", "v1", ARTISTS, "rare", "r2", "-", 0.99, 0.9, 1.0, "mean", 0.0, True),
    ("valence_audio", "v1", "song_grouped_test", "all", "r2", "-", 0.9, 0.8, 0.95, "mean", 0.0, True),
    ("valence_audio", "v1", ARTISTS, "all", "rmse", "-", 0.2, 0.1, 0.3, "mean", 0.3, True),
    ("mood_prediction_seed", "v1", ARTISTS, "all", "r2", "-", 0.33, 0.2, 0.4, "mean", 0.0, False),
    ("energy_audio", "v1", ARTISTS, "all", "r2", "bo", 0.1, 0.0, 0.2, "mean", 0.0, False),
    ("energy_audio", "v1", ARTISTS, "all", "r2", "-", 0.85, None, None, "mean", 0.0, False),
    ("mood_category", "v1", ARTISTS, "all", "accuracy", "-", 0.62, 0.6, 0.64, "most_frequent", 0.61, True),
)


@pytest.fixture
def gold() -> Gold:
    """The metrics table as the build makes it, with rows that must not be shown among them."""
    db = duckdb.connect()
    db.execute("create schema gold")
    db.execute(TABLE)
    names = "model, version, split, slice, metric, listener_id, value, ci_low, ci_high, baseline_name, "
    names += "baseline_value, is_champion"
    places = ", ".join("?" * len(ROWS[0]))
    db.executemany(
        f"insert into gold.model_performance_metrics ({names}) values ({places})",
        ROWS,
    )
    return Gold(db)


def test_the_champion_on_unseen_artists_is_shown_with_the_seed_recipe(gold: Gold) -> None:
    first, second, third = models.load(gold).models
    assert (first.model, first.value, first.metric, first.split) == (
        "valence_audio",
        0.6,
        "r2",
        "artist_grouped_test",
    )
    assert first.seed_value == 0.33
    assert (second.value, second.seed_value) == (0.85, None)
    assert third.metric == "accuracy"
    assert [model.verdict for model in (first, second, third)] == [
        "clear gain",
        "not certain: no interval",
        "no clear gain: the most frequent is used",
    ]


def test_without_metrics_there_is_no_model() -> None:
    assert models.load(Gold(duckdb.connect())).models == ()


@pytest.mark.parametrize(
    ("baseline", "verdict"),
    [
        (0.51, "clear gain"),
        (0.53, "no clear gain: the genre mean is used"),
        (0.57, "worse: the genre mean is used"),
    ],
)
def test_the_verdict_compares_the_interval_with_the_baseline(baseline: float, verdict: str) -> None:
    model = replace(full_report().models.models[0], baseline_name="genre_mean", baseline_value=baseline)
    assert model.verdict == verdict
