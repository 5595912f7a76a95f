"""What a training is made of: tasks, each with a name, a way to tell whether it is due, and its work.

A new model, forecast or recommendation is a Task in a file of its own and one line in `ml.train.TASKS`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import pandas as pd

from spotiflow.core.errors import UsageError
from spotiflow.core.settings import Settings
from spotiflow.ml.data.catalogue import (
    LEAST_TEST_TRACKS,
    Catalogue,
    enough,
    prepare_catalogue,
    split_id_of,
)
from spotiflow.ml.engine.code_versions import code_version
from spotiflow.ml.engine.model_files import is_intact
from spotiflow.ml.engine.promotion import Decision
from spotiflow.ml.engine.sources import (
    CATALOGUE,
    CATALOGUE_INPUT,
    LISTENERS,
    SPLITS,
    Input,
    Query,
    Rows,
    Sources,
)
from spotiflow.ml.engine.store import TrainingOutput
from spotiflow.ml.engine.versions import (
    CHAMPION,
    Registry,
    Version,
    digest_of,
    library_versions,
    serving,
)

BEST = "best"
Model = TypeVar("Model")


@dataclass
class Context:
    """What a task works with.

    settings: where new files go. advance: to be called with 1 after each of the task's steps.
    stored_models: where the files of the stored versions are, if not there.
    """

    settings: Settings
    sources: Sources
    rows: Rows
    advance: Callable[[float], None] = lambda _: None
    stored_models: Path | None = None

    @property
    def is_repeat(self) -> bool:
        """Whether stored work is done again to compare: then nothing is left out as done already."""
        return self.stored_models is not None

    def frame(self, query: Query) -> pd.DataFrame:
        """Return the rows of a query that the task reads; empty where a table of it does not exist."""
        found = self.rows[query]
        return pd.DataFrame() if found is None else found

    @cached_property
    def catalogue(self) -> Catalogue | None:
        """The catalogue with its split; None where there is none. Its task reads CATALOGUE and SPLITS."""
        tracks, data_hash = self.rows.get(CATALOGUE), self.sources.hash_of(CATALOGUE_INPUT)
        if tracks is None or tracks.empty:
            return None
        splits = self.rows.get(SPLITS)
        stored = splits[splits["split_id"] == split_id_of(data_hash)] if splits is not None else None
        return prepare_catalogue(tracks, data_hash, stored)

    def catalogue_to_learn_from(self, output: TrainingOutput) -> Catalogue | None:
        """Return the catalogue, whose split is then stored; None, and a note, where it is too small."""
        catalogue = self.catalogue
        if catalogue is None:
            return None
        if not enough(catalogue.folds, LEAST_TEST_TRACKS):
            n_tracks = len(catalogue.canonical)
            output.notes.append(
                f"Not enough catalogue yet: {n_tracks:,} different tracks cannot be split by artist."
            )
            return None
        output.catalogue = catalogue
        return catalogue

    def listeners(self) -> dict[str, bool]:
        """Return for each listener whether they are simulated. The task reads LISTENERS."""
        found = self.frame(LISTENERS)
        return {} if found.empty else dict(zip(found["listener_id"], found["is_simulated"], strict=True))

    def dataset_of(self, listener: str) -> str:
        """Return the name under which a listener's figures are stored: listener, or simulated."""
        return "simulated" if self.listeners()[listener] else "listener"

    def champion(
        self, output: TrainingOutput, model: str, load: Callable[[dict[str, Any]], Model]
    ) -> tuple[Version, Model] | None:
        """Return the version that is in use from now on, and its model made by `load` from its file's state.

        It is the one that this training promoted, or the stored champion; None where there is none.
        """
        promoted = {a.version for a in output.aliases if (a.alias, a.model) == (CHAMPION, model)}
        for version in output.versions:
            if version.model == model and version.version in promoted:
                return version, output.models[version.artifact]
        return serving(self.models_dir, self.sources.registry, model, load)

    @property
    def models_dir(self) -> Path:
        """The folder with the files of the stored versions."""
        return self.stored_models or self.settings.models_dir


class Task(ABC):
    """One piece of a training.

    name: of the task, and of its model where it makes one. recipe: under which `train --recipe` finds it.
    makes: the models whose versions or metrics it stores, for `train --model`. follows: models it uses; it is
    chosen and due with them, so it stands after them. inputs: the tables it is made from. needs: those of
    them without which there is nothing to do. reads: what it reads when it runs. refreshes: what it reads of
    that to follow new plays until the next training; nothing for what holds until then.
    """

    name: str
    recipe: str = BEST
    follows: ClassVar[tuple[str, ...]] = ()
    inputs: ClassVar[tuple[Input, ...]] = ()
    needs: ClassVar[tuple[Input, ...]] = ()
    reads: ClassVar[tuple[Query, ...]] = ()
    refreshes: ClassVar[tuple[Query, ...]] = ()

    @property
    def makes(self) -> tuple[str, ...]:
        """Return the names of the models this task makes."""
        return (self.name,)

    @property
    def is_about_listeners(self) -> bool:
        """Whether it reads more than the catalogue, and so is new with every play."""
        return any(one != CATALOGUE_INPUT for one in self.inputs)

    @property
    def modules(self) -> tuple[str, ...]:
        """Return the modules with the task's own code; what those use counts as well."""
        return (type(self).__module__,)

    @property
    def code(self) -> str:
        """Return the version of the code that decides the result."""
        return code_version(self.name, self.modules)

    @property
    def parameters(self) -> dict[str, Any]:
        """Return whatever else decides the result and is neither data nor code."""
        return {}

    def digest(self, sources: Sources, registry: Registry) -> str:
        """Hash everything the task's result depends on. registry: with what this training has added."""
        champions = {model: getattr(registry.champion(model), "version", None) for model in self.follows}
        return digest_of(
            task=self.name,
            recipe=self.recipe,
            parameters=self.parameters,
            champions=champions,
            data=sources.hash_of(*self.inputs),
            code=self.code,
            libraries=library_versions(),
        )

    def is_due(self, sources: Sources, settings: Settings) -> bool:  # noqa: ARG002
        """Say whether the result would differ from what is stored."""
        if not self.has_inputs(sources):
            return False
        last = sources.runs.get(self.name)
        return last is None or last.digest != self.digest(sources, sources.registry)

    def has_inputs(self, sources: Sources) -> bool:
        """Say whether there is anything to work on."""
        return sources.has(*self.needs)

    def steps(self, context: Context) -> int:  # noqa: ARG002
        """Return how often `run` will call `context.advance(1)`."""
        return 0

    def judge(self, context: Context, version: Version) -> Decision:  # noqa: ARG002
        """Decide whether a stored version may take the champion's place, by the rule of promotion."""
        raise UsageError(
            f"{version.model} has no challengers: what is in use is chosen in every training.",
            hint="spotiflow train --list shows the versions.",
        )

    @abstractmethod
    def run(self, context: Context, output: TrainingOutput) -> None:
        """Do the work and put what is to be stored into `output`."""

    def refresh(self, context: Context, output: TrainingOutput) -> None:  # noqa: B027
        """Apply what is in use to the newest plays; nothing is fitted or judged. Not without `refreshes`."""


def is_made(sources: Sources, settings: Settings, model: str, digest: str) -> bool:
    """Say whether a version of `model` with that digest is stored and its file intact."""
    version = sources.registry.made_from(model, digest)
    return version is not None and is_intact(settings.models_dir, version.artifact, version.sha256)
