"""Between trainings: forecasts and lists follow new plays by what the last training made, in a second or two.

Nothing is fitted or judged here. What takes that (features of tracks nobody measured, zones, figures) follows
with the next training.
"""

from __future__ import annotations

from dataclasses import dataclass

from spotiflow.core.settings import Settings
from spotiflow.ml.data.learnable import told
from spotiflow.ml.engine.model_files import is_intact
from spotiflow.ml.engine.sources import (
    CATALOGUE_INPUT,
    Query,
    Sources,
    read,
)
from spotiflow.ml.engine.store import TrainingOutput, store
from spotiflow.ml.engine.tasks import Context, Task
from spotiflow.ml.recommend.inputs import CANDIDATES_INPUT
from spotiflow.ml.train import TASKS
from spotiflow.warehouse.run_log import utc_now


@dataclass(frozen=True)
class Refreshed:
    """What a refresh did. changed: whether anything is new. notes: sentences on what was left out and why."""

    changed: bool
    notes: list[str]


def refresh(settings: Settings) -> Refreshed | None:
    """Bring forecasts and lists up to the newest plays; None where no training of this code can be built on.

    Raises NotFoundError without a warehouse, WarehouseBusyError, WarehouseError.
    """
    tasks = [task for task in TASKS if task.refreshes]
    due: list[Task] = []

    def to_read(sources: Sources) -> list[Query]:
        if is_trained(tasks, sources, settings):
            due.extend(tasks)
        return [query for task in due for query in task.refreshes]

    sources, rows = read(settings, (CATALOGUE_INPUT, CANDIDATES_INPUT), to_read)
    if not due:
        return None
    output = TrainingOutput(utc_now(), people=sources.people)
    for task in due:
        task.refresh(Context(settings, sources, rows), output)
    if output.writes:
        store(settings, output)
    policy = told(sources.web_api_content, is_included=sources.includes_web_api)
    return Refreshed(bool(output.writes), [policy] if policy else [])


def is_trained(tasks: list[Task], sources: Sources, settings: Settings) -> bool:
    """Say whether there is a catalogue and each of these has a version of this code that can be used."""
    champions = [(task.code, sources.registry.champion(model)) for task in tasks for model in task.makes]
    return sources.missing is None and all(
        one is not None
        and one.code_version == code
        and is_intact(settings.models_dir, one.artifact, one.sha256)
        for code, one in champions
    )
