"""`train --verify`: train again from the recorded recipes and compare every stored metric."""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from spotiflow.core.console import progress
from spotiflow.core.settings import Settings
from spotiflow.ml.data.reproducible import one_thread
from spotiflow.ml.engine.sources import Query, Sources, read
from spotiflow.ml.engine.store import TrainingOutput, store
from spotiflow.ml.engine.tasks import Context, Task
from spotiflow.ml.engine.versions import Version
from spotiflow.warehouse.run_log import utc_now

TOLERANCE = 1e-6
KEYS = ["dataset", "split", "slice", "metric", "listener_id"]
NUMBERS = ["value", "n", "ci_low", "ci_high", "baseline_value"]
# What is recorded of a version and decides its numbers, and how it is called.
RECORDED = {
    "data_hash": "data",
    "split_id": "split",
    "seed": "seed",
    "parameters": "parameters",
    "features": "inputs",
    "code_version": "code",
    "library_versions": "libraries",
}


@dataclass(frozen=True)
class Verified:
    """One version trained again. differs: metrics and recorded things that are not the same; empty: all are.

    n_metrics: how many stored metric rows were compared. worst: the largest difference among them.
    """

    model: str
    version: str
    n_metrics: int
    worst: float
    differs: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether every metric came out the same."""
        return not self.differs

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as `--json` prints it."""
        return asdict(self) | {"holds": self.holds}


def verify(settings: Settings, tasks: Sequence[Task]) -> list[Verified]:
    """Train what `tasks` make again, in a folder that is thrown away, and compare with what is stored.

    Only the newest version of each model can be trained again: the data of older ones is gone.
    """
    todo: list[Task] = []

    def to_read(sources: Sources) -> list[Query]:
        todo.extend(task for task in tasks if task.has_inputs(sources) and _has_metrics(task, sources))
        return [query for task in todo for query in task.reads]

    sources, rows = read(settings, [one for task in tasks for one in task.inputs], to_read)
    found: list[Verified] = []
    with tempfile.TemporaryDirectory() as folder:
        temporary = replace(settings, home=Path(folder))
        context = Context(temporary, sources, rows, stored_models=settings.models_dir)
        steps = sum(task.steps(context) for task in todo)
        with one_thread(), progress("Training again", total=steps) as advance:
            context.advance = advance
            output = TrainingOutput(utc_now())
            for task in todo:
                found += _verify_task(task, context, output)
    looks = [
        replace(write, rows=write.rows.assign(purpose="verification"))
        for write in output.writes
        if write.table == "test_looks"
    ]
    store(settings, TrainingOutput(output.now, writes=looks))
    return found


def _has_metrics(task: Task, sources: Sources) -> bool:
    return bool(sources.metrics["model"].isin([*task.makes, *task.follows]).any())


def _verify_task(task: Task, context: Context, output: TrainingOutput) -> list[Verified]:
    n_before = len(output.metrics)
    output.code = task.code
    task.run(context, output)
    if len(output.metrics) == n_before:
        return []
    again = pd.concat(output.metrics[n_before:], ignore_index=True)
    made = {(version.model, version.version): version for version in output.versions}
    found = []
    for model, version in dict.fromkeys(zip(again["model"], again["version"], strict=True)):
        rows = again[(again["model"] == model) & (again["version"] == version)]
        stored = _stored(context.sources, made.get((model, version)), model, version)
        if stored is not None:
            found.append(_compare(context.sources, stored, made.get((model, version)), rows))
    return found


def _stored(sources: Sources, again: Version | None, model: str, version: str) -> tuple[str, str] | None:
    """Return model and version of the stored rows that the new ones have to equal."""
    if again is None:
        return model, version
    same = sources.registry.made_from(model, again.digest)
    newest = next((v for v in reversed(sources.registry.versions) if v.model == model), None)
    chosen = same or newest
    return (model, chosen.version) if chosen else None


def _compare(
    sources: Sources, stored: tuple[str, str], again: Version | None, rows: pd.DataFrame
) -> Verified:
    model, version = stored
    metrics = sources.metrics
    mine = metrics[(metrics["model"] == model) & (metrics["version"] == version)]
    if again is None:
        # A task that applies other tasks' models repeats only the figures it stored itself.
        mine = mine[mine[KEYS].apply(tuple, axis=1).isin(rows[KEYS].apply(tuple, axis=1))]
    else:
        mine = mine[mine["split"].isin(rows["split"])]
    both = mine.merge(rows, on=KEYS, how="outer", suffixes=("", "_again"), indicator=True)
    differences = [_difference(row) for row in both.to_dict("records")]
    worst = max((size for size, _ in differences), default=0.0)
    differs = [text for size, text in differences if size > TOLERANCE]
    if differs and again is not None:
        record = sources.registry.find(model, version)
        differs = _recorded_differences(record, again) + differs if record else differs
    return Verified(model, version, len(mine), worst, differs)


def _difference(row: dict[Any, Any]) -> tuple[float, str]:
    name = " ".join(str(row[key]) for key in KEYS if row[key] not in ("all", "-"))
    if row["_merge"] != "both":
        return math.inf, f"{name}: {'not stored' if row['_merge'] == 'right_only' else 'not made again'}"
    sizes = {number: _distance(row[number], row[f"{number}_again"]) for number in NUMBERS}
    worst = max(sizes, key=lambda number: sizes[number])
    return sizes[worst], f"{name}: {worst} {row[worst]:.6g} became {row[f'{worst}_again']:.6g}"


def _distance(stored: Any, again: Any) -> float:
    if pd.isna(stored) or pd.isna(again):
        return 0.0 if pd.isna(stored) and pd.isna(again) else math.inf
    return abs(float(stored) - float(again))


def _recorded_differences(stored: Version, again: Version) -> list[str]:
    """Name what made the version and is not the same any more."""
    found = []
    for name, word in RECORDED.items():
        before, now = getattr(stored, name), getattr(again, name)
        if name == "library_versions":
            found += _changed_libraries(before, now)
        elif before != now:
            found.append(f"{word}: {_short(before)} became {_short(now)}")
    return found


def _changed_libraries(before: str, now: str) -> list[str]:
    old, new = json.loads(before), json.loads(now)
    return [f"{name}: {old.get(name)} became {new[name]}" for name in new if old.get(name) != new[name]]


def _short(value: Any) -> str:
    text = ", ".join(value) if isinstance(value, list) else str(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
