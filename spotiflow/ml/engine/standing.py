"""Versions of methods that are in use by design: one for each code, parameters and data."""

from __future__ import annotations

from typing import Any

import pandas as pd

from spotiflow.ml.engine.entry import Draft, enter, write_version
from spotiflow.ml.engine.promotion import Decision
from spotiflow.ml.engine.store import TrainingOutput
from spotiflow.ml.engine.tasks import BEST, Context, is_made
from spotiflow.ml.engine.versions import digest_of, library_versions


def standing_version(
    context: Context,
    output: TrainingOutput,
    model: str,
    *,
    model_type: str,
    approach: str,
    rule: str,
    features: list[str],
    parameters: dict[str, Any],
    split: str,
    n_rows: int,
    data_hash: str = "",
    state: dict[str, Any] | None = None,
) -> tuple[str, bool]:
    """Return the name of the version with these parameters, code and data, and whether it is a new one.

    A new one is put into the output and comes into use. n_rows: what it was first made from. state: what its file
    holds; the parameters where not given.
    """
    digest = digest_of(
        model=model,
        parameters=parameters,
        data=data_hash,
        web_api=context.sources.has_web_api_content,
        code=output.code,
        libraries=library_versions(),
    )
    registry = context.sources.registry
    if is_made(context.sources, context.settings, model, digest):
        stored = registry.made_from(model, digest)
        return stored.version if stored else "", False
    draft = Draft(
        model=model,
        digest=digest,
        recipe=BEST,
        model_type=model_type,
        training_approach=approach,
        train_size=n_rows,
        features=features,
        parameters=parameters,
        split_id=split,
        data_hash=data_hash,
        state=state or parameters,
        has_web_api_content=context.sources.has_web_api_content,
    )
    version = write_version(context.settings, registry, draft, output)
    enter(output, version, pd.DataFrame(), Decision(True, rule))
    return version.version, True
