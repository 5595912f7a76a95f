"""Two checks of the catalogue: how near a match by name comes, and what models do on one person's list.

A pseudo-listener is 400 test tracks of four genres that sound alike; all their artists are unseen. Their R2
says more of what a person gets than the catalogue's, whose genres are far apart. Fifty of the tracks are
taken as known and correct the level of the rest.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pandas as pd

from spotiflow.ml.data.catalogue import Catalogue, audio_key, name_key
from spotiflow.ml.data.evaluate import (
    N_BOOTSTRAPS,
    TAIL_PERCENT,
    Clusters,
    Metric,
    Predicted,
    metric_rows,
    regression_metrics,
)
from spotiflow.ml.data.features import Codes, Mask, Matrix
from spotiflow.ml.data.reproducible import SEED
from spotiflow.ml.engine.entry import look_row
from spotiflow.ml.engine.sources import (
    CATALOGUE,
    CATALOGUE_INPUT,
    SPLITS,
    Input,
    Query,
)
from spotiflow.ml.engine.store import TrainingOutput
from spotiflow.ml.engine.tasks import Context, Task
from spotiflow.ml.models.assess import SPLIT, TestSet
from spotiflow.ml.models.mood_models import ENERGY_AUDIO, VALENCE_AUDIO
from spotiflow.ml.models.routed import RoutedModel

RECIPE = "checks"
MODELS = {"valence": VALENCE_AUDIO.name, "energy": ENERGY_AUDIO.name}
PSEUDO, MATCHED = "pseudo_listeners", "matched_by_name"
SOUND = ("danceability", "acousticness", "loudness", "valence", "energy")
N_LISTENERS, N_TRACKS, N_GENRES, N_KNOWN = 60, 400, 4, 50
# Recordings of one name whose lengths are nearer than this are taken as the same.
MOST_SECONDS_APART = 3.0


class CatalogueChecks(Task):
    """Figures of matching and of pseudo-listeners; there is no model of its own."""

    name = RECIPE
    recipe = RECIPE
    follows: ClassVar[tuple[str, ...]] = tuple(MODELS.values())
    inputs: ClassVar[tuple[Input, ...]] = (CATALOGUE_INPUT,)
    needs: ClassVar[tuple[Input, ...]] = (CATALOGUE_INPUT,)
    reads: ClassVar[tuple[Query, ...]] = (CATALOGUE, SPLITS)

    @property
    def makes(self) -> tuple[str, ...]:
        """Return the names under which the figures are stored."""
        return (PSEUDO, MATCHED)

    def run(self, context: Context, output: TrainingOutput) -> None:
        """Measure both; pseudo-listeners only where a champion is in use."""
        catalogue = context.catalogue_to_learn_from(output)
        if catalogue is None:
            return
        for target, model in MODELS.items():
            frames = {MATCHED: _matched(catalogue, target)}
            champion = context.champion(output, model, RoutedModel.from_state)
            if champion is not None:
                frames[PSEUDO] = _pseudo_listeners(champion[1], TestSet.of(catalogue, target))
            for name, metrics in frames.items():
                if metrics:
                    rows = metric_rows(
                        metrics,
                        name,
                        self._version(context),
                        dataset=catalogue.dataset,
                        split=SPLIT,
                        part=target,
                    )
                    output.metrics.append(rows)
                    look = look_row(catalogue.split_id, f"{name}_{target}", self._version(context), "check")
                    output.add("test_looks", look)

    def _version(self, context: Context) -> str:
        """Name the figures after what they were made from."""
        return self.digest(context.sources, context.sources.registry)


def _matched(catalogue: Catalogue, target: str) -> list[Metric]:
    """Predict each recording by another one of the same name, artist and length, but not the same audio."""
    tracks = catalogue.tracks
    name, audio = name_key(tracks["track_name"], tracks["primary_artist"]), audio_key(tracks)
    pairs = pd.DataFrame(
        {
            "name": name,
            "audio": audio,
            "seconds": tracks["duration_ms"] / 1000,
            "value": tracks[target].astype(np.float64),
            "group": tracks["artist_group"],
        }
    ).dropna()
    pairs = pairs.drop_duplicates(["name", "audio"])
    both = pairs.merge(pairs, on="name", suffixes=("", "_twin"))
    apart = (both["seconds"] - both["seconds_twin"]).abs()
    both = both[(both["audio"] != both["audio_twin"]) & (apart < MOST_SECONDS_APART)]
    if len(both) < 2:
        return []
    truth = both["value"].to_numpy()
    none = np.full(len(both), np.nan)
    clusters: Codes = pd.factorize(both["group"])[0].astype(np.int64)
    metrics = regression_metrics(
        Predicted(truth, both["value_twin"].to_numpy(), none),
        Predicted(truth, np.full(len(both), pairs["value"].mean()), none),
        "catalogue_mean",
        Clusters(clusters),
    )
    return [metric for metric in metrics if metric.name in ("r2", "rmse")]


def _pseudo_listeners(model: RoutedModel, test: TestSet) -> list[Metric]:
    prediction = model.predict(test.tracks, test.genres)[0][:, 0]
    draw = np.random.default_rng(SEED)
    scores = [
        _score(test.truth, prediction, rows, draw) for rows in _lists(test, draw) if len(rows) >= 2 * N_KNOWN
    ]
    if not scores:
        return []
    ours, theirs = np.array(scores).T
    return [
        _over_listeners("median_r2", ours, theirs, np.median),
        _over_listeners("negative_share", (ours < 0) * 1.0, (theirs < 0) * 1.0, np.mean),
    ]


def _lists(test: TestSet, draw: np.random.Generator) -> list[Codes]:
    """Draw for each pseudo-listener a genre, the three nearest to it in mean sound, and tracks of them."""
    sound = test.tracks[["danceability", "acousticness", "loudness", "valence", "energy"]].to_numpy(
        np.float64
    )
    sound = np.nan_to_num((sound - np.nanmean(sound, axis=0)) / np.nanstd(sound, axis=0))
    present = np.unique(test.genres.codes)
    if len(present) < N_GENRES:
        return []
    means = np.array([sound[test.genres.rows[test.genres.codes == code]].mean(axis=0) for code in present])
    lists = []
    for start in draw.integers(0, len(present), N_LISTENERS):
        near = present[np.argsort(((means - means[start]) ** 2).sum(axis=1))[:N_GENRES]]
        rows = np.unique(test.genres.rows[np.isin(test.genres.codes, near)])
        lists.append(draw.permutation(rows)[:N_TRACKS])
    return lists


def _score(truth: Matrix, prediction: Matrix, rows: Codes, draw: np.random.Generator) -> tuple[float, float]:
    """Return R2 of the corrected predictions, and of the mean of the known tracks, on the others."""
    known: Mask = np.zeros(len(rows), dtype=bool)
    known[draw.permutation(len(rows))[:N_KNOWN]] = True
    learned, rest = rows[known], rows[~known]
    shift = np.mean(truth[learned] - prediction[learned])
    spread = np.sum((truth[rest] - truth[rest].mean()) ** 2)

    def r2(guess: Any) -> float:
        return float(1 - np.sum((truth[rest] - guess) ** 2) / spread)

    return r2(prediction[rest] + shift), r2(truth[learned].mean())


def _over_listeners(name: str, ours: Matrix, theirs: Matrix, statistic: Any) -> Metric:
    """Return a statistic over listeners with its bootstrap interval, beside that of the listener's mean."""
    draw = np.random.default_rng(SEED).integers(0, len(ours), (N_BOOTSTRAPS, len(ours)))
    low, high = np.percentile(statistic(ours[draw], axis=1), [TAIL_PERCENT, 100 - TAIL_PERCENT])
    value = float(statistic(ours))
    return Metric(
        name,
        value,
        min(float(low), value),
        max(float(high), value),
        len(ours),
        "listener_mean",
        float(statistic(theirs)),
    )
