"""Files written so that only their owner can read them and the disk has them when the function returns."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path
from typing import Any

from spotiflow.core.errors import HomeError, SpotiflowError, WarehouseError

COPY_BYTES = 1024**2
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)


def copy_private(source: Path, target: Path) -> dict[str, Any]:
    """Copy a file so that only its owner can read the copy; return its sha256 and size. Raises OSError."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with source.open("rb") as stream, os.fdopen(handle, "wb") as copy:
        while block := stream.read(COPY_BYTES):
            digest.update(block)
            size += copy.write(block)
        copy.flush()
        os.fsync(copy.fileno())
    return {"sha256": digest.hexdigest(), "bytes": size}


def write_private_bytes(path: Path, content: bytes) -> None:
    """Write a new file that only its owner can read, and wait until the disk has it. Raises OSError."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the disk has the names in a folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def in_words(error: OSError, place: Path) -> SpotiflowError:
    """Say why a copy could not be written to a place."""
    if error.errno in _FULL:
        return WarehouseError(
            f"The disk that holds {place} is full; nothing was changed.",
            hint="Free some space and run the command again, or name another place for the copy.",
        )
    return HomeError(
        f"{place} cannot be written: {error.strerror or error}.",
        hint="Check its rights, or name another place.",
    )


def refusal(error: BaseException) -> SpotiflowError | None:
    """Say which place has no rights or no space, whoever met that; None for any other error."""
    if not isinstance(error, OSError) or error.errno not in (*_FULL, *_FORBIDDEN):
        return None
    kind = WarehouseError if error.errno in _FULL else HomeError
    return kind(
        f"{error.filename or 'A file or folder'} cannot be used: {error.strerror}.",
        hint="Check its rights and the space on its disk, then run the command again.",
    )
