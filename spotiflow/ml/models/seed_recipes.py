"""The three models of the system before this one, rebuilt on the honest split: what ours is compared with.

They were trained on catalogue rows with an hour and a weekday made up per row, since a catalogue holds no
listening. The same columns are made up here (`ml.features`), as a pure function of the track id.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from spotiflow.ml.data.reproducible import N_THREADS, SEED
from spotiflow.ml.models.routed import MOOD, ModelSpec

Estimator = Callable[[int], Any]

RECIPE = "seed"
APPROACH = "seed recipe with invented hour and weekday, on the same split"
INVENTED = ["invented_hour", "invented_weekday"]
FOREST_PARAMETERS: dict[str, Any] = {"n_estimators": 30, "max_depth": 8, "min_samples_leaf": 10}
LINEAR_PENALTY = 0.01


def _forest(n_rows: int) -> Any:  # noqa: ARG001
    from sklearn.ensemble import RandomForestRegressor

    return RandomForestRegressor(random_state=SEED, n_jobs=N_THREADS, **FOREST_PARAMETERS)


def _forest_classifier(n_rows: int) -> Any:  # noqa: ARG001
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(random_state=SEED, n_jobs=N_THREADS, **FOREST_PARAMETERS)


def _linear(n_rows: int) -> Any:
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    # The seed's penalty stands beside a mean of squared errors, scikit-learn's beside their sum.
    ridge = Ridge(alpha=LINEAR_PENALTY * n_rows)
    return make_pipeline(SimpleImputer(keep_empty_features=True), StandardScaler(), ridge)


def _seed(name: str, target: str, model_type: str, inputs: list[str], estimator: Estimator) -> ModelSpec:
    penalty = {"penalty": LINEAR_PENALTY}
    return ModelSpec(
        name=name,
        target=target,
        recipe=RECIPE,
        model_type=model_type,
        training_approach=APPROACH,
        routes={"audio": INVENTED + inputs},
        parameters=penalty if estimator is _linear else FOREST_PARAMETERS,
        estimator=estimator,
    )


MOOD_PREDICTION_SEED = _seed(
    "mood_prediction_seed",
    "valence",
    "RandomForestRegressor",
    ["invented_is_weekend", "energy", "tempo", "danceability"],
    _forest,
)
ENERGY_FORECAST_SEED = _seed(
    "energy_forecast_seed",
    "energy",
    "Ridge",
    ["tempo", "danceability", "acousticness"],
    _linear,
)
MOOD_CLASSIFIER_SEED = _seed(
    "mood_classifier_seed",
    MOOD,
    "RandomForestClassifier",
    ["tempo", "danceability", "acousticness", "instrumentalness"],
    _forest_classifier,
)
SPECS = (MOOD_PREDICTION_SEED, ENERGY_FORECAST_SEED, MOOD_CLASSIFIER_SEED)
# Which of our models each seed recipe is the rival of.
RIVAL_OF = {
    "valence_audio": MOOD_PREDICTION_SEED.name,
    "energy_audio": ENERGY_FORECAST_SEED.name,
    "mood_category": MOOD_CLASSIFIER_SEED.name,
}
