"""Model files: written at once or not at all, read only when unchanged and free of foreign types.

A file is a skops archive, never a pickle: it is read only when its sha256 is the stored one, it unpacks to no
more than MOST_BYTES, and it holds no type outside TRUSTED_TYPES.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any

from spotiflow.core.errors import ModelFileError
from spotiflow.core.files import write_private

# What a file may hold beyond the plain types and scikit-learn estimators that skops knows by itself. A
# constant, never the list a file asks for.
TRUSTED_TYPES = [
    "numpy.dtype",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.tree._tree.Tree",
]
# The largest models have some 20 MB. A few kilobytes can unpack to as much as memory holds, and more.
MOST_BYTES = 500_000_000
RETRAIN = "Train again: spotiflow train."


def write_file(folder: Path, name: str, content: bytes) -> str:
    """Write a file at once or not at all; return its sha256.

    It is complete under a temporary name before it takes its own, so a kill leaves no half file. Raises
    ModelFileError where something else is in the folder's place.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError as error:
        raise ModelFileError(
            f"{folder} is a file, where the folder of the models has to be.",
            hint="Move it out of the way; the folder is made anew.",
        ) from error
    write_private(folder / name, content)
    return hashlib.sha256(content).hexdigest()


def save_state(folder: Path, name: str, state: dict[str, Any]) -> str:
    """Write a model's state as a skops file; return its sha256."""
    import skops.io

    return write_file(folder, name, skops.io.dumps(state, compression=zipfile.ZIP_DEFLATED))


def load_state(folder: Path, name: str, sha256: str) -> dict[str, Any]:
    """Read a model's state.

    Raises ModelFileError when the file is missing, is not the one that was stored, is too large, or holds a
    type that is not on the list.
    """
    import skops.io
    from skops.io.exceptions import UntrustedTypesFoundException

    content = verified(folder, name, sha256)
    try:
        state = skops.io.loads(content, trusted=TRUSTED_TYPES)
    except (UntrustedTypesFoundException, TypeError) as error:
        raise ModelFileError(
            f"The model file {name} holds types that a model of spotiflow never has.",
            hint="Do not use that file. " + RETRAIN,
        ) from error
    except Exception as error:
        raise ModelFileError(
            f"The model file {name} cannot be read by this version of scikit-learn and skops.",
            hint=RETRAIN,
        ) from error
    if not isinstance(state, dict):
        raise ModelFileError(f"The model file {name} holds no model.", hint=RETRAIN)
    return state


def _check_archive(path: Path, content: bytes) -> None:
    """Raise ModelFileError where it is no archive or a too large one; no member gives more than it says."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
    except zipfile.BadZipFile as error:
        raise ModelFileError(
            f"The model file {path} cannot be read: it is not of the form that spotiflow writes.",
            hint="Do not use that file. " + RETRAIN,
        ) from error
    if unpacked > MOST_BYTES:
        raise _too_large(path)


def _too_large(name: object) -> ModelFileError:
    return ModelFileError(
        f"The model file {name} holds more than {MOST_BYTES // 1_000_000} MB, as no model of spotiflow does.",
        hint="Do not use that file. " + RETRAIN,
    )


def verified(folder: Path, name: str, sha256: str) -> bytes:
    """Return the bytes of a model file.

    Raises ModelFileError when they are not the ones stored, or can be no model of ours whoever stored them.
    """
    path = folder / name
    try:
        # A name that leads out of the folder, a pipe or a device is no model file.
        if path.parent != folder or not path.is_file():
            raise FileNotFoundError(path)
        if path.stat().st_size > MOST_BYTES:
            raise _too_large(path)
        content = path.read_bytes()
    except OSError as error:
        raise ModelFileError(
            f"The model file {path} is missing or cannot be read.",
            hint=RETRAIN,
        ) from error
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise ModelFileError(
            f"The model file {path} was changed: its sha256 begins {found[:8]}, stored was {sha256[:8]}.",
            hint="It is not used. " + RETRAIN,
        )
    _check_archive(path, content)
    return content


def is_intact(folder: Path, name: str, sha256: str) -> bool:
    """Say whether a model file is the one that was stored."""
    try:
        verified(folder, name, sha256)
    except ModelFileError:
        return False
    return True
