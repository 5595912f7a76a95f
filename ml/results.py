"""What a training tells a person: one row per number that matters, with a verdict in words."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd

from core.errors import SpotiflowError
from ml.evaluate import NO_LISTENER
from ml.forecasts import daily, sessions
from ml.models import assess
from ml.models.seed_recipes import RIVAL_OF
from ml.registry.versions import CHAMPION
from ml.sources import Sources
from ml.store import Harvest

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
}
FORECASTS = (daily.MODEL, sessions.MODEL)
LISTENER_HEADLINE = ("mse_skill", "rmse")
LOWER_IS_BETTER = {"rmse", "mae", "ece"}
LEAST_UNITS = 30
BASELINE_WORDS = {
    "train_mean": "the mean",
    "train_majority": "the most frequent mood",
    "listener_mean": "the listener's mean",
    "mean_so_far": "the mean so far",
}


@dataclass(frozen=True)
class TrainRow:
    """One number of one model: value with its 95 % interval, n, the baseline's and the seed recipe's value.

    listener_id is `-` for the catalogue. seed_value is None where the seed recipe has no such number.
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
    verdict: str
    is_champion: bool


@dataclass(frozen=True)
class TrainResult:
    """What a training did.

    changed: False when nothing had changed since the last one. trained: models fitted now.
    notes: sentences on what could not be done and why. decisions: per model fitted now, why it serves or not.
    problem: what is missing for the rest, as an error with a hint, or None.
    """

    rows: list[TrainRow]
    changed: bool
    trained: list[str]
    seconds: float
    notes: list[str] = field(default_factory=list)
    decisions: dict[str, str] = field(default_factory=dict)
    problem: SpotiflowError | None = None

    @property
    def summary(self) -> str:
        """One line for the run log."""
        if not self.changed:
            return "nothing changed since the last training"
        return f"{len(self.trained)} models trained in {self.seconds:.1f} s"

    def to_dict(self) -> dict[str, Any]:
        """Return the result as `--json` prints it."""
        return {
            "changed": self.changed,
            "trained": self.trained,
            "seconds": round(self.seconds, 2),
            "rows": [asdict(row) for row in self.rows],
            "decisions": self.decisions,
            "notes": self.notes,
            "problem": self.problem.to_dict() if self.problem else None,
        }


def rows_of(metrics: pd.DataFrame, shown: dict[str, str], champions: dict[str, str]) -> list[TrainRow]:
    """Make the table's rows. shown: version to show per model; champions: version that serves per model."""
    rows = []
    for model, version in shown.items():
        mine = metrics[(metrics["model"] == model) & (metrics["version"] == version)]
        for _, metric in mine.iterrows():
            if metric["metric"] in _headline(metric) and metric["slice"] != assess.GENRE_HIDDEN:
                rows.append(
                    _row(metric, _seed_value(metrics, shown, metric), champions.get(model) == version)
                )
    return rows


def _headline(metric: pd.Series) -> tuple[str, ...]:
    usual = HEADLINES[metric["model"]]
    of_listener = metric["listener_id"] != NO_LISTENER and metric["model"] not in FORECASTS
    return LISTENER_HEADLINE if of_listener else usual


def _seed_value(metrics: pd.DataFrame, shown: dict[str, str], metric: pd.Series) -> float | None:
    rival = RIVAL_OF.get(metric["model"])
    if rival not in shown or metric["listener_id"] != NO_LISTENER:
        return None
    same = (metrics[["slice", "metric", "split"]] == metric[["slice", "metric", "split"]]).all(axis=1)
    found = metrics[same & (metrics["model"] == rival) & (metrics["version"] == shown[str(rival)])]["value"]
    return _number(found.iloc[0]) if len(found) else None


def _row(metric: pd.Series, seed_value: float | None, is_champion: bool) -> TrainRow:
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
        seed_value=seed_value,
        verdict=_verdict(metric, seed_value),
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
    if metric["n"] < LEAST_UNITS or value is None or low is None or high is None or base is None:
        return f"not enough data yet: {baseline} serves"
    sign = -1.0 if metric["metric"] in LOWER_IS_BETTER else 1.0
    worst = min(sign * low, sign * high)
    if not worst > sign * base:
        # Of the forecasts the one that was best so far serves, be the lead ever so small.
        serves = "the better one so far" if metric["model"] in FORECASTS else baseline
        return f"no clear gain: {serves} serves"
    if seed_value is not None and worst > sign * seed_value:
        return f"clear gain over {baseline} and the seed recipe"
    return f"clear gain over {baseline}"


def result_of(sources: Sources, harvest: Harvest, notes: list[str], seconds: float) -> TrainResult:
    """Put together what a training says: the figures of the newest versions, new or stored."""
    registry = sources.registry
    versions = [*registry.versions, *harvest.versions]
    shown = {version.model: version.version for version in versions}
    aliases = [*registry.aliases, *harvest.aliases]
    champions = {alias.model: alias.version for alias in aliases if alias.alias == CHAMPION}
    metrics = pd.concat([sources.metrics, harvest.all_metrics], ignore_index=True)
    keys = ["model", "version", "dataset", "split", "slice", "metric", "listener_id"]
    metrics = metrics.drop_duplicates([key for key in keys if key in metrics], keep="last")
    return TrainResult(
        rows=rows_of(metrics, shown, champions),
        changed=bool(harvest.versions or harvest.writes),
        trained=[version.model for version in harvest.versions],
        seconds=seconds,
        notes=list(dict.fromkeys(notes)),
        decisions=harvest.decisions,
        problem=sources.missing,
    )
