"""The lock that only one run, backup or restore of a home can have at a time, and that names its holder.

It is a lock of the kernel, which a killed process loses: nothing is left behind that has to be cleaned up.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from spotiflow.core.errors import WaitError
from spotiflow.core.files import is_locked
from spotiflow.core.settings import Settings
from spotiflow.warehouse.database import prepare_home
from spotiflow.warehouse.waiting import RETRY_SECONDS

LOCK = "run.lock"


@dataclass(frozen=True)
class Holder:
    """Who has the lock: command, process and since when (UTC)."""

    command: str
    pid: int
    since: datetime

    def __str__(self) -> str:
        """Return it in words; the time is this machine's."""
        return f"{self.command} (process {self.pid}, since {self.since.astimezone():%Y-%m-%d %H:%M:%S})"


@contextmanager
def only_one(settings: Settings, command: str) -> Iterator[None]:
    """Hold the lock of a home for as long as a run, backup or restore takes.

    Waits `lock_wait_seconds` for another holder, then raises WaitError (exit code 4) that names it: its
    process, its command and since when. Raises HomeError where the home cannot be written.
    """
    prepare_home(settings)
    with _opened(settings.home / LOCK) as handle:
        _wait(handle, settings)
        os.ftruncate(handle, 0)
        since = datetime.now(UTC).isoformat(timespec="seconds")
        os.pwrite(handle, json.dumps({"pid": os.getpid(), "command": command, "since": since}).encode(), 0)
        try:
            yield
        finally:
            # Emptied and not removed: a process that waits has it open.
            os.ftruncate(handle, 0)


def lock_holder(settings: Settings) -> Holder | None:
    """Return who has the lock of a home now; None for nobody, also where the last holder was killed.

    Only reads, so that it works on a home that cannot be written. Raises OSError where it cannot be read.
    """
    path = settings.home / LOCK
    note = _note(path.read_bytes()) if path.exists() else None
    # Nobody is kept from the lock for nothing: without a note nobody is asked for.
    return note if note and is_locked(path) else None


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield handle
    finally:
        os.close(handle)


def _wait(handle: int, settings: Settings) -> None:
    deadline = time.monotonic() + settings.lock_wait_seconds
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= deadline:
                holder = _note(os.pread(handle, 4096, 0)) or "it is just starting"
                raise WaitError(
                    f"Another spotiflow works on {settings.home}: {holder}; "
                    f"waited {settings.lock_wait_seconds:.0f} s for it.",
                    hint="Run the command again when that one is done.",
                ) from None
        time.sleep(min(RETRY_SECONDS, settings.lock_wait_seconds or RETRY_SECONDS))


def _note(text: bytes) -> Holder | None:
    """Read who has the lock, or had it when it was killed; None where nobody has written that yet."""
    try:
        note = json.loads(text)
        return Holder(str(note["command"]), int(note["pid"]), datetime.fromisoformat(note["since"]))
    except (ValueError, KeyError, TypeError):
        return None
