"""The task that fits all models on names at once: they share the reading of the names."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from spotiflow.core.errors import NotFoundError
from spotiflow.ml.data.catalogue import LEAST_TEST_TRACKS, enough, split_id_of
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
from spotiflow.ml.names import ridge
from spotiflow.ml.names.assess import Assessment, assess_model, assess_reader
from spotiflow.ml.names.fit import Fitted, fit_trees, n_fits
from spotiflow.ml.names.model import (
    PARAMETERS,
    SIZES,
    SPECS,
    NamesModel,
    NamesSpec,
    Readers,
)
from spotiflow.ml.names.reader import Reader
from spotiflow.ml.names.training import HIDDEN_SHARE, Course, prepare_course

READER = "features_names"
APPROACH = (
    "names in the catalogue, each recording once; by song where the artist may be known, else by artist"
)
SHARED = Decision(True, "in use by design: it reads the names for the models that were made with it")


class NamesModels(Task):
    """Every model on names, and the reader they share."""

    name = "names"
    inputs: ClassVar[tuple[Input, ...]] = (CATALOGUE_INPUT,)
    needs: ClassVar[tuple[Input, ...]] = (CATALOGUE_INPUT,)
    reads: ClassVar[tuple[Query, ...]] = (CATALOGUE, SPLITS)

    @property
    def makes(self) -> tuple[str, ...]:
        """Return the reader and the models."""
        return (READER, *(spec.name for spec in SPECS))

    @property
    def parameters(self) -> dict[str, Any]:
        """Return what decides the models beside data and code."""
        text = {"penalty": ridge.PENALTY, "steps": ridge.N_STEPS, "crowding": ridge.CROWDING}
        fields = {field.name: [field.bits, field.weight] for field in ridge.FIELDS}
        return {
            "trees": PARAMETERS | {"sizes": SIZES},
            "text": text | {"fields": fields},
            "hidden_share": HIDDEN_SHARE,
        }

    def digest(self, sources: Sources, registry: Registry) -> str:  # noqa: ARG002
        """Hash what makes the versions, split included."""
        data_hash = sources.hash_of(CATALOGUE_INPUT)
        return digest_of(
            task=self.name,
            parameters=self.parameters,
            data=data_hash,
            split=split_id_of(data_hash),
            code=self.code,
            libraries=library_versions(),
        )

    def is_due(self, sources: Sources, settings: Any) -> bool:
        """Say whether a version is missing that was made from the same things, or its file is not intact."""
        if not self.has_inputs(sources):
            return False
        digest = self.digest(sources, sources.registry)
        last = sources.runs.get(self.name)
        made = [name for name in self.makes if sources.registry.made_from(name, digest)]
        whole = all(is_made(sources, settings, name, digest) for name in made)
        return last is None or last.digest != digest or not whole

    def steps(self, context: Context) -> int:
        """One for each estimator that is fitted, and one for the reader."""
        return 1 + sum(n_fits(spec) for spec in SPECS) if context.catalogue else 0

    def run(self, context: Context, output: TrainingOutput) -> None:
        """Fit, judge what was written as it is read again, and decide which are in use."""
        catalogue = context.catalogue_to_learn_from(output)
        if catalogue is None:
            return
        course = prepare_course(catalogue)
        context.advance(1)
        shared = self._enter_reader(context, course, output)
        specs = [spec for spec in SPECS if _can_learn(spec, course)]
        if len(specs) < len(SPECS):
            output.notes.append("The catalogue has too few genres or values for some models on names.")
        readers = Readers(context.settings.models_dir)
        for spec, fitted in fit_trees(specs, course, context.advance):
            draft = self._draft(spec, fitted, course, shared, context)
            version = write_version(context.settings, context.sources.registry, draft, output)
            model = loaded(context.settings.models_dir, version, readers.model)
            judged = assess_model(model, spec.name, version.version, course)
            decision = self._decide(context, output, spec.name, judged, course)
            output.models[version.artifact] = model
            enter(output, version, judged.rows, decision)

    def judge(self, context: Context, version: Version) -> Decision:
        """Compare a stored version with the champion on the tests of the present catalogue."""
        if version.model == READER:
            return SHARED
        output = TrainingOutput(version.created_at)
        catalogue = context.catalogue_to_learn_from(output)
        if catalogue is None:
            raise context.sources.missing or NotFoundError(output.notes[0], hint="Load a larger catalogue.")
        course = prepare_course(catalogue)
        model = loaded(context.models_dir, version, Readers(context.models_dir).model)
        judged = assess_model(model, version.model, version.version, course)
        return self._decide(context, output, version.model, judged, course)

    def _decide(
        self, context: Context, output: TrainingOutput, name: str, judged: Assessment, course: Course
    ) -> Decision:
        champion = context.champion(output, name, Readers(context.models_dir).model)
        rival = assess_model(champion[1], name, champion[0].version, course).trial if champion else None
        return decide(judged.trial, rival, judged.baseline_loss, judged.clusters)

    def _enter_reader(self, context: Context, course: Course, output: TrainingOutput) -> Version:
        draft = Draft(
            **self._common(context, course),
            model=READER,
            model_type="ridge on hashed terms of names, least squares on it and the artist's means",
            features=[field.name for field in ridge.FIELDS],
            state=course.reader.to_state(),
        )
        version = write_version(context.settings, context.sources.registry, draft, output)
        reader = loaded(context.settings.models_dir, version, Reader.from_state)
        output.models[version.artifact] = reader
        rows = assess_reader(reader, READER, version.version, course)
        enter(output, version, rows, SHARED)
        return version

    def _draft(
        self, spec: NamesSpec, fitted: Fitted, course: Course, shared: Version, context: Context
    ) -> Draft:
        estimators, widths = fitted
        state = NamesModel(
            spec.target, spec.routes, estimators, widths, course.reader, shared.artifact, shared.sha256
        ).to_state()
        return Draft(
            **self._common(context, course),
            model=spec.name,
            model_type="HistGradientBoostingRegressor",
            features=spec.inputs,
            state=state,
            interval=next(iter(widths.values())),
        )

    def _common(self, context: Context, course: Course) -> dict[str, Any]:
        catalogue = course.catalogue
        return {
            "digest": self.digest(context.sources, context.sources.registry),
            "recipe": self.recipe,
            "training_approach": APPROACH,
            "train_size": int((~catalogue.is_test).sum()),
            "parameters": self.parameters,
            "split_id": catalogue.split_id,
            "data_hash": catalogue.data_hash,
            "has_web_api_content": False,
        }


def _can_learn(spec: NamesSpec, course: Course) -> bool:
    """Say whether enough tracks tell the target and, for a model with genres, half of them a genre."""
    genres = course.catalogue.genres.known()
    known = ~np.isnan(course.truth(spec.target))
    is_told = all(enough(lesson.folds[known], LEAST_TEST_TRACKS) for lesson in course.lessons.values())
    return is_told and (not spec.needs_genre or float(genres.mean()) >= 0.5)
