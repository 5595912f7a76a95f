"""What the tasks have in common that measure an improvement: a version with figures, never served."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

import pandas as pd

from spotiflow.ml.engine.entry import Draft, enter, write_version
from spotiflow.ml.engine.promotion import Decision
from spotiflow.ml.engine.store import TrainingOutput
from spotiflow.ml.engine.tasks import Context, Task
from spotiflow.ml.improvements import RECIPE

MEASURED_ONLY = Decision(False, "measured to be compared; it is not made to be used")


@contextmanager
def stops_early() -> Iterator[None]:
    """Let a network end after the steps it is given without a warning: that it does is meant."""
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield


class Improvement(Task):
    """One of the improvements: measured, stored under its name, never champion. approach: in words."""

    recipe: str = RECIPE
    approach: ClassVar[str]
    model_type: ClassVar[str]
    features: ClassVar[Sequence[str]]
    split: ClassVar[str]

    def store(
        self, context: Context, output: TrainingOutput, frames: list[pd.DataFrame], n_rows: int, **found: Any
    ) -> None:
        """Enter a version with the metric rows in `frames`; found: parameters that training has chosen."""
        parameters = self.parameters | found
        registry = context.sources.registry
        draft = Draft(
            model=self.name,
            digest=self.digest(context.sources, registry),
            recipe=self.recipe,
            model_type=self.model_type,
            training_approach=self.approach,
            train_size=n_rows,
            features=list(self.features),
            parameters=parameters,
            split_id=self.split,
            data_hash=context.sources.hash_of(*self.inputs),
            state=parameters,
            has_web_api_content=self.is_about_listeners and context.sources.has_web_api_content,
        )
        version = write_version(context.settings, registry, draft, output)
        rows = pd.concat(frames, ignore_index=True).assign(version=version.version)
        enter(output, version, rows, MEASURED_ONLY)
