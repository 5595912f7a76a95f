"""Our models of a track's valence, energy and mood category from its other audio features.

Gradient-boosted trees, near their defaults: searching wider gains .004 R2, other families lose
(docs/evidence.md 2). Chosen on inner folds of the training part of the real catalogue: the genre's means of
six features over the target's own +.03 R2 of valence; popularity left out (+.002, and rarely known); more and
smaller steps left out (+.003 for twice the time).
The category model never sees valence or energy, from which the category follows by rule.
"""

from __future__ import annotations

from typing import Any

from spotiflow.ml.data.features import audio_inputs, genre_inputs
from spotiflow.ml.data.reproducible import SEED
from spotiflow.ml.models.routed import MOOD, ModelSpec

RECIPE = "best"
APPROACH = "catalogue, each recording once, artists kept apart"
SHARED_PARAMETERS: dict[str, Any] = {
    "min_samples_leaf": 30,
    "l2_regularization": 2.0,
    "max_features": 0.4,
    "early_stopping": False,
}
REGRESSOR_PARAMETERS = SHARED_PARAMETERS | {"max_iter": 120}
CLASSIFIER_PARAMETERS = SHARED_PARAMETERS | {"max_iter": 100}
# From how many rows on: how many leaves a tree may have, and how long a step is. Few tracks need
# small trees (inner folds, valence R2 from 1,200 rows: .488 with the largest, .512 with the smallest; from
# 20,000: .586 and .563).
SIZES: dict[int, dict[str, Any]] = {
    0: {"max_leaf_nodes": 15, "learning_rate": 0.06},
    2_500: {"max_leaf_nodes": 31, "learning_rate": 0.12},
    10_000: {"max_leaf_nodes": 63, "learning_rate": 0.12},
}
# Five trees a step, one per mood, need fewer leaves each.
CLASSIFIER_SIZE: dict[str, Any] = {"max_leaf_nodes": 31, "learning_rate": 0.08}


def _size(n_rows: int) -> dict[str, Any]:
    return SIZES[max(least for least in SIZES if least <= n_rows)]


def _regressor(n_rows: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingRegressor

    return HistGradientBoostingRegressor(random_state=SEED, **REGRESSOR_PARAMETERS, **_size(n_rows))


def _classifier(n_rows: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    size = min(_size(n_rows), CLASSIFIER_SIZE, key=lambda size: size["max_leaf_nodes"])
    return HistGradientBoostingClassifier(random_state=SEED, **CLASSIFIER_PARAMETERS, **size)


def _routes(without: list[str]) -> dict[str, list[str]]:
    return {"audio_and_genre": genre_inputs(without), "audio": audio_inputs(without)}


def _audio_model(target: str) -> ModelSpec:
    return ModelSpec(
        name=f"{target}_audio",
        target=target,
        recipe=RECIPE,
        model_type="HistGradientBoostingRegressor",
        training_approach=APPROACH,
        routes=_routes([target]),
        parameters=REGRESSOR_PARAMETERS | {"sizes": SIZES},
        estimator=_regressor,
        keeps_folds=True,
    )


VALENCE_AUDIO = _audio_model("valence")
ENERGY_AUDIO = _audio_model("energy")
MOOD_CATEGORY = ModelSpec(
    name="mood_category",
    target=MOOD,
    recipe=RECIPE,
    model_type="HistGradientBoostingClassifier",
    training_approach=APPROACH,
    routes=_routes(["valence", "energy"]),
    parameters=CLASSIFIER_PARAMETERS | {"sizes": SIZES, "largest": CLASSIFIER_SIZE},
    estimator=_classifier,
)
SPECS = (VALENCE_AUDIO, ENERGY_AUDIO, MOOD_CATEGORY)
