"""What training does for each listener: forecasts of their days, and an honest check on their last plays."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

from core.settings import Settings
from ml import SEED, forecasts
from ml.catalogue import Catalogue
from ml.evaluate import metric_rows
from ml.features import AUDIO_FEATURES
from ml.files import save_state
from ml.fit_models import serving_model
from ml.forecasts import ListenerForecast, Series, forecast
from ml.registry import (
    CHAMPION,
    Alias,
    Registry,
    Version,
    code_version,
    digest_of,
    library_versions,
    new_version_name,
)
from ml.routed import RoutedModel
from ml.scoring import Scored, completed, mood_probabilities, predict_honestly, score_plays
from ml.sources import Sources, Tables
from ml.store import Harvest, forecast_rows

TARGETS = ("valence", "energy")
FORECAST_SPLIT, PLAY_SPLIT = "rolling_origin", "global_time"
METHOD_PARAMETERS = {"methods": list(forecasts.METHODS), "least_days": forecasts.LEAST_DAYS}


def listening_digest(listening_hash: str) -> str:
    """Hash what the listeners' figures are made of."""
    return digest_of(
        model=forecasts.MODEL,
        parameters=METHOD_PARAMETERS,
        data=listening_hash,
        code=code_version(),
        libraries=library_versions(),
    )


def forecast_listeners(settings: Settings, sources: Sources, tables: Tables, harvest: Harvest) -> list[str]:
    """Forecast every listener's days; returns a sentence for each one with too few."""
    found = [
        forecast(listener, target, _series(tables.days, listener, target))
        for listener in tables.listeners
        for target in TARGETS
    ]
    version = _forecast_version(settings, sources, found, harvest)
    harvest.versions.append(version)
    rule = "serves by design: per listener, the candidate that was best on the days before"
    harvest.aliases.append(Alias(CHAMPION, forecasts.MODEL, harvest.now, version.version, rule, harvest.now))
    harvest.forecasts = forecast_rows(found, version.version)
    for one in found:
        if one.metrics is not None:
            harvest.metrics.append(_forecast_metrics(one, version.version, tables))
    reasons = dict.fromkeys((one.listener_id, one.reason) for one in found if one.reason)
    return [f"Forecasts for {listener}: {reason}." for listener, reason in reasons]


def _series(days: pd.DataFrame | None, listener: str, target: str) -> Series:
    if days is None:
        return Series(np.array([], dtype="datetime64[D]"), np.array([]))
    mine = days[days["listener_id"] == listener]
    dates = pd.to_datetime(mine["listening_date"]).to_numpy().astype("datetime64[D]")
    return Series(dates, mine[target].to_numpy(dtype=np.float64))


def _forecast_metrics(one: ListenerForecast, version: str, tables: Tables) -> pd.DataFrame:
    return metric_rows(
        one.metrics or [],
        forecasts.MODEL,
        version,
        dataset=_dataset(tables, one.listener_id),
        split=FORECAST_SPLIT,
        part=one.target,
        listener_id=one.listener_id,
    )


def _dataset(tables: Tables, listener: str) -> str:
    return "simulated" if tables.listeners[listener] else "listener"


def _forecast_version(
    settings: Settings, sources: Sources, found: list[ListenerForecast], harvest: Harvest
) -> Version:
    data_hash = str(sources.listening_hash)
    name = new_version_name(sources.registry, forecasts.MODEL, listening_digest(data_hash), harvest.now)
    served = {f"{one.listener_id} {one.target}": one.method or one.reason for one in found}
    artifact = f"{forecasts.MODEL}-{name}.skops"
    sha256 = save_state(settings.models_dir, artifact, METHOD_PARAMETERS | {"served": served})
    return Version(
        model=forecasts.MODEL,
        version=name,
        created_at=harvest.now,
        recipe="best",
        model_type="best of mean, weighted means and same weekday",
        training_approach="rolling origin on days of listening, per listener",
        train_size=sum(one.n_days for one in found if one.target == TARGETS[0]),
        features=["past daily means"],
        parameters=json.dumps(METHOD_PARAMETERS | {"served": served}, sort_keys=True),
        seed=SEED,
        split_id=FORECAST_SPLIT,
        data_hash=data_hash,
        code_version=code_version(),
        library_versions=library_versions(),
        interval_quantile_90=None,
        artifact=artifact,
        sha256=sha256,
        card=None,
    )


def score_listeners(
    settings: Settings, catalogue: Catalogue | None, sources: Sources, tables: Tables, harvest: Harvest
) -> list[str]:
    """Predict held-out plays and unknown moods with the models that serve; returns what was not possible."""
    if catalogue is None or tables.tracks is None or tables.plays is None:
        return []
    tracks = completed(tables.tracks, catalogue)
    reasons: dict[str, None] = {}
    frames = []
    for target in TARGETS:
        champion = _champion(settings, sources.registry, harvest, f"{target}_audio")
        if champion is None:
            reasons[f"No {target} model beats the mean yet, so no plays were predicted."] = None
            continue
        for scored in _score_target(champion[1], target, tracks, tables):
            frames += _keep(scored, f"{target}_audio", champion[0].version, tables, harvest)
            if scored.reason:
                reasons[f"Predicted plays of {scored.listener_id}: {scored.reason}."] = None
    harvest.play_predictions = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    unknown = _unknown_moods(tracks)
    classifier = _champion(settings, sources.registry, harvest, "mood_category") if len(unknown) else None
    harvest.track_predictions = _predicted_moods(classifier, unknown)
    return list(reasons)


def _champion(
    settings: Settings, registry: Registry, harvest: Harvest, model: str
) -> tuple[Version, RoutedModel] | None:
    """Return the version that serves from now on: the one just promoted, or the stored champion."""
    promoted = {alias.version for alias in harvest.aliases if (alias.alias, alias.model) == (CHAMPION, model)}
    for version in harvest.versions:
        if version.model == model and version.version in promoted:
            return version, harvest.models[version.artifact]
    return serving_model(settings, registry, model)


def _score_target(model: RoutedModel, target: str, tracks: pd.DataFrame, tables: Tables) -> list[Scored]:
    known = tracks[tracks["valence"].notna() & tracks["energy"].notna()].reset_index(drop=True)
    predicted = predict_honestly(model, known)
    plays = tables.plays if tables.plays is not None else pd.DataFrame()
    return [
        score_plays(listener, target, plays[plays["listener_id"] == listener], known, predicted)
        for listener in tables.listeners
    ]


def _keep(scored: Scored, model: str, version: str, tables: Tables, harvest: Harvest) -> list[pd.DataFrame]:
    if scored.rows is None or scored.metrics is None:
        return []
    harvest.metrics.append(
        metric_rows(
            scored.metrics,
            model,
            version,
            dataset=_dataset(tables, scored.listener_id),
            split=PLAY_SPLIT,
            listener_id=scored.listener_id,
        )
    )
    return [scored.rows.assign(model=model, model_version=version)]


def _unknown_moods(tracks: pd.DataFrame) -> pd.DataFrame:
    """Return the tracks for which the rule has no valence or energy but a model has all other features.

    Tracks without a tempo are silence or noise, which have no mood to predict.
    """
    rest = [name for name in AUDIO_FEATURES if name not in TARGETS]
    return tracks[(tracks["valence"].isna() | tracks["energy"].isna()) & tracks[rest].notna().all(axis=1)]


def _predicted_moods(champion: tuple[Version, RoutedModel] | None, unknown: pd.DataFrame) -> pd.DataFrame:
    if champion is None:
        return pd.DataFrame()
    version, model = champion
    return mood_probabilities(model, unknown).assign(model=version.model, model_version=version.version)
