"""What the system says of a place without rights or space, as a sentence that names the place."""

from __future__ import annotations

import errno
from pathlib import Path

from spotiflow.core.errors import HomeError, SpotiflowError, WarehouseError

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)


def unwritable(error: OSError, place: Path) -> SpotiflowError:
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


def refusal(error: BaseException, place: Path | None = None) -> SpotiflowError | None:
    """Say which place has no rights or no space, whoever met that; None for any other error.

    place: where it must have been, where the system does not say.
    """
    if not isinstance(error, OSError) or error.errno not in (*_FULL, *_FORBIDDEN):
        return None
    where = error.filename or place or "a file or folder"
    if error.errno in _FULL:
        return WarehouseError(
            f"The disk that holds {where} is full.", hint="Free some space and run the command again."
        )
    return HomeError(
        f"{where} cannot be used: {error.strerror}.", hint="Check its rights, then run the command again."
    )
