"""The task that completes every listener's features: predictions with provenance, and what they are worth."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pandas as pd

from spotiflow.ml.completion import blend, unlike
from spotiflow.ml.completion.heard import (
    HEARD_TRACKS,
    NAMES_INPUT,
    STREAMS,
    STREAMS_INPUT,
    WHO,
    Serving,
    read_heard,
)
from spotiflow.ml.completion.neighbours import (
    PREDICTED_WEIGHT,
    REACH,
    SHRINKAGE,
    neighbours_of,
)
from spotiflow.ml.completion.person import Completed, complete
from spotiflow.ml.data.evaluate import metric_rows
from spotiflow.ml.engine.entry import Draft, enter, write_version
from spotiflow.ml.engine.promotion import Decision
from spotiflow.ml.engine.sources import (
    CATALOGUE,
    CATALOGUE_INPUT,
    FEATURES_INPUT,
    SPLITS,
    Input,
    Query,
    Sources,
)
from spotiflow.ml.engine.store import TrainingOutput
from spotiflow.ml.engine.tasks import Context, Task, is_made
from spotiflow.ml.engine.versions import Registry, Version
from spotiflow.ml.names.model import (
    ARTIST,
    SPECS,
    TEXT,
    NamesModel,
    Readers,
)
from spotiflow.ml.names.reader import Reader
from spotiflow.ml.names.tables import TARGETS
from spotiflow.ml.names.task import READER

SPLIT = "artists_left_out"
OTHERS = "features_listener"
MODELS = {target: f"{target}_listener" for target in ("valence", "energy")}
BY_DESIGN = Decision(
    True, "in use by design: per listener, names and neighbours where they beat the listener's mean"
)


def model_of(target: str) -> str:
    """Return the model that a feature's predictions belong to."""
    return MODELS.get(target, OTHERS)


class Completion(Task):
    """Features of the heard tracks that nobody measured, for every listener."""

    name = "completion"
    follows: ClassVar[tuple[str, ...]] = (READER, *(spec.name for spec in SPECS if not spec.needs_genre))
    inputs: ClassVar[tuple[Input, ...]] = (CATALOGUE_INPUT, STREAMS_INPUT, NAMES_INPUT, FEATURES_INPUT)
    needs: ClassVar[tuple[Input, ...]] = (STREAMS_INPUT, NAMES_INPUT, FEATURES_INPUT)
    reads: ClassVar[tuple[Query, ...]] = (CATALOGUE, SPLITS, HEARD_TRACKS, STREAMS, WHO)

    @property
    def makes(self) -> tuple[str, ...]:
        """Return the models of valence, of energy and of the other features."""
        return (*MODELS.values(), OTHERS)

    @property
    def parameters(self) -> dict[str, Any]:
        """Return what decides the predictions beside data and code."""
        return {
            "neighbours": {"reach": REACH, "predicted_weight": PREDICTED_WEIGHT, "shrinkage": SHRINKAGE},
            "general_weights": {route: weights.tolist() for route, weights in blend.GENERAL.items()},
            "least_tracks": blend.LEAST_TRACKS,
            "drawn_by": blend.DRAWN_BY,
            "own_width": unlike.OWN_SHARE,
            "spread": {"usual": unlike.SPREAD, **unlike.SPREADS},
        }

    def is_due(self, sources: Sources, settings: Any) -> bool:
        """Say whether listening, names or models are new, or a file is not what was stored."""
        if super().is_due(sources, settings):
            return True
        digest = self.digest(sources, sources.registry)
        return self.has_inputs(sources) and not all(
            is_made(sources, settings, model, digest)
            for model in self.makes
            if sources.registry.made_from(model, digest)
        )

    def run(self, context: Context, output: TrainingOutput) -> None:
        """Complete every listener; a note for each one whose own tracks are too few to calibrate on."""
        serving = _serving(context, output)
        who = dict(zip(*context.frame(WHO)[["listener_id", "is_simulated"]].to_numpy().T, strict=True))
        found = [_completed(listener, context, serving) for listener in who]
        for model in self.makes:
            self._enter(model, found, who, context, output)
        for one in found:
            if one.n_measured < blend.LEAST_TRACKS:
                output.notes.append(
                    f"Predicted features of {one.listener_id}: not enough data yet to fit them to this "
                    f"listener: {one.n_measured} measured tracks, {blend.LEAST_TRACKS} needed."
                )

    def _enter(
        self,
        model: str,
        found: list[Completed],
        who: dict[str, bool],
        context: Context,
        output: TrainingOutput,
    ) -> None:
        targets = [target for target in TARGETS if model_of(target) == model]
        stored = context.sources.registry
        # The champions it follows may be of this training.
        known = Registry([*stored.versions, *output.versions], [*stored.aliases, *output.aliases])
        digest = self.digest(context.sources, known)
        version = write_version(
            context.settings,
            context.sources.registry,
            self._draft(model, targets, found, (context, digest)),
            output,
        )
        frames = [
            _metric_rows(one, target, model, version, who[one.listener_id])
            for one in found
            for target in targets
        ]
        frames = [frame for frame in frames if len(frame)]
        metrics = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
        enter(output, version, metrics, BY_DESIGN)
        rows = pd.concat([one.rows for one in found], ignore_index=True) if found else pd.DataFrame()
        mine = rows[rows["feature"].isin(targets)] if len(rows.columns) > 1 else pd.DataFrame()
        output.replace(
            "track_predictions", mine.assign(model=model, model_version=version.version), models=[model]
        )

    def _draft(
        self, model: str, targets: list[str], found: list[Completed], made_from: tuple[Context, str]
    ) -> Draft:
        context, digest = made_from
        catalogue = context.catalogue
        return Draft(
            model=model,
            digest=digest,
            recipe=self.recipe,
            model_type="ridge on names and neighbours, per listener",
            training_approach="the listener's measured tracks, artists left out",
            train_size=sum(one.n_measured for one in found),
            features=["names", "neighbours of the artist", "neighbours of the track"],
            parameters=self.parameters,
            split_id=catalogue.split_id if catalogue else SPLIT,
            data_hash=context.sources.hash_of(*self.inputs),
            state={one.listener_id: {target: one.blends[target] for target in targets} for one in found},
            has_web_api_content=context.sources.has_web_api_content,
        )


def _completed(listener: str, context: Context, serving: Serving | None) -> Completed:
    """Complete one listener's tracks, read apart from everybody else's."""
    tracks, streams = context.frame(HEARD_TRACKS), context.frame(STREAMS)
    heard = read_heard(
        tracks[tracks["listener_id"] == listener].reset_index(drop=True), context.catalogue, serving
    )
    neighbours = neighbours_of(heard, streams[streams["listener_id"] == listener])
    return complete(listener, np.arange(len(heard.tracks)), heard, neighbours)


def _metric_rows(
    one: Completed, target: str, model: str, version: Version, is_simulated: bool
) -> pd.DataFrame:
    prefix = f"{target}_" if model == OTHERS else ""
    frames = [
        metric_rows(
            metrics,
            model,
            version.version,
            dataset="simulated" if is_simulated else "listener",
            split=SPLIT,
            part=prefix + part,
            listener_id=one.listener_id,
        )
        for (feature, part), metrics in one.metrics.items()
        if feature == target
    ]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _serving(context: Context, output: TrainingOutput) -> Serving | None:
    """Return the models on names in use; None without a reader."""
    found = context.champion(output, READER, Reader.from_state)
    if found is None or context.catalogue is None:
        return None
    readers = Readers(context.models_dir)
    routes: dict[str, dict[str, NamesModel]] = {ARTIST: {}, TEXT: {}}
    for spec in SPECS:
        champion = context.champion(output, spec.name, readers.model) if not spec.needs_genre else None
        if champion is not None:
            routes[next(iter(spec.routes))][spec.target] = champion[1]
    return Serving(found[1], found[0].sha256, routes[ARTIST], routes[TEXT])
