"""Files for their owner only: written whole or not at all, copied with a digest, locked where two may write.

Locks are the kernel's, on a file that stays: a killed process loses them, and nothing has to be tidied.
They are flock's, not lockf's: those are lost when any other part of the process closes the same file.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, TextIO

from spotiflow.core.errors import HomeError, InputError

COPY_BYTES = 1024**2
LOCK_RETRY_SECONDS = 0.25
PRIVATE = 0o077
_HELD = (errno.EAGAIN, errno.EACCES)
_usual_rights: list[int] = []


def keep_private() -> None:
    """Let every file this process makes be 0600 and every folder 0700."""
    before = os.umask(PRIVATE)
    if not _usual_rights:
        _usual_rights.append(before)


@contextmanager
def rights_as_usual() -> Iterator[None]:
    """Write with the rights that the person's shell asks for: a picture or table they want to hand on."""
    before = os.umask(_usual_rights[0] if _usual_rights else PRIVATE)
    try:
        yield
    finally:
        os.umask(before)


@contextmanager
def private_draft(path: Path, rights: int = 0o600) -> Iterator[IO[bytes]]:
    """Yield a new file that takes the place of `path` when the block ends well, and vanishes otherwise.

    It is complete on the disk before it takes its name, so that a kill leaves no half file; only then it gets
    other `rights`. Raises OSError.
    """
    handle, draft = tempfile.mkstemp(prefix=f".{path.name[:100]}-", dir=path.parent)  # 0600 from the start
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(draft).chmod(rights)
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def write_private(path: Path, content: str | bytes) -> None:
    """Write a file that only its owner can read, whole or not at all. Raises OSError."""
    with private_draft(path) as file:
        file.write(content.encode("utf-8") if isinstance(content, str) else content)


def write_output(path: Path, content: str) -> None:
    """Write a file that a person named, to look at or to hand on: whole or not at all, with their usual rights.

    Raises InputError where it cannot be written.
    """
    try:
        if path.exists() and not path.is_file():
            raise OSError(errno.EINVAL, "it is there already and is no file")
        with rights_as_usual():
            mask = os.umask(PRIVATE)
            os.umask(mask)
        with private_draft(path, 0o666 & ~mask) as file:
            file.write(content.encode("utf-8"))
    except OSError as error:
        raise InputError(
            f"{path} cannot be written: {error.strerror}.",
            hint="Name a file in a folder that exists and that you may write to.",
        ) from error


def copy_private(source: Path, target: Path) -> dict[str, Any]:
    """Copy a file to one that only its owner can read; return the sha256 and size of what was read.

    Raises OSError.
    """
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as stream, private_draft(target) as copy:
        while block := stream.read(COPY_BYTES):
            digest.update(block)
            size += copy.write(block)
    return {"sha256": digest.hexdigest(), "bytes": size}


def sync_folder(folder: Path) -> None:
    """Wait until the disk has the names in a folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def locked(path: Path, *, seconds: float | None = None) -> Iterator[TextIO]:
    """Hold a lock file for its time, and yield it; `seconds` is how long to wait for it, None for ever.

    Raises BlockingIOError where another process holds it longer, HomeError on a drive without locks.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "r+", encoding="utf-8") as file:
        _lock(file, path, seconds)
        yield file


def _lock(file: TextIO, path: Path, seconds: float | None) -> None:
    deadline = time.monotonic() + seconds if seconds is not None else None
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if deadline is None else fcntl.LOCK_NB))
            return
        except BlockingIOError:
            if deadline is None or time.monotonic() >= deadline:
                raise
        except OSError as error:
            raise _no_locks(path.parent, error) from error
        time.sleep(min(LOCK_RETRY_SECONDS, seconds or LOCK_RETRY_SECONDS))


def is_locked(path: Path) -> bool:
    """Whether another process holds a lock file now; only reads. Raises OSError where it cannot be read."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def require_locks(folder: Path) -> None:
    """Raise HomeError for a folder on a drive that locks nothing, as Samba and NFS drives often do not.

    Both kinds are tried on a file of its own: DuckDB takes the one, our lock files are of the other. Where
    nothing can be written, nothing is said.
    """
    try:
        probe = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 (closed below)
    except OSError:
        return
    kinds: tuple[Callable[[IO[bytes], int], None], ...] = (fcntl.flock, fcntl.lockf)
    with probe:
        for lock in kinds:
            try:
                lock(probe, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise _no_locks(folder, error) from error


def _no_locks(folder: Path, error: OSError) -> HomeError:
    return HomeError(
        f"{folder} is on a drive that cannot lock files ({error.strerror}); without locks two programs could "
        "write to the warehouse at once and spoil it.",
        hint="Set SPOTIFLOW_HOME to a folder on a disk of this machine.",
    )
