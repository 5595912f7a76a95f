"""Sixty days of trainings: a better challenger takes over, an equal and a worse one do not."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from spotiflow.core.settings import Settings
from spotiflow.ml.engine.sources import read
from spotiflow.ml.engine.store import TrainingOutput, store
from spotiflow.ml.engine.tasks import Context
from spotiflow.ml.models.routed import ModelSpec
from spotiflow.ml.models.task import CatalogueModel
from spotiflow.ml.registry.manage import list_versions, stored_registry
from spotiflow.ml.train import due_tasks, run_tasks
from tests.ml.builders import query, write_silver

START = datetime(2026, 1, 1, 6)
INPUTS = ["danceability", "acousticness", "loudness"]


def _spec(recipe: str, inputs: list[str], penalty: float) -> ModelSpec:
    def ridge(n_rows: int) -> Any:
        from sklearn.impute import SimpleImputer
        from sklearn.linear_model import Ridge
        from sklearn.pipeline import make_pipeline

        return make_pipeline(SimpleImputer(), Ridge(penalty * n_rows))

    return ModelSpec(
        name="valence_audio",
        target="valence",
        recipe=recipe,
        model_type="Ridge",
        training_approach="for a test",
        routes={"audio": inputs},
        parameters={"penalty": penalty},
        estimator=ridge,
        keeps_folds=True,
    )


FIRST = _spec("first", INPUTS[:1], 0.0)
BETTER = _spec("better", INPUTS, 0.0)
EQUAL = replace(BETTER, recipe="equal")
WORSE = _spec("worse", INPUTS, 1000.0)


def _recipe_of(day: int) -> ModelSpec:
    """The recipe as it stands on a day: the one that was tried last is taken back when it does not serve."""
    changes = {0: FIRST, 15: BETTER, 30: EQUAL, 31: BETTER, 45: WORSE, 46: BETTER}
    return changes[max(start for start in changes if start <= day)]


def _train(settings: Settings, spec: ModelSpec, now: datetime) -> bool:
    """Do what `train` does with one task at a given time; say whether anything was done."""
    due: list[CatalogueModel] = []
    task = CatalogueModel(spec)

    def to_read(sources: Any) -> Any:
        due.extend(due_tasks([task], sources, settings))  # type: ignore[arg-type]
        return [query for one in due for query in one.reads]

    sources, rows = read(settings, task.inputs, to_read)
    if not due:
        return False
    output = TrainingOutput(now)
    run_tasks(due, Context(settings, sources, rows), output)
    store(settings, output)
    return True


def test_sixty_days_end_promoted_kept_kept(tmp_path_factory: Any, rows: pd.DataFrame) -> None:
    settings = Settings(home=tmp_path_factory.mktemp("sixty") / "home")
    write_silver(settings, rows)
    serving: dict[int, str] = {}
    for day in range(60):
        if _train(settings, _recipe_of(day), START + timedelta(days=day)):
            champion = stored_registry(settings).champion("valence_audio")
            assert champion is not None
            serving[day] = champion.recipe
    assert serving == {0: "first", 15: "better", 30: "better", 45: "better"}
    roles = {row.recipe: (row.role, row.rule) for row in list_versions(settings)}
    assert {recipe: role for recipe, (role, _) in roles.items()} == {
        "first": "before",
        "better": "champion",
        "equal": "challenger",
        "worse": "challenger",
    }
    assert roles["better"][1].startswith("promoted: gain over the champion")
    assert roles["equal"][1].startswith("kept: gain over the champion 0.0%")
    assert roles["worse"][1].startswith("kept: ")
    assert query(settings, "select purpose, count(*) from ml.test_looks group by 1") == [("training", 4)]
