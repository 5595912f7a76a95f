"""The stages that more than one command runs, each written into the run log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from spotiflow.core.errors import DataTestError
from spotiflow.core.settings import Settings
from spotiflow.pipeline import due
from spotiflow.transform import runner
from spotiflow.transform.fingerprints import as_one
from spotiflow.transform.outcome import BuildResult
from spotiflow.warehouse.run_log import StageRun, record_stage

if TYPE_CHECKING:
    from spotiflow.ml.refresh import Refreshed
    from spotiflow.ml.registry.manage import Change
    from spotiflow.ml.show.results import TrainResult


def build_tables(
    settings: Settings,
    *,
    layer: str | None = None,
    branch: str | None = None,
    select: str | None = None,
    full_refresh: bool = False,
) -> BuildResult:
    """Build tables as `core.dbt.build` does and record the stage. Raises as that function."""
    with record_stage(settings, "build") as stage, _failures_remembered(stage):
        result = runner.build(settings, layer=layer, branch=branch, select=select, full_refresh=full_refresh)
        stage.detail = f"{len(result.models)} models, {result.n_tests_passed} tests passed"
    return result


def rebuild_tables(settings: Settings) -> BuildResult:
    """Build what reads schema ml and record that as a stage of its own. Raises as `core.dbt.build`."""
    inputs = due.model_rows(settings)
    with record_stage(settings, "rebuild") as stage, _failures_remembered(stage):
        result = runner.build(settings, select=runner.FROM_ML)
        stage.detail = f"{len(result.models)} models, {result.n_tests_passed} tests passed"
        stage.inputs = inputs
    return result


@contextmanager
def _failures_remembered(stage: StageRun) -> Iterator[None]:
    """Write down what a data test failed on, so that runs do not build the same again."""
    try:
        yield
    except DataTestError as error:
        stage.inputs = as_one(error.inputs) if error.inputs else None
        raise


def train_models(
    settings: Settings, *, models: list[str] | None = None, recipe: str = "best", rebuild: bool = True
) -> TrainResult:
    """Train as `ml.train.train` does, then build the tables that read what was trained.

    Raises NotFoundError where nothing can be trained yet, and as `core.dbt.build`.
    """
    from spotiflow.ml.train import train

    is_whole = models is None and recipe == "best"
    scored = due.scoring_inputs(settings) if is_whole else None
    with record_stage(settings, "train") as stage:
        result = train(settings, models=models, recipe=recipe)
        stage.detail = result.summary
        if is_whole:
            stage.inputs = due.training_inputs(settings)
    if scored:
        # Training makes forecasts and predictions too: the next run has nothing to score.
        with record_stage(settings, "score") as stage:
            stage.detail, stage.inputs = "done by the training", scored
    if result.changed and rebuild:
        rebuild_tables(settings)
    return result


def change_champion(settings: Settings, model: str, *, version: str | None = None) -> Change:
    """Promote `version` of a model, or without one go back to the champion before; then apply it.

    What the new champion predicts, and the tables that read it, are made again.
    Raises as `ml.registry.manage.promote` and `rollback`.
    """
    from spotiflow.ml.registry.manage import promote, rollback
    from spotiflow.ml.train import TASKS

    with record_stage(settings, "promote" if version else "rollback") as stage:
        change = promote(settings, TASKS, model, version) if version else rollback(settings, TASKS, model)
        stage.detail = f"{change.model} {change.version}"
    if not train_models(settings, models=[model]).changed:
        rebuild_tables(settings)
    return change


def score_models(settings: Settings) -> Refreshed | TrainResult:
    """Bring forecasts and lists up to the newest plays, with the models in use.

    Where no training can be built on yet, whatever reads listening is done in full. Raises NotFoundError for
    nothing.
    """
    from spotiflow.ml.refresh import refresh

    refreshed = refresh(settings)
    if refreshed is not None:
        return refreshed
    from spotiflow.ml.train import train

    return train(settings, only_listeners=True)
