"""The registry: immutable versions of models, their files, and which version is in use.

A version's row says everything that made it: recipe, parameters, inputs, data, split, seed, code, libraries.
Its file is written before its row (`ml.files`), so a row never points at a file that was not there.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable, Iterable
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from spotiflow.core.console import log
from spotiflow.core.errors import ModelFileError
from spotiflow.ml.engine.model_files import RETRAIN, load_state

LIBRARIES = ("numpy", "pandas", "scikit-learn", "skops")
CHAMPION, CHALLENGER = "champion", "challenger"
Model = TypeVar("Model")


@dataclass(frozen=True)
class Version:
    """A row of ml.model_versions. `artifact` and `card` are file names in the models folder.

    has_web_api_content: whether content of Spotify's Web API was among what it learned from.
    """

    model: str
    version: str
    created_at: datetime
    recipe: str
    model_type: str
    training_approach: str
    train_size: int
    features: list[str]
    parameters: str
    seed: int
    split_id: str
    data_hash: str
    code_version: str
    library_versions: str
    interval_quantile_90: float | None
    artifact: str
    sha256: str
    card: str | None
    has_web_api_content: bool

    @property
    def digest(self) -> str:
        """The part of the name that is a hash of all that made this version."""
        return self.version.split("-")[1]


@dataclass(frozen=True)
class Alias:
    """A row of ml.model_aliases: from `since` on, `alias` of `model` is `version`, because of `rule`."""

    alias: str
    model: str
    since: datetime
    version: str
    rule: str
    created_at: datetime


@dataclass(frozen=True)
class Registry:
    """All versions and the history of all aliases, oldest first."""

    versions: list[Version]
    aliases: list[Alias]

    def find(self, model: str, version: str) -> Version | None:
        """Return one version, or None."""
        return next((v for v in self.versions if (v.model, v.version) == (model, version)), None)

    def made_from(self, model: str, digest: str) -> Version | None:
        """Return the newest version of `model` that was made from the same things, or None."""
        return next((v for v in reversed(self.versions) if (v.model, v.digest) == (model, digest)), None)

    def champion(self, model: str) -> Version | None:
        """Return the version that is in use by the stored aliases, whatever the state of its file."""
        return next(iter(self.champions(model)), None)

    def champions(self, model: str) -> list[Version]:
        """Return the champion and those it followed, newest first, each once.

        A version that was rolled back from is not among them: going back takes it off the line.
        """
        line: list[str] = []
        for alias in self.aliases:
            if (alias.alias, alias.model) == (CHAMPION, model):
                line = line[: line.index(alias.version)] if alias.version in line else line
                line.append(alias.version)
        found = [self.find(model, name) for name in reversed(line)]
        return [version for version in found if version is not None]


def read_registry(db: duckdb.DuckDBPyConnection) -> Registry:
    """Read versions and aliases."""
    versions = db.execute(f"select {_names(Version)} from ml.model_versions order by created_at, version")
    rows = versions.fetchall()
    aliases = db.execute(
        f"select {_names(Alias)} from ml.model_aliases order by since, created_at, rowid"
    ).fetchall()
    return Registry([Version(*row) for row in rows], [Alias(*row) for row in aliases])


def write_registry(
    db: duckdb.DuckDBPyConnection, versions: Iterable[Version], aliases: Iterable[Alias]
) -> None:
    """Add rows; nothing is ever changed or taken away."""
    for table, rows in (("model_versions", versions), ("model_aliases", aliases)):
        for row in rows:
            values = astuple(row)
            marks = ", ".join("?" * len(values))
            db.execute(f"insert into ml.{table} ({_names(type(row))}) values ({marks})", list(values))


def _names(row_type: type[Version] | type[Alias]) -> str:
    return ", ".join(column.name for column in fields(row_type))


def serving(
    folder: Path, registry: Registry, model: str, load: Callable[[dict[str, Any]], Model]
) -> tuple[Version, Model] | None:
    """Return the champion of `model` and the model that `load` makes of its file's state.

    Where that file is unfit the last good champion before it is used, and the log says what is wrong. None
    when no champion can be used.
    """
    for version in registry.champions(model):
        try:
            return version, loaded(folder, version, load)
        except ModelFileError as error:
            log.warning("%s %s: %s %s", model, version.artifact, error.message, error.hint)
    return None


def loaded(folder: Path, version: Version, load: Callable[[dict[str, Any]], Model]) -> Model:
    """Read the model of a version. Raises ModelFileError where its file is not fit for use."""
    state = load_state(folder, version.artifact, version.sha256)
    try:
        return load(state)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelFileError(
            f"The model file {version.artifact} does not hold what a {version.model} model needs.",
            hint=RETRAIN,
        ) from error


def library_versions() -> str:
    """Return the versions that decide results, as JSON."""
    found = {name: metadata.version(name) for name in LIBRARIES}
    return json.dumps({"python": platform.python_version()} | found, sort_keys=True)


def digest_of(**made_from: Any) -> str:
    """Hash everything that makes a version, as ten hexadecimal digits."""
    text = json.dumps(made_from, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def new_version_name(registry: Registry, model: str, digest: str, now: datetime) -> str:
    """Name a version: its day and digest, and a number where that name is taken (its file was damaged)."""
    base = f"{now:%Y%m%d}-{digest}"
    taken = {v.version for v in registry.versions if v.model == model}
    names = [base, *(f"{base}-{number}" for number in range(2, len(taken) + 3))]
    return next(name for name in names if name not in taken)
