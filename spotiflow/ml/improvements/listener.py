"""Improvements on a listener's own plays: split by time, features of time, and a model of the sequence.

What is predicted is the valence of the next measured play, before it is known which track it is; the last
fifth of the plays by time is the test, whole sessions are drawn for the interval.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from spotiflow.ml.data.evaluate import (
    Clusters,
    Metric,
    Predicted,
    metric_rows,
    regression_metrics,
)
from spotiflow.ml.data.features import (
    AUDIO_FEATURES,
    Codes,
    Mask,
    Matrix,
)
from spotiflow.ml.data.learnable import LISTENING
from spotiflow.ml.data.reproducible import SEED
from spotiflow.ml.engine.sources import (
    FEATURES_INPUT,
    LISTENERS,
    PLAYS_INPUT,
    Input,
    Query,
)
from spotiflow.ml.engine.store import TrainingOutput
from spotiflow.ml.engine.tasks import Context
from spotiflow.ml.improvements.task import Improvement, stops_early
from spotiflow.ml.listeners.scoring import EARLIER_SHARE

TARGET = "valence"
LEAST_PLAYS = 200
SEQUENCE = 10
BY_TIME, AT_RANDOM = "global_time", "random_rows"
WINDOWS = (5, 10, 20)
LAGS = (1, 2, 7)
SPANS = (3, 7, 28)
OTHER_FEATURES = [name for name in AUDIO_FEATURES if name != TARGET]
_ROWS = f"""
    select listener_id, session_id, track_id, started_at, hour_of_day, day_of_week, valence, energy,
        {", ".join(name for name in OTHER_FEATURES if name != "energy")}
    from {LISTENING} where is_measured and valence is not null and energy is not null
    order by listener_id, started_at, play_id
"""
MEASURED_PLAYS = Query(_ROWS, (LISTENING,))


class ListenerImprovement(Improvement):
    """A model of one listener's plays, fitted on the earlier ones and tested on the later ones."""

    inputs: ClassVar[tuple[Input, ...]] = (PLAYS_INPUT, FEATURES_INPUT)
    needs: ClassVar[tuple[Input, ...]] = (PLAYS_INPUT,)
    reads: ClassVar[tuple[Query, ...]] = (MEASURED_PLAYS, LISTENERS)
    split = BY_TIME
    splits: ClassVar[tuple[str, ...]] = (BY_TIME,)

    def run(self, context: Context, output: TrainingOutput) -> None:
        """Measure on every listener with enough measured plays; a note for the others."""
        plays = context.frame(MEASURED_PLAYS)
        frames, n_rows = list[pd.DataFrame](), 0
        for listener in context.listeners():
            mine = plays[plays["listener_id"] == listener].reset_index(drop=True) if len(plays) else plays
            if len(mine) < LEAST_PLAYS:
                output.notes.append(
                    f"{self.name} for {listener}: not enough data yet: {len(mine)} plays with measured "
                    f"features, {LEAST_PLAYS} needed."
                )
                continue
            n_rows += len(mine)
            frames += [self._rows(mine, split, listener, context) for split in self.splits]
        if frames:
            self.store(context, output, frames, n_rows)

    def _rows(self, plays: pd.DataFrame, split: str, listener: str, context: Context) -> pd.DataFrame:
        return metric_rows(
            self._measure(plays, split),
            self.name,
            "",
            dataset=context.dataset_of(listener),
            split=split,
            part=TARGET if split == BY_TIME else "at_random",
            listener_id=listener,
        )

    def _measure(self, plays: pd.DataFrame, split: str) -> list[Metric]:
        inputs = self.columns(plays)
        truth = plays[TARGET].to_numpy(dtype=np.float64)
        later = held_out(len(plays), split)
        usable = ~np.isnan(inputs).any(axis=1)
        train, test = usable & ~later, usable & later
        with stops_early():
            fitted = self.model().fit(inputs[train], truth[train])
        predicted = np.clip(fitted.predict(inputs[test]), 0, 1)
        mean, none = np.full(int(test.sum()), truth[train].mean()), np.full(int(test.sum()), np.nan)
        sessions: Codes = pd.factorize(plays["session_id"])[0].astype(np.int64)
        metrics = regression_metrics(
            Predicted(truth[test], predicted, none),
            Predicted(truth[test], mean, none),
            "listener_mean",
            Clusters(sessions[test]),
        )
        return [metric for metric in metrics if metric.name in ("r2", "rmse", "mse_skill")]

    @abstractmethod
    def columns(self, plays: pd.DataFrame) -> Matrix:
        """Return the inputs of every play, in order of time; NaN where there is no past yet."""

    @abstractmethod
    def model(self) -> Any:
        """Return the unfitted model."""


def held_out(n_plays: int, split: str) -> Mask:
    """Return the fifth of the plays that is the test: the last ones, or ones drawn at random."""
    later: Mask = np.arange(n_plays) >= int(n_plays * EARLIER_SHARE)
    return later if split == BY_TIME else np.random.default_rng(SEED).permutation(later)


class TemporalSplit(ListenerImprovement):
    """The same trees on the plays' other audio features, tested by time and at random."""

    name = "temporal_split"
    approach = "trees on the listener's own plays; the random split is what the split by time replaced"
    model_type = "HistGradientBoostingRegressor"
    features = tuple(OTHER_FEATURES)
    splits: ClassVar[tuple[str, ...]] = (BY_TIME, AT_RANDOM)

    def columns(self, plays: pd.DataFrame) -> Matrix:
        """Return the audio features of the track, without the target; missing ones as the trees want them."""
        numbers = plays[OTHER_FEATURES].apply(pd.to_numeric, errors="coerce").to_numpy(dtype=np.float64)
        filled: Matrix = np.nan_to_num(numbers, nan=-1.0, posinf=-1.0, neginf=-1.0)
        return filled

    def model(self) -> Any:
        """Return small trees."""
        from sklearn.ensemble import HistGradientBoostingRegressor

        return HistGradientBoostingRegressor(
            max_iter=100, max_leaf_nodes=15, learning_rate=0.06, early_stopping=False, random_state=SEED
        )


class TemporalFeatures(ListenerImprovement):
    """When a play happens and what was played before it."""

    name = "temporal_features"
    approach = "hour and weekday as circles, lags, weighted and rolling means, pause, previous session"
    model_type = "Ridge"
    features = (
        "hour, weekday as sine and cosine",
        *(f"valence {lag} plays ago" for lag in LAGS),
        *(f"weighted mean over {span}" for span in SPANS),
        *(f"mean of last {window}" for window in WINDOWS),
        "pause since the last play",
        "mean of the previous session",
    )

    def columns(self, plays: pd.DataFrame) -> Matrix:
        """Return the inputs; each uses earlier plays only."""
        return temporal_columns(plays)

    def model(self) -> Any:
        """Return a ridge regression whose penalty is chosen on the training rows."""
        from sklearn.linear_model import RidgeCV
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        return make_pipeline(StandardScaler(), RidgeCV(np.logspace(0, 5, 11)))


def temporal_columns(plays: pd.DataFrame) -> Matrix:
    """Return the temporal inputs of every play of one listener, in order of time."""
    before = plays[TARGET].astype(np.float64).shift(1)
    hour = 2 * np.pi * plays["hour_of_day"].to_numpy(dtype=np.float64) / 24
    weekday = 2 * np.pi * plays["day_of_week"].to_numpy(dtype=np.float64) / 7
    pause = plays["started_at"].diff().dt.total_seconds().clip(lower=1.0)
    session = plays.groupby("session_id", sort=False)[TARGET].mean().shift(1)
    columns = [
        *(wave(angle) for angle in (hour, weekday) for wave in (np.sin, np.cos)),
        *(before.shift(lag - 1) for lag in LAGS),
        *(before.ewm(span=span).mean() for span in SPANS),
        *(before.rolling(window, min_periods=1).mean() for window in WINDOWS),
        np.log(pause),
        plays["session_id"].map(session),
    ]
    return np.column_stack([np.asarray(column, dtype=np.float64) for column in columns])


class SequenceModel(ListenerImprovement):
    """A network that reads the last ten plays in their order."""

    name = "sequence_model"
    approach = f"a network that reads valence and energy of the last {SEQUENCE} plays in order"
    model_type = "MLPRegressor"
    features = tuple(f"valence, energy {lag} plays ago" for lag in range(1, SEQUENCE + 1))

    def columns(self, plays: pd.DataFrame) -> Matrix:
        """Return valence and energy of the last plays, newest first."""
        pair = plays[[TARGET, "energy"]].astype(np.float64)
        last: Matrix = np.hstack([pair.shift(lag).to_numpy() for lag in range(1, SEQUENCE + 1)])
        return last

    def model(self) -> Any:
        """Return a small network that stops where a part of the training rows says so."""
        from sklearn.neural_network import MLPRegressor
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        network = MLPRegressor(
            hidden_layer_sizes=(32, 16), alpha=1.0, early_stopping=True, max_iter=200, random_state=SEED
        )
        return make_pipeline(StandardScaler(), network)
