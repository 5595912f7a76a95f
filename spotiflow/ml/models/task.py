"""From a recipe to a stored version: fit, write the file, judge on the frozen test, decide which one is in use."""

from __future__ import annotations

from typing import Any, ClassVar

import pandas as pd

from spotiflow.core.errors import NotFoundError
from spotiflow.ml.data.catalogue import Catalogue, split_id_of
from spotiflow.ml.engine.entry import Draft, enter, write_version
from spotiflow.ml.engine.promotion import Decision, decide
from spotiflow.ml.engine.sources import (
    CATALOGUE,
    CATALOGUE_INPUT,
    SPLITS,
    Input,
    Query,
    Sources,
)
from spotiflow.ml.engine.store import TrainingOutput
from spotiflow.ml.engine.tasks import Context, Task, is_made
from spotiflow.ml.engine.versions import (
    Registry,
    Version,
    digest_of,
    library_versions,
    loaded,
)
from spotiflow.ml.models.assess import (
    LEAK_MODEL,
    Assessment,
    TestSet,
    assess,
    leak_rows,
    trial_of,
)
from spotiflow.ml.models.fitting import can_learn, fit, n_fits
from spotiflow.ml.models.routed import ModelSpec, RoutedModel


class CatalogueModel(Task):
    """One model of the catalogue, fitted from its `ModelSpec`."""

    inputs: ClassVar[tuple[Input, ...]] = (CATALOGUE_INPUT,)
    needs: ClassVar[tuple[Input, ...]] = (CATALOGUE_INPUT,)
    reads: ClassVar[tuple[Query, ...]] = (CATALOGUE, SPLITS)

    def __init__(self, spec: ModelSpec) -> None:
        """Take the spec; the task has its name and recipe."""
        self.spec, self.name, self.recipe = spec, spec.name, spec.recipe

    @property
    def modules(self) -> tuple[str, ...]:
        """Return this module and the one that says how its estimators are made."""
        return (*super().modules, self.spec.estimator.__module__)

    @property
    def parameters(self) -> dict[str, Any]:
        """Return the spec's routes and parameters."""
        return {"routes": self.spec.routes} | self.spec.parameters

    def digest(self, sources: Sources, registry: Registry) -> str:  # noqa: ARG002
        """Hash what makes the version, split included."""
        data_hash = sources.hash_of(CATALOGUE_INPUT)
        return digest_of(
            model=self.name,
            recipe=self.recipe,
            parameters=self.parameters,
            data=data_hash,
            split=split_id_of(data_hash),
            code=self.code,
            libraries=library_versions(),
        )

    def is_due(self, sources: Sources, settings: Any) -> bool:
        """Say whether no version was made from the same things, or its file is not what was stored."""
        digest = self.digest(sources, sources.registry)
        return self.has_inputs(sources) and not is_made(sources, settings, self.name, digest)

    def steps(self, context: Context) -> int:
        """One for each estimator that is fitted."""
        catalogue = context.catalogue
        return n_fits(self.spec, catalogue) if catalogue and can_learn(self.spec, catalogue) else 0

    def run(self, context: Context, output: TrainingOutput) -> None:
        """Fit, judge what was written as it is read again, and decide whether it comes into use."""
        catalogue = context.catalogue_to_learn_from(output)
        if catalogue is None:
            return
        if not can_learn(self.spec, catalogue):
            output.notes.append(f"Not enough catalogue yet for {self.name}: too few tracks tell its target.")
            return
        test = TestSet.of(catalogue, self.spec.target)
        draft = self._draft(context, catalogue, len(test.train_truth))
        version = write_version(context.settings, context.sources.registry, draft, output)
        model = loaded(context.settings.models_dir, version, RoutedModel.from_state)
        judged = assess(model, self.name, version.version, test)
        decision = self._decide(context, output, judged, test)
        output.models[version.artifact] = model
        enter(output, version, judged.rows, decision)
        _add_leak_row(output, catalogue)

    def judge(self, context: Context, version: Version) -> Decision:
        """Compare a stored version with the champion on the frozen test of the present catalogue."""
        output = TrainingOutput(version.created_at)
        catalogue = context.catalogue_to_learn_from(output)
        if catalogue is None:
            raise context.sources.missing or NotFoundError(output.notes[0], hint="Load a larger catalogue.")
        model = loaded(context.models_dir, version, RoutedModel.from_state)
        test = TestSet.of(catalogue, self.spec.target)
        judged = assess(model, self.name, version.version, test)
        return self._decide(context, output, judged, test)

    def _decide(
        self, context: Context, output: TrainingOutput, judged: Assessment, test: TestSet
    ) -> Decision:
        champion = context.champion(output, self.name, RoutedModel.from_state)
        rival = trial_of(champion[1], test) if champion else None
        return decide(judged.trial, rival, judged.baseline_loss, test.clusters)

    def _draft(self, context: Context, catalogue: Catalogue, train_size: int) -> Draft:
        spec = self.spec
        fitted = fit(spec, catalogue, context.advance)
        return Draft(
            model=spec.name,
            digest=self.digest(context.sources, context.sources.registry),
            recipe=spec.recipe,
            model_type=spec.model_type,
            training_approach=spec.training_approach,
            train_size=train_size,
            features=spec.inputs,
            parameters=self.parameters,
            split_id=catalogue.split_id,
            data_hash=catalogue.data_hash,
            state=fitted.to_state(),
            has_web_api_content=False,
            interval=next(iter(fitted.quantiles.values()), None),
        )


def _add_leak_row(output: TrainingOutput, catalogue: Catalogue) -> None:
    """Run the leak detector once per training, for the split that its models share."""
    if not any(_is_leak(frame) for frame in output.metrics):
        output.metrics.append(leak_rows(catalogue))


def _is_leak(frame: pd.DataFrame) -> bool:
    return bool((frame["model"] == LEAK_MODEL).any())
