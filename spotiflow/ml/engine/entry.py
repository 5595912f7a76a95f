"""How a fitted model enters the registry: its file, its row and which one is in use from then on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pandas as pd

from spotiflow.core.settings import Settings
from spotiflow.ml.data.reproducible import SEED
from spotiflow.ml.engine.model_files import save_state
from spotiflow.ml.engine.promotion import Decision
from spotiflow.ml.engine.store import TrainingOutput
from spotiflow.ml.engine.versions import (
    CHALLENGER,
    CHAMPION,
    Alias,
    Registry,
    Version,
    library_versions,
    new_version_name,
)

# Splits of the catalogue whose test part is frozen.
FROZEN = ("artist_grouped_test", "song_grouped_test")


@dataclass(frozen=True)
class Draft:
    """What a task knows of a model it has fitted: the columns of ml.model_versions that are its own.

    digest: hash of all that made it. state: what its file will hold. has_web_api_content: whether content of
    Spotify's Web API was among what it learned from. interval: half width of 90 %, if any.
    """

    model: str
    digest: str
    recipe: str
    model_type: str
    training_approach: str
    train_size: int
    features: list[str]
    parameters: dict[str, Any]
    split_id: str
    data_hash: str
    state: dict[str, Any]
    has_web_api_content: bool
    interval: float | None = None


def look_at_test(version: Version, purpose: str) -> pd.DataFrame:
    """Return the row of ml.test_looks that counts one look at the frozen test by a version."""
    return look_row(version.split_id, version.model, version.version, purpose)


def look_row(split_id: str, model: str, version: str, purpose: str) -> pd.DataFrame:
    """Return a row of ml.test_looks: who looked (model and version) at which split, and why."""
    return pd.DataFrame([{"split_id": split_id, "model": model, "version": version, "purpose": purpose}])


def write_version(settings: Settings, registry: Registry, draft: Draft, output: TrainingOutput) -> Version:
    """Write the file of a model and return the row of its new version, which `enter` stores."""
    name = new_version_name(registry, draft.model, draft.digest, output.now)
    artifact = f"{draft.model}-{name}.skops"
    return Version(
        model=draft.model,
        version=name,
        created_at=output.now,
        recipe=draft.recipe,
        model_type=draft.model_type,
        training_approach=draft.training_approach,
        train_size=draft.train_size,
        features=draft.features,
        parameters=json.dumps(draft.parameters, sort_keys=True),
        seed=SEED,
        split_id=draft.split_id,
        data_hash=draft.data_hash,
        code_version=output.code,
        library_versions=library_versions(),
        interval_quantile_90=draft.interval,
        artifact=artifact,
        sha256=save_state(settings.models_dir, artifact, draft.state),
        card=f"{draft.model}-{name}.md",
        has_web_api_content=draft.has_web_api_content,
    )


def enter(output: TrainingOutput, version: Version, metrics: pd.DataFrame, decision: Decision) -> None:
    """Put a version, its metrics and its alias into the output."""
    output.versions.append(version)
    if len(metrics):
        output.metrics.append(metrics)
    if len(metrics) and metrics["split"].isin(FROZEN).any():
        output.add("test_looks", look_at_test(version, "training"))
    alias = CHAMPION if decision.promote else CHALLENGER
    row = Alias(alias, version.model, output.now, version.version, decision.rule, output.now)
    output.aliases.append(row)
    output.decisions[version.model] = decision.rule
