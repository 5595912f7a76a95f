"""The registry: immutable versions of models, their files, and which version serves.

A version's row says everything that made it: recipe, parameters, inputs, data, split, seed, code, libraries.
Its file is a skops archive (never a pickle), read only when its sha256 is the stored one and it holds no type
outside TRUSTED_TYPES. Files are written before rows are, so a row never points at a missing file.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import tempfile
import zipfile
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from importlib import metadata, resources
from pathlib import Path
from typing import Any

import duckdb

from core.console import log
from core.errors import ModelFileError

# What a file may hold beyond the plain types and scikit-learn estimators that skops knows by itself. A
# constant, never the list a file asks for.
TRUSTED_TYPES = [
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.tree._tree.Tree",
]
LIBRARIES = ("numpy", "pandas", "scikit-learn", "skops")
CHAMPION, CHALLENGER = "champion", "challenger"
RETRAIN = "Train again: spotiflow train."


@dataclass(frozen=True)
class Version:
    """A row of ml.model_versions. `artifact` and `card` are file names in the models folder."""

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
        """Return the version that serves by the stored aliases, whatever the state of its file."""
        return next(iter(self.champions(model)), None)

    def champions(self, model: str) -> list[Version]:
        """Return the champion and those before it, newest first, each once."""
        names = [a.version for a in reversed(self.aliases) if (a.alias, a.model) == (CHAMPION, model)]
        found = [self.find(model, name) for name in dict.fromkeys(names)]
        return [version for version in found if version is not None]


def read_registry(db: duckdb.DuckDBPyConnection) -> Registry:
    """Read versions and aliases."""
    versions = db.execute(f"select {_names(Version)} from ml.model_versions order by created_at, version")
    rows = versions.fetchall()
    aliases = db.execute(f"select {_names(Alias)} from ml.model_aliases order by since, created_at").fetchall()
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


def write_file(folder: Path, name: str, content: bytes) -> str:
    """Write a file at once or not at all; return its sha256.

    It is complete under a temporary name before it takes its own, so a kill leaves no half file.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(folder / name)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return hashlib.sha256(content).hexdigest()


def save_state(folder: Path, name: str, state: dict[str, Any]) -> str:
    """Write a model's state as a skops file; return its sha256."""
    import skops.io

    return write_file(folder, name, skops.io.dumps(state, compression=zipfile.ZIP_DEFLATED))


def load_state(folder: Path, version: Version) -> dict[str, Any]:
    """Read a model's state.

    Raises ModelFileError when the file is missing, is not the one that was stored, or holds a type that is
    not on the list.
    """
    import skops.io
    from skops.io.exceptions import UntrustedTypesFoundException

    content = verified(folder, version)
    try:
        state = skops.io.loads(content, trusted=TRUSTED_TYPES)
    except (UntrustedTypesFoundException, TypeError) as error:
        raise ModelFileError(
            f"The model file {version.artifact} holds types that a model of spotiflow never has.",
            hint="Do not use that file. " + RETRAIN,
        ) from error
    except Exception as error:
        raise ModelFileError(
            f"The model file {version.artifact} cannot be read by this version of scikit-learn and skops.",
            hint=RETRAIN,
        ) from error
    if not isinstance(state, dict):
        raise ModelFileError(f"The model file {version.artifact} holds no model.", hint=RETRAIN)
    return state


def verified(folder: Path, version: Version) -> bytes:
    """Return the bytes of a model file. Raises ModelFileError when they are not the ones stored."""
    path = folder / version.artifact
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelFileError(
            f"The model file {path} of {version.model} {version.version} is missing or cannot be read.",
            hint=RETRAIN,
        ) from error
    found = hashlib.sha256(content).hexdigest()
    if found != version.sha256:
        raise ModelFileError(
            f"The model file {path} was changed: its sha256 begins {found[:8]}, stored was "
            f"{version.sha256[:8]}.",
            hint="It is not used. " + RETRAIN,
        )
    return content


def is_intact(folder: Path, version: Version) -> bool:
    """Say whether the file of a version is the one that was stored."""
    try:
        verified(folder, version)
    except ModelFileError:
        return False
    return True


def serving(folder: Path, registry: Registry, model: str) -> tuple[Version, dict[str, Any]] | None:
    """Return the champion of `model` and its state; where its file is unfit, the last good one before it.

    What is wrong with a file goes to the log. None when no champion can serve.
    """
    for version in registry.champions(model):
        try:
            return version, load_state(folder, version)
        except ModelFileError as error:
            log.warning("%s %s", error.message, error.hint)
    return None


def code_version() -> str:
    """Name the code that trains: the package's version and a hash of the sources of `ml`."""
    digest = hashlib.sha256()
    for entry in sorted(resources.files("ml").iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".py") and entry.name != "screen.py":
            digest.update(entry.name.encode() + entry.read_bytes())
    try:
        package = metadata.version("spotiflow")
    except metadata.PackageNotFoundError:
        package = "0"
    return f"{package}+{digest.hexdigest()[:12]}"


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
