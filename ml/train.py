"""Training: what is new in the warehouse becomes models, forecasts, predictions and their honest figures.

The file is read over one short connection, closed while models are fitted, and written in one transaction.
Where catalogue, listening, recipes and code are the ones of the last training, nothing is done.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from core.console import progress
from core.errors import UsageError
from core.runs import utc_now
from core.settings import Settings
from ml import forecasts, mood_models, one_thread, seed_recipes
from ml.catalogue import Catalogue, enough, prepare_catalogue, split_id_of
from ml.files import is_intact
from ml.fit_models import fit_and_judge
from ml.fitting import n_fits
from ml.listeners import forecast_listeners, listening_digest, score_listeners
from ml.registry import Version, code_version, digest_of, library_versions
from ml.results import TrainResult, rows_of
from ml.routed import ModelSpec
from ml.sources import Sources, Tables, read
from ml.store import Harvest, store

SPECS = {spec.name: spec for spec in (*mood_models.SPECS, *seed_recipes.SPECS)}
RECIPES = {"best": tuple(SPECS), "seed": tuple(spec.name for spec in seed_recipes.SPECS)}
LEAST_TEST_TRACKS = 30


@dataclass
class Plan:
    """What there is to do: the models to fit with their digests, and whether listeners need new figures."""

    digests: dict[str, str] = field(default_factory=dict)
    to_fit: list[ModelSpec] = field(default_factory=list)
    listening: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing has changed."""
        return not self.to_fit and not self.listening


def train(settings: Settings, *, models: Sequence[str] | None = None, recipe: str = "best") -> TrainResult:
    """Train, compare, promote by rule, forecast, and store all of it.

    models: names of the models to train (all of the recipe by default). recipe: `best`, or `seed` for the
    earlier system's models alone. Without a catalogue only forecasts are possible; `problem` of the result
    then says what is missing.
    Raises UsageError for a model or recipe that does not exist, NotFoundError when there is nothing to train
    on and nothing to forecast.
    """
    started = time.monotonic()
    wanted = _wanted(models, recipe)
    plan = Plan()

    def is_work(sources: Sources) -> bool:
        _fill(plan, sources, settings, wanted)
        return not plan.is_empty

    sources, tables = read(settings, is_work)
    harvest, notes, decisions = Harvest(utc_now()), list[str](), dict[str, str]()
    if tables is not None:
        with one_thread():
            decisions = _work(settings, (sources, tables), plan, harvest, notes)
    has_forecasts = harvest.forecasts is not None and len(harvest.forecasts) > 0
    if sources.missing and not has_forecasts and sources.metrics.empty:
        raise sources.missing
    if tables is not None:
        store(settings, harvest)
    return _result(sources, harvest, notes, decisions, time.monotonic() - started)


def _wanted(models: Sequence[str] | None, recipe: str) -> list[str]:
    if recipe not in RECIPES:
        raise UsageError(f"There is no recipe '{recipe}'.", hint=f"Recipes: {', '.join(RECIPES)}.")
    known = [*RECIPES[recipe], *([forecasts.MODEL] if recipe == "best" else [])]
    for name in models or ():
        if name not in known:
            raise UsageError(
                f"There is no model '{name}' in the recipe '{recipe}'.", hint=f"Models: {', '.join(known)}."
            )
    return [name for name in known if not models or name in models]


def _fill(plan: Plan, sources: Sources, settings: Settings, wanted: list[str]) -> None:
    """Find the models whose data, recipe or code is new, or whose file is no longer what was stored."""
    if sources.catalogue_hash:
        for spec in (SPECS[name] for name in wanted if name in SPECS):
            digest = _digest(spec, sources.catalogue_hash)
            plan.digests[spec.name] = digest
            if not _is_there(sources.registry.made_from(spec.name, digest), settings):
                plan.to_fit.append(spec)
    if sources.listening_hash and forecasts.MODEL in wanted:
        made = sources.registry.made_from(forecasts.MODEL, listening_digest(sources.listening_hash))
        plan.listening = bool(plan.to_fit) or not _is_there(made, settings)


def _is_there(version: Version | None, settings: Settings) -> bool:
    return version is not None and is_intact(settings.models_dir, version.artifact, version.sha256)


def _digest(spec: ModelSpec, catalogue_hash: str) -> str:
    return digest_of(
        model=spec.name,
        recipe=spec.recipe,
        parameters=spec.parameters,
        routes=spec.routes,
        data=catalogue_hash,
        split=split_id_of(catalogue_hash),
        code=code_version(),
        libraries=library_versions(),
    )


def _work(
    settings: Settings, found: tuple[Sources, Tables], plan: Plan, harvest: Harvest, notes: list[str]
) -> dict[str, str]:
    """Fit what has to be fitted, then look at the listeners; returns why each new version serves or not."""
    sources, tables = found
    catalogue = _catalogue(sources, tables)
    decisions: dict[str, str] = {}
    if catalogue is not None and plan.to_fit:
        if enough(catalogue, LEAST_TEST_TRACKS):
            harvest.catalogue = catalogue
            decisions = _fit(settings, catalogue, sources, plan, harvest)
        else:
            n_tracks = len(catalogue.canonical)
            notes.append(
                f"Not enough catalogue yet: {n_tracks:,} different tracks cannot be split by artist."
            )
    if plan.listening:
        notes += forecast_listeners(settings, sources, tables, harvest)
        notes += score_listeners(settings, catalogue, sources, tables, harvest)
    return decisions


def _catalogue(sources: Sources, tables: Tables) -> Catalogue | None:
    if tables.catalogue is None or sources.catalogue_hash is None:
        return None
    return prepare_catalogue(tables.catalogue, sources.catalogue_hash, tables.frozen_split)


def _fit(
    settings: Settings, catalogue: Catalogue, sources: Sources, plan: Plan, harvest: Harvest
) -> dict[str, str]:
    total = sum(n_fits(spec, catalogue) for spec in plan.to_fit)
    decisions = {}
    with progress("Training models", total=total) as advance:
        for spec in plan.to_fit:
            decision = fit_and_judge(
                settings, spec, plan.digests[spec.name], catalogue, sources.registry, harvest, advance
            )
            decisions[spec.name] = decision.rule
    return decisions


def _result(
    sources: Sources, harvest: Harvest, notes: list[str], decisions: dict[str, str], seconds: float
) -> TrainResult:
    import pandas as pd

    registry = sources.registry
    versions = [*registry.versions, *harvest.versions]
    shown = {version.model: version.version for version in versions}
    aliases = [*registry.aliases, *harvest.aliases]
    champions = {alias.model: alias.version for alias in aliases if alias.alias == "champion"}
    metrics = pd.concat([sources.metrics, harvest.all_metrics], ignore_index=True)
    keys = ["model", "version", "dataset", "split", "slice", "metric", "listener_id"]
    metrics = metrics.drop_duplicates([key for key in keys if key in metrics], keep="last")
    return TrainResult(
        rows=rows_of(metrics, shown, champions),
        changed=bool(harvest.versions),
        trained=[version.model for version in harvest.versions],
        seconds=seconds,
        notes=notes,
        decisions=decisions,
        problem=sources.missing,
    )
