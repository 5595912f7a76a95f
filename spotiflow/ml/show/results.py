"""What a training tells a person: one row per number that matters, with a verdict in words."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd

from spotiflow.core.errors import SpotiflowError
from spotiflow.ml.data.evaluate import NO_LISTENER
from spotiflow.ml.engine.sources import Sources
from spotiflow.ml.engine.store import TrainingOutput
from spotiflow.ml.engine.versions import CHAMPION
from spotiflow.ml.forecasts import daily, sessions
from spotiflow.ml.models import assess
from spotiflow.ml.models.seed_recipes import RIVAL_OF

# The metric that the verdict of a model rests on, and those shown beside it.
HEADLINES = {
    "valence_audio": ("r2", "rmse"),
    "energy_audio": ("r2", "rmse"),
    "mood_category": ("accuracy", "macro_f1"),
    "mood_prediction_seed": ("r2", "rmse"),
    "energy_forecast_seed": ("r2", "rmse"),
    "mood_classifier_seed": ("accuracy", "macro_f1"),
    daily.MODEL: ("mse_skill",),
    sessions.MODEL: ("mse_skill",),
    "relisten": ("recall_at_20",),
    "discovery": ("recall_at_20",),
    "track_vectors": ("same_artist_hit_at_10",),
    "zones": ("silhouette",),
    **dict.fromkeys(("valence_listener", "energy_listener"), ("mse_skill",)),
    # Seven features and more: they stand in the tables alone.
    **dict.fromkeys(("features_names", "features_listener"), ()),
}
FORECASTS = (daily.MODEL, sessions.MODEL)
# Methods that are measured on a listener by their own metric, and what is used without a clear gain.
OWN_METRIC = {
    **dict.fromkeys((*FORECASTS, "relisten"), "the better one so far"),
    "discovery": "it all the same",
    "zones": "a division, not clusters,",
}
# For any other model, the first of these that it has.
USUAL_HEADLINES = ("rmse_gain", "median_r2", "r2", "accuracy", "mse_skill", "recall_at_20")
# Slices that repeat a number beside another baseline or on other rows; the table shows the others.
SIDE_SLICES = {assess.GENRE_HIDDEN, "against_recency", "against_base_level", "artists_with_5_tracks"}
LISTENER_HEADLINE = ("mse_skill", "rmse")
LOWER_IS_BETTER = {"rmse", "mae", "ece"}
LEAST_UNITS = 30
BASELINE_WORDS = {
    "train_mean": "the mean",
    "train_majority": "the most frequent mood",
    "listener_mean": "the listener's mean",
    "mean_so_far": "the mean so far",
    "frequency": "most played",
    "popularity": "most popular",
    "random": "chance",
    "noise": "noise",
}


@dataclass(frozen=True)
class TrainRow:
    """One number of one model: value with its 95 % interval, n, the baseline's and the seed recipe's value.

    listener_id is `-` for the catalogue. seed_value: of the seed recipe. last_value: of the version before.
    Both are None where there is no such number.
    """

    model: str
    version: str
    listener_id: str
    dataset: str
    part: str
    metric: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    baseline_name: str
    baseline_value: float | None
    seed_value: float | None
    last_value: float | None
    verdict: str
    is_champion: bool


@dataclass(frozen=True)
class TrainResult:
    """What a training did.

    changed: False when nothing had changed since the last one. trained: models fitted now.
    notes: sentences on what could not be done and why. decisions: per model fitted now, why it is in use or not.
    problem: what is missing for the rest, as an error with a hint, or None. n_looks: how often the frozen
    test of the catalogue has been looked at so far.
    """

    rows: list[TrainRow]
    changed: bool
    trained: list[str]
    seconds: float
    notes: list[str] = field(default_factory=list)
    decisions: dict[str, str] = field(default_factory=dict)
    problem: SpotiflowError | None = None
    n_looks: int = 0

    @property
    def summary(self) -> str:
        """One line, for the run log too."""
        if not self.changed:
            return "nothing changed since the last training"
        return f"{len(self.trained)} model{'s' * (len(self.trained) != 1)} trained in {self.seconds:.1f} s"

    def to_dict(self) -> dict[str, Any]:
        """Return the result as `--json` prints it."""
        return {
            "changed": self.changed,
            "trained": self.trained,
            "seconds": round(self.seconds, 2),
            "rows": [asdict(row) for row in self.rows],
            "decisions": self.decisions,
            "notes": self.notes,
            "looks_at_the_frozen_test": self.n_looks,
            "problem": self.problem.to_dict() if self.problem else None,
        }


def rows_of(
    metrics: pd.DataFrame, versions: dict[str, list[str]], champions: dict[str, str]
) -> list[TrainRow]:
    """Make the table's rows. versions: of each model, oldest first; champions: which of them is in use."""
    rows = []
    for model, names in versions.items():
        if not names:
            continue
        mine = metrics[(metrics["model"] == model) & (metrics["version"] == names[-1])]
        for _, metric in mine.iterrows():
            if metric["metric"] in _headline(metric, mine) and not _is_aside(metric):
                others = _seed_value(metrics, versions, metric), _last_value(metrics, names[:-1], metric)
                rows.append(_row(metric, others, is_champion=champions.get(model) == names[-1]))
    return rows


def _is_aside(metric: pd.Series) -> bool:
    of_unseen_songs = metric["split"] == "song_grouped_test" and metric["slice"] != "known_artist"
    return bool(of_unseen_songs or metric["slice"] in SIDE_SLICES)


def _headline(metric: pd.Series, of_version: pd.DataFrame) -> tuple[str, ...]:
    if metric["listener_id"] != NO_LISTENER and metric["model"] in RIVAL_OF:
        return LISTENER_HEADLINE
    present = set(of_version["metric"])
    usual = next((name for name in USUAL_HEADLINES if name in present), "")
    return HEADLINES.get(metric["model"], (usual,))


def _seed_value(metrics: pd.DataFrame, versions: dict[str, list[str]], metric: pd.Series) -> float | None:
    rival = RIVAL_OF.get(metric["model"])
    if rival not in versions or metric["listener_id"] != NO_LISTENER:
        return None
    return _same(metrics, rival, versions[rival][-1], metric)


def _last_value(metrics: pd.DataFrame, before: list[str], metric: pd.Series) -> float | None:
    return _same(metrics, metric["model"], before[-1], metric) if before else None


def _same(metrics: pd.DataFrame, model: str, version: str, metric: pd.Series) -> float | None:
    """Return the same number of another model or version."""
    keys = ["split", "slice", "metric", "listener_id"]
    same = (metrics[keys] == metric[keys]).all(axis=1)
    found = metrics[same & (metrics["model"] == model) & (metrics["version"] == version)]["value"]
    return _number(found.iloc[0]) if len(found) else None


def _row(metric: pd.Series, others: tuple[float | None, float | None], *, is_champion: bool) -> TrainRow:
    numbers = [_number(metric[name]) for name in ("value", "ci_low", "ci_high", "baseline_value")]
    return TrainRow(
        model=metric["model"],
        version=metric["version"],
        listener_id=metric["listener_id"],
        dataset=metric["dataset"],
        part=metric["slice"],
        metric=metric["metric"],
        value=numbers[0],
        low=numbers[1],
        high=numbers[2],
        n=int(metric["n"]),
        baseline_name=metric["baseline_name"],
        baseline_value=numbers[3],
        seed_value=others[0],
        last_value=others[1],
        verdict=_verdict(metric, others[0]),
        is_champion=is_champion,
    )


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) or not math.isfinite(value) else float(value)


def _verdict(metric: pd.Series, seed_value: float | None) -> str:
    """Say in words whether the whole interval is on the good side of the baseline (and the seed recipe)."""
    baseline = BASELINE_WORDS.get(metric["baseline_name"], metric["baseline_name"])
    value, low, high, base = (
        _number(metric[name]) for name in ("value", "ci_low", "ci_high", "baseline_value")
    )
    if metric["model"] == "zones" and metric["slice"] == "fixed":
        return "no clusters: the fixed zones are used"
    if metric["n"] < LEAST_UNITS or value is None or low is None or high is None or base is None:
        return f"not enough data yet: {baseline} is used"
    sign = -1.0 if metric["metric"] in LOWER_IS_BETTER else 1.0
    worst = min(sign * low, sign * high)
    if not worst > sign * base:
        # Of a listener's own methods the one that was best so far is used, be the lead ever so small.
        return f"no clear gain: {OWN_METRIC.get(metric['model'], baseline)} is used"
    if seed_value is not None and worst > sign * seed_value:
        return f"clear gain over {baseline} and the seed recipe"
    return f"clear gain over {baseline}"


def result_of(
    sources: Sources, output: TrainingOutput, models: Collection[str], notes: list[str], seconds: float
) -> TrainResult:
    """Put together what a training says: the figures of the newest versions of `models`, new or stored."""
    metrics = pd.concat([sources.metrics, output.all_metrics], ignore_index=True)
    keys = ["model", "version", "dataset", "split", "slice", "metric", "listener_id"]
    metrics = metrics.drop_duplicates([key for key in keys if key in metrics], keep="last")
    registry = sources.registry
    versions = [*registry.versions, *output.versions]
    by_model: dict[str, list[str]] = {}
    for version in versions:
        by_model.setdefault(version.model, []).append(version.version)
    for model in set(models) - set(by_model):
        by_model[model] = list(dict.fromkeys(metrics[metrics["model"] == model]["version"]))
    aliases = [*registry.aliases, *output.aliases]
    champions = {alias.model: alias.version for alias in aliases if alias.alias == CHAMPION}
    return TrainResult(
        rows=[row for row in rows_of(metrics, by_model, champions) if row.model in models],
        changed=bool(output.versions or output.writes),
        trained=[version.model for version in output.versions],
        seconds=seconds,
        notes=list(dict.fromkeys(notes)),
        decisions=output.decisions,
        problem=sources.missing,
        n_looks=sources.n_looks + len(output.rows_for("test_looks")),
    )
