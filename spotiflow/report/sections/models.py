"""The models: ours beside a simple baseline and the seed recipe, with a verdict in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from spotiflow.core import words
from spotiflow.report.gold.queries import MODELS, Gold

# Our models in order of display, each with the seed recipe for the same question.
SHOWN = {
    "valence_audio": ("valence", "mood_prediction_seed"),
    "energy_audio": ("energy", "energy_forecast_seed"),
    "mood_category": ("mood category", "mood_classifier_seed"),
}
# The first of these that a model has is shown; higher is better for all of them.
METRICS = ("r2", "macro_f1", "accuracy")
SPLITS = {"artist_grouped_test": "unseen artists", "song_grouped_test": "unseen songs"}
BASELINES = {"train_mean": "mean", "train_majority": "majority"}
NAMES = {"r2": "R2", "macro_f1": "macro F1", "accuracy": "accuracy"}


@dataclass(frozen=True)
class Model:
    """How one model does on data it has not seen; `seed_value` is the seed recipe's on the same split."""

    model: str
    dataset: str
    split: str
    metric: str
    value: float
    n: int
    ci_low: float | None
    ci_high: float | None
    baseline_name: str
    baseline_value: float | None
    seed_value: float | None

    @property
    def verdict(self) -> str:
        """Whether the model is better than its baseline, in words."""
        if self.baseline_value is None or self.ci_low is None or self.ci_high is None:
            return "not certain: no interval"
        if self.ci_low > self.baseline_value:
            return "clear gain"
        worse = self.ci_high < self.baseline_value
        return f"{'worse' if worse else 'no clear gain'}: the {self.baseline_text} is used"

    @property
    def baseline_text(self) -> str:
        """The baseline's name as a person reads it."""
        name = BASELINES.get(self.baseline_name, self.baseline_name)
        return words.clean(name.replace("_", " "))


@dataclass(frozen=True)
class Models:
    """The models that are shown."""

    source: tuple[str, ...]
    models: tuple[Model, ...]


def load(gold: Gold) -> Models:
    """Read one row per shown model: its first known metric on its first known split."""
    rows = gold.rows(MODELS)
    found = [_choose(rows, model, seed) for model, (_, seed) in SHOWN.items()]
    return Models(MODELS.tables, tuple(model for model in found if model is not None))


def _choose(rows: list[dict[str, Any]], model: str, seed: str) -> Model | None:
    for split in SPLITS:
        for metric in METRICS:
            for row in rows:
                if (row["model"], row["split"], row["metric"]) == (model, split, metric):
                    return Model(**row, seed_value=_seed_value(rows, seed, row))
    return None


def _seed_value(rows: list[dict[str, Any]], seed: str, ours: dict[str, Any]) -> float | None:
    same = ("dataset", "split", "metric")
    for row in rows:
        if row["model"] == seed and all(row[name] == ours[name] for name in same):
            return float(row["value"])
    return None
