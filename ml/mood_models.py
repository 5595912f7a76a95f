"""Our models of a track's valence, energy and mood category from its other audio features.

Gradient-boosted trees, near their defaults: searching wider gains .004 R2, other families lose (mood_science
1.3). Chosen on inner folds of the training part of the real catalogue: the genre's means of six features
over the target's own +.03 R2 of valence; popularity left out (+.002, and rarely known); more and smaller
steps left out (+.003 for twice the time).
The category model never sees valence or energy, from which the category follows by rule.
"""

from __future__ import annotations

from typing import Any

from ml import SEED
from ml.features import audio_inputs, genre_inputs
from ml.routed import MOOD, ModelSpec

RECIPE = "best"
APPROACH = "catalogue, each recording once, artists kept apart"
SHARED_PARAMETERS: dict[str, Any] = {
    "min_samples_leaf": 30,
    "l2_regularization": 2.0,
    "max_features": 0.4,
    "early_stopping": False,
}
REGRESSOR_PARAMETERS = SHARED_PARAMETERS | {"max_iter": 150, "learning_rate": 0.1, "max_leaf_nodes": 63}
CLASSIFIER_PARAMETERS = SHARED_PARAMETERS | {"max_iter": 100, "learning_rate": 0.08, "max_leaf_nodes": 31}


def _regressor(n_rows: int) -> Any:  # noqa: ARG001
    from sklearn.ensemble import HistGradientBoostingRegressor

    return HistGradientBoostingRegressor(random_state=SEED, **REGRESSOR_PARAMETERS)


def _classifier(n_rows: int) -> Any:  # noqa: ARG001
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(random_state=SEED, **CLASSIFIER_PARAMETERS)


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
        parameters=REGRESSOR_PARAMETERS,
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
    parameters=CLASSIFIER_PARAMETERS,
    estimator=_classifier,
)
SPECS = (VALENCE_AUDIO, ENERGY_AUDIO, MOOD_CATEGORY)
