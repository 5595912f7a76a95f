"""Training: what is new in the warehouse becomes models, forecasts, predictions and their honest figures.

The file is read over one short connection, closed while models are fitted, and written in one transaction.
Where catalogue, listening, recipes and code are the ones of the last training, nothing is done.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from spotiflow.core.console import progress
from spotiflow.core.errors import UsageError
from spotiflow.core.settings import Settings
from spotiflow.ml import improvements
from spotiflow.ml.completion.task import Completion
from spotiflow.ml.data.learnable import told
from spotiflow.ml.data.reproducible import one_thread
from spotiflow.ml.engine.sources import (
    Query,
    Sources,
    TaskRun,
    read,
)
from spotiflow.ml.engine.store import TrainingOutput, store
from spotiflow.ml.engine.tasks import BEST, Context, Task
from spotiflow.ml.engine.versions import Registry
from spotiflow.ml.forecasts.daily import DailyForecasts
from spotiflow.ml.forecasts.sessions import SessionForecasts
from spotiflow.ml.improvements.catalogue import (
    Autoencoder,
    Embeddings,
    Mixture,
    Tuning,
)
from spotiflow.ml.improvements.listener import SequenceModel, TemporalFeatures, TemporalSplit
from spotiflow.ml.listeners.task import ListenerPlays
from spotiflow.ml.models import checks, mood_models, seed_recipes
from spotiflow.ml.models.checks import CatalogueChecks
from spotiflow.ml.models.task import CatalogueModel
from spotiflow.ml.names.task import NamesModels
from spotiflow.ml.recommend.task import Recommendations
from spotiflow.ml.registry.manage import fallbacks
from spotiflow.ml.show.cards import write_cards
from spotiflow.ml.show.results import TrainResult, result_of
from spotiflow.ml.zones.task import ZoneTask
from spotiflow.warehouse.run_log import utc_now

# In the order of the work: a task stands after those whose models it follows.
TASKS: tuple[Task, ...] = (
    *(CatalogueModel(spec) for spec in mood_models.SPECS),
    *(CatalogueModel(spec) for spec in seed_recipes.SPECS),
    DailyForecasts(),
    SessionForecasts(),
    ListenerPlays(),
    NamesModels(),
    Completion(),
    ZoneTask(),
    Recommendations(),
    TemporalSplit(),
    TemporalFeatures(),
    SequenceModel(),
    Embeddings(),
    Mixture(),
    Autoencoder(),
    Tuning(),
    CatalogueChecks(),
)
# What `--recipe` may name: `best` holds the other recipes that every training runs.
RECIPES = {
    BEST: (BEST, seed_recipes.RECIPE),
    seed_recipes.RECIPE: (seed_recipes.RECIPE,),
    improvements.RECIPE: (improvements.RECIPE,),
    checks.RECIPE: (checks.RECIPE,),
}


def models_of_the_catalogue() -> set[str]:
    """Return the models, and the tasks that make them, that learn from the catalogue and from nobody."""
    return {name for task in TASKS if not task.is_about_listeners for name in (task.name, *task.makes)}


def train(
    settings: Settings,
    *,
    models: Sequence[str] | None = None,
    recipe: str = BEST,
    only_listeners: bool = False,
) -> TrainResult:
    """Train, compare, promote by rule, forecast, and store all of it.

    models: names of the models to train (all of the recipe by default). recipe: `best`, or `seed` for the
    earlier system's models alone, `improvements` for its authors' candidates, `checks` for figures of
    matching and of one person's lists. Without a catalogue only forecasts are possible; `problem` of the
    result then says what is missing.
    only_listeners: fit no model of the catalogue, but do what reads listening, with the models in use.
    Raises UsageError for a model or recipe that does not exist, NotFoundError when there is nothing to train
    on and nothing to forecast.
    """
    started = time.monotonic()
    chosen = [task for task in chosen_tasks(models, recipe) if task.is_about_listeners or not only_listeners]
    due: list[Task] = []

    def to_read(sources: Sources) -> list[Query]:
        due.extend(due_tasks(chosen, sources, settings))
        return [query for task in due for query in task.reads]

    inputs = [one for task in chosen for one in task.inputs]
    sources, rows = read(settings, inputs, to_read)
    output = TrainingOutput(utc_now(), people=sources.people)
    made = [model for task in chosen for model in task.makes]
    output.aliases += fallbacks(settings, sources.registry, made, output.now)
    if due:
        run_tasks(due, Context(settings, sources, rows), output)
    if sources.missing and all(write.rows.empty for write in output.writes) and sources.metrics.empty:
        raise sources.missing
    if due or output.aliases:
        write_cards(settings, output)
        store(settings, output)
    notes = [note for task in chosen for note in _notes(task, sources, output)]
    if any(task.is_about_listeners for task in chosen):
        policy = told(sources.web_api_content, is_included=sources.includes_web_api)
        notes += [policy] if policy else []
    shown = {model for task in chosen for model in (*task.makes, *task.follows)}
    return result_of(sources, output, shown, notes, time.monotonic() - started)


def chosen_tasks(models: Sequence[str] | None, recipe: str) -> list[Task]:
    """Return the tasks of a recipe that make one of `models` or follow them, all of them without `models`.

    Raises UsageError for a model or recipe that does not exist.
    """
    if recipe not in RECIPES:
        raise UsageError(f"There is no recipe '{recipe}'.", hint=f"Recipes: {', '.join(RECIPES)}.")
    tasks = [task for task in TASKS if task.recipe in RECIPES[recipe]]
    known = [model for task in tasks for model in task.makes]
    for name in models or ():
        if name not in known:
            raise UsageError(
                f"There is no model '{name}' in the recipe '{recipe}'.", hint=f"Models: {', '.join(known)}."
            )
    return [task for task in tasks if not models or {*task.makes, *task.follows} & set(models)]


def due_tasks(tasks: Iterable[Task], sources: Sources, settings: Settings) -> list[Task]:
    """Return the tasks whose result would be new, in order."""
    due: list[Task] = []
    for task in tasks:
        is_led = any(set(task.follows) & set(before.makes) for before in due)
        if (is_led and task.has_inputs(sources)) or task.is_due(sources, settings):
            due.append(task)
    return due


def run_tasks(tasks: Sequence[Task], context: Context, output: TrainingOutput) -> None:
    """Run tasks in order, with a progress bar over all of their steps."""
    with one_thread(), progress("Training", total=sum(task.steps(context) for task in tasks)) as advance:
        context.advance = advance
        for task in tasks:
            output.code, output.notes = task.code, []
            task.run(context, output)
            registry = context.sources.registry
            known = Registry([*registry.versions, *output.versions], [*registry.aliases, *output.aliases])
            output.runs.append(TaskRun(task.name, task.digest(context.sources, known), output.notes))


def _notes(task: Task, sources: Sources, output: TrainingOutput) -> list[str]:
    """Return what a task had to say, now or when it last ran."""
    run = next((run for run in output.runs if run.task == task.name), sources.runs.get(task.name))
    return run.notes if run else []
