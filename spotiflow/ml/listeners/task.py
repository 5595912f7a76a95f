"""The task that applies the models in use to listeners: held-out plays, and moods where unknown."""

from __future__ import annotations

from typing import ClassVar

import pandas as pd

from spotiflow.ml.data.evaluate import metric_rows
from spotiflow.ml.data.features import AUDIO_FEATURES
from spotiflow.ml.engine.sources import (
    CATALOGUE,
    CATALOGUE_INPUT,
    FEATURES_INPUT,
    LISTENERS,
    PLAYS,
    PLAYS_INPUT,
    SPLITS,
    TRACKS,
    Input,
    Query,
)
from spotiflow.ml.engine.store import TrainingOutput
from spotiflow.ml.engine.tasks import Context, Task
from spotiflow.ml.listeners.scoring import (
    Scored,
    completed,
    mood_probabilities,
    predict_honestly,
    score_plays,
)
from spotiflow.ml.models.mood_models import ENERGY_AUDIO, MOOD_CATEGORY, VALENCE_AUDIO
from spotiflow.ml.models.routed import RoutedModel

SPLIT = "global_time"
AUDIO_MODELS = {"valence": VALENCE_AUDIO.name, "energy": ENERGY_AUDIO.name}


class ListenerPlays(Task):
    """An honest check of the audio models on each listener's last plays, and moods that no rule gives."""

    name = "listener_plays"
    follows: ClassVar[tuple[str, ...]] = (*AUDIO_MODELS.values(), MOOD_CATEGORY.name)
    inputs: ClassVar[tuple[Input, ...]] = (CATALOGUE_INPUT, PLAYS_INPUT, FEATURES_INPUT)
    needs: ClassVar[tuple[Input, ...]] = (CATALOGUE_INPUT, PLAYS_INPUT)
    reads: ClassVar[tuple[Query, ...]] = (CATALOGUE, SPLITS, PLAYS, TRACKS, LISTENERS)

    @property
    def makes(self) -> tuple[str, ...]:
        """Return nothing: its figures are those of the models it follows."""
        return ()

    def run(self, context: Context, output: TrainingOutput) -> None:
        """Predict held-out plays and unknown moods; a note for whatever was not possible."""
        if context.catalogue is None or context.frame(TRACKS).empty:
            return
        tracks = completed(context.frame(TRACKS), context.catalogue)
        frames = []
        for target, model in AUDIO_MODELS.items():
            champion = context.champion(output, model, RoutedModel.from_state)
            if champion is None:
                output.notes.append(f"No {target} model beats the mean yet, so no plays were predicted.")
                continue
            for scored in _score_target(champion[1], target, tracks, context):
                frames += _keep(scored, model, champion[0].version, context, output)
        rows = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
        output.replace("play_predictions", rows, models=list(AUDIO_MODELS.values()))
        output.replace("track_predictions", _moods(context, output, tracks), models=[MOOD_CATEGORY.name])


def _score_target(model: RoutedModel, target: str, tracks: pd.DataFrame, context: Context) -> list[Scored]:
    known = tracks[tracks["valence"].notna() & tracks["energy"].notna()]
    plays = context.frame(PLAYS)
    found = []
    for listener in context.listeners():
        own = known[known["listener_id"] == listener].reset_index(drop=True)
        theirs = plays[plays["listener_id"] == listener]
        found.append(score_plays(listener, target, theirs, own, predict_honestly(model, own)))
    return found


def _keep(
    scored: Scored, model: str, version: str, context: Context, output: TrainingOutput
) -> list[pd.DataFrame]:
    if scored.reason:
        note = f"Predicted plays of {scored.listener_id}: {scored.reason}."
        output.notes += [note] if note not in output.notes else []
    if scored.rows is None or scored.metrics is None:
        return []
    output.metrics.append(
        metric_rows(
            scored.metrics,
            model,
            version,
            dataset=context.dataset_of(scored.listener_id),
            split=SPLIT,
            listener_id=scored.listener_id,
        )
    )
    return [scored.rows.assign(model=model, model_version=version)]


def _moods(context: Context, output: TrainingOutput, tracks: pd.DataFrame) -> pd.DataFrame:
    """Return rows of ml.track_predictions for the tracks whose valence or energy only a model can tell.

    Tracks without a tempo are silence or noise, which have no mood to predict.
    """
    rest = [name for name in AUDIO_FEATURES if name not in AUDIO_MODELS]
    lacks_one = tracks["valence"].isna() | tracks["energy"].isna()
    unknown = tracks[lacks_one & tracks[rest].notna().all(axis=1)]
    champion = context.champion(output, MOOD_CATEGORY.name, RoutedModel.from_state) if len(unknown) else None
    if champion is None:
        return pd.DataFrame()
    version, model = champion
    rows = [mood_probabilities(model, own) for _, own in unknown.groupby("listener_id", sort=True)]
    return pd.concat(rows, ignore_index=True).assign(model=version.model, model_version=version.version)
