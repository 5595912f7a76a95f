"""What a person does with the registry: see versions, promote one by the rule, go back to the one before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from spotiflow.core.errors import InputError, ModelFileError, UsageError
from spotiflow.core.settings import Settings
from spotiflow.ml.engine.entry import look_at_test
from spotiflow.ml.engine.model_files import verified
from spotiflow.ml.engine.sources import Query, Sources, read
from spotiflow.ml.engine.store import TrainingOutput, Write, store
from spotiflow.ml.engine.tasks import Context, Task
from spotiflow.ml.engine.versions import (
    CHALLENGER,
    CHAMPION,
    Alias,
    Registry,
    Version,
    read_registry,
    write_registry,
)
from spotiflow.warehouse.database import open_warehouse
from spotiflow.warehouse.run_log import utc_now

INTACT = "intact"
SEE_LIST = "spotiflow train --list shows the versions."


@dataclass(frozen=True)
class VersionRow:
    """A version as `train --list` shows it.

    role: `champion`, `before` (was champion and would be used where a newer one is unfit), `challenger`, or
    `left` (was rolled back from). rule: why it has that role. file: `intact`, or what is wrong with it.
    has_web_api_content: whether it learned from content of Spotify's Web API.
    """

    model: str
    version: str
    recipe: str
    made: str
    role: str
    rule: str
    file: str
    has_web_api_content: bool


def stored_registry(settings: Settings) -> Registry:
    """Read the registry of a warehouse."""
    with open_warehouse(settings, read_only=True) as db:
        return read_registry(db)


def list_versions(settings: Settings, models: Sequence[str] | None = None) -> list[VersionRow]:
    """Return every version, newest first within its model, with its role and the state of its file."""
    registry = stored_registry(settings)
    rows = [
        _row(settings, registry, version)
        for version in reversed(registry.versions)
        if not models or version.model in models
    ]
    return sorted(rows, key=lambda row: row.model)


def _row(settings: Settings, registry: Registry, version: Version) -> VersionRow:
    aliases = [a for a in registry.aliases if (a.model, a.version) == (version.model, version.version)]
    return VersionRow(
        version.model,
        version.version,
        version.recipe,
        f"{version.created_at:%Y-%m-%d %H:%M}",
        _role(registry, version, aliases),
        aliases[-1].rule if aliases else "",
        _file_state(settings, version),
        version.has_web_api_content,
    )


def _role(registry: Registry, version: Version, aliases: list[Alias]) -> str:
    line = [champion.version for champion in registry.champions(version.model)]
    if version.version in line:
        return CHAMPION if line[0] == version.version else "before"
    return "left" if any(alias.alias == CHAMPION for alias in aliases) else CHALLENGER


def _file_state(settings: Settings, version: Version) -> str:
    try:
        verified(settings.models_dir, version.artifact, version.sha256)
    except ModelFileError as error:
        return error.message
    return INTACT


@dataclass(frozen=True)
class Change:
    """Which version is in use from now on, in whose place, and by which rule."""

    model: str
    version: str
    before: str | None
    rule: str

    def to_dict(self) -> dict[str, Any]:
        """Return the change as `--json` prints it."""
        return asdict(self)


def promote(settings: Settings, tasks: Sequence[Task], model: str, version: str) -> Change:
    """Let a stored version come into use if it passes the rule against the champion on the frozen test.

    Raises UsageError for a name that does not exist, InputError when the rule says no or it is in use already,
    ModelFileError when its file is unfit.
    """
    task = _task_of(tasks, model)

    def to_read(sources: Sources) -> tuple[Query, ...]:
        _checked(settings, sources.registry, model, version)
        return task.reads

    sources, rows = read(settings, task.inputs, to_read)
    chosen = _checked(settings, sources.registry, model, version)
    decision = task.judge(Context(settings, sources, rows), chosen)
    store(
        settings, TrainingOutput(utc_now(), writes=[Write("test_looks", look_at_test(chosen, "promotion"))])
    )
    if not decision.promote:
        raise InputError(f"{model} {version} does not take over: {decision.rule}.", hint=SEE_LIST)
    return _serve(settings, sources.registry, chosen, decision.rule)


def _checked(settings: Settings, registry: Registry, model: str, version: str) -> Version:
    """Return the version that is to be promoted."""
    found = registry.find(model, version)
    if found is None:
        raise UsageError(f"There is no version '{version}' of {model}.", hint=SEE_LIST)
    if registry.champion(model) == found:
        raise InputError(f"{model} {version} is in use already.", hint=SEE_LIST)
    verified(settings.models_dir, found.artifact, found.sha256)
    return found


def rollback(settings: Settings, tasks: Sequence[Task], model: str) -> Change:
    """Go back to the champion before the present one, the newest whose file is intact.

    Raises UsageError for an unknown model, InputError where there is no champion before.
    """
    _task_of(tasks, model)
    registry = stored_registry(settings)
    champions = registry.champions(model)
    good = _first_intact(settings, champions[1:])
    if good is None:
        raise InputError(f"{model} has no champion before the present one to go back to.", hint=SEE_LIST)
    return _serve(settings, registry, good, f"rolled back from {champions[0].version}")


def _first_intact(settings: Settings, versions: Sequence[Version]) -> Version | None:
    return next((version for version in versions if _file_state(settings, version) == INTACT), None)


def _task_of(tasks: Sequence[Task], model: str) -> Task:
    for task in tasks:
        if model in task.makes:
            return task
    known = ", ".join(name for task in tasks for name in task.makes)
    raise UsageError(f"There is no model '{model}'.", hint=f"Models: {known}.")


def _serve(settings: Settings, registry: Registry, version: Version, rule: str) -> Change:
    before, now = registry.champion(version.model), utc_now()
    with open_warehouse(settings) as db:
        write_registry(db, [], [Alias(CHAMPION, version.model, now, version.version, rule, now)])
    return Change(version.model, version.version, before.version if before else None, rule)


def fallbacks(settings: Settings, registry: Registry, models: Sequence[str], now: datetime) -> list[Alias]:
    """Return an alias for each champion whose file is unfit: the last good one is used from now on."""
    rows = []
    for model in models:
        champions = registry.champions(model)
        problem = _file_state(settings, champions[0]) if champions else INTACT
        good = _first_intact(settings, champions[1:]) if problem != INTACT else None
        if good is not None:
            rows.append(
                Alias(CHAMPION, model, now, good.version, f"the last good one is in use: {problem}", now)
            )
    return rows
