"""From a recipe to a stored version: fit, write the file, judge on the frozen test, decide who serves."""

from __future__ import annotations

import json
from collections.abc import Callable

import pandas as pd

from core.settings import Settings
from ml import SEED
from ml.assess import LEAK_MODEL, Assessment, TestSet, assess, leak_rows, trial_of
from ml.cards import model_card
from ml.catalogue import Catalogue
from ml.files import load_state, save_state, write_file
from ml.fitting import fit
from ml.promotion import Decision, Trial, decide
from ml.registry import (
    CHALLENGER,
    CHAMPION,
    Alias,
    Registry,
    Version,
    code_version,
    library_versions,
    new_version_name,
    serving,
)
from ml.routed import ModelSpec, RoutedModel
from ml.store import Harvest

Advance = Callable[[float], None]


def fit_and_judge(
    settings: Settings,
    spec: ModelSpec,
    digest: str,
    catalogue: Catalogue,
    registry: Registry,
    harvest: Harvest,
    advance: Advance,
) -> Decision:
    """Fit one model, write its file and card, and put its rows into `harvest`."""
    fitted = fit(spec, catalogue, advance)
    name = new_version_name(registry, spec.name, digest, harvest.now)
    artifact = f"{spec.name}-{name}.skops"
    sha256 = save_state(settings.models_dir, artifact, fitted.to_state())
    # What is judged is what was written and read again, under the same rules as when it serves.
    model = RoutedModel.from_state(load_state(settings.models_dir, artifact, sha256))
    test = TestSet.of(catalogue, spec.target)
    judged = assess(model, spec.name, name, test)
    version = _version(spec, name, catalogue, model, (artifact, sha256), len(test.train_truth), harvest)
    card = model_card(version, judged.rows, catalogue.dataset)
    write_file(settings.models_dir, str(version.card), card.encode())
    decision = _decide(settings, spec, registry, judged, test)
    harvest.versions.append(version)
    harvest.models[artifact] = model
    harvest.metrics.append(judged.rows)
    _add_leak_row(harvest, catalogue)
    alias = CHAMPION if decision.promote else CHALLENGER
    harvest.aliases.append(Alias(alias, spec.name, harvest.now, name, decision.rule, harvest.now))
    return decision


def _version(
    spec: ModelSpec,
    name: str,
    catalogue: Catalogue,
    model: RoutedModel,
    file: tuple[str, str],
    train_size: int,
    harvest: Harvest,
) -> Version:
    widths = list(model.quantiles.values())
    return Version(
        model=spec.name,
        version=name,
        created_at=harvest.now,
        recipe=spec.recipe,
        model_type=spec.model_type,
        training_approach=spec.training_approach,
        train_size=train_size,
        features=spec.inputs,
        parameters=json.dumps({"routes": spec.routes} | spec.parameters, sort_keys=True),
        seed=SEED,
        split_id=catalogue.split_id,
        data_hash=catalogue.data_hash,
        code_version=code_version(),
        library_versions=library_versions(),
        interval_quantile_90=widths[0] if widths else None,
        artifact=file[0],
        sha256=file[1],
        card=f"{spec.name}-{name}.md",
    )


def _decide(
    settings: Settings, spec: ModelSpec, registry: Registry, judged: Assessment, test: TestSet
) -> Decision:
    champion = serving_model(settings, registry, spec.name)
    rival: Trial | None = trial_of(champion[1], test) if champion else None
    return decide(judged.trial, rival, judged.baseline_loss, test.clusters)


def serving_model(settings: Settings, registry: Registry, model: str) -> tuple[Version, RoutedModel] | None:
    """Return the champion that can serve, and its model; None where there is none."""
    found = serving(settings.models_dir, registry, model)
    return (found[0], RoutedModel.from_state(found[1])) if found else None


def _add_leak_row(harvest: Harvest, catalogue: Catalogue) -> None:
    """Run the leak detector once per training, for the split that its models share."""
    if not any(_is_leak(frame) for frame in harvest.metrics):
        harvest.metrics.append(leak_rows(catalogue))


def _is_leak(frame: pd.DataFrame) -> bool:
    return bool((frame["model"] == LEAK_MODEL).any())
