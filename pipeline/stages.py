"""The stages that more than one command runs, each written into the run log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core import dbt
from core.runs import record_stage
from core.settings import Settings

if TYPE_CHECKING:
    from ml.results import TrainResult


def build_tables(
    settings: Settings,
    *,
    layer: str | None = None,
    branch: str | None = None,
    select: str | None = None,
    full_refresh: bool = False,
) -> dbt.BuildResult:
    """Build tables as `core.dbt.build` does and record the stage. Raises as that function."""
    with record_stage(settings, "build") as stage:
        result = dbt.build(settings, layer=layer, branch=branch, select=select, full_refresh=full_refresh)
        stage.detail = f"{len(result.models)} models, {result.n_tests_passed} tests passed"
    return result


def train_models(settings: Settings, *, models: list[str] | None = None, recipe: str = "best") -> TrainResult:
    """Train as `ml.train.train` does, then build the tables that read what was trained.

    Raises NotFoundError where nothing can be trained yet, and as `core.dbt.build`.
    """
    from ml.train import train

    with record_stage(settings, "train") as stage:
        result = train(settings, models=models, recipe=recipe)
        stage.detail = result.summary
    if result.changed:
        build_tables(settings, select=dbt.FROM_ML)
    return result
