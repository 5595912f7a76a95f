"""The lock that only one run, backup or restore of a home can have at a time, and that names its holder.

It is a lock of the kernel, which a killed process loses: nothing is left behind that has to be cleaned up.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from spotiflow.core.disk_errors import unwritable
from spotiflow.core.errors import WaitError
from spotiflow.core.files import is_locked, locked
from spotiflow.core.json_text import parse_json
from spotiflow.core.settings import Settings
from spotiflow.warehouse.database import prepare_home

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
    path = settings.home / LOCK
    with ExitStack() as stack:
        try:
            file = stack.enter_context(locked(path, seconds=settings.lock_wait_seconds))
        except BlockingIOError:
            raise _busy(settings, path) from None
        since = datetime.now(UTC).isoformat(timespec="seconds")
        note = json.dumps({"pid": os.getpid(), "command": command, "since": since})
        try:
            # At once, not through the buffer of the file: that would be written a second time when it closes.
            os.ftruncate(file.fileno(), 0)
            os.pwrite(file.fileno(), note.encode(), 0)
        except OSError as error:
            raise unwritable(error, settings.home) from error
        try:
            yield
        finally:
            # Emptied and not removed: a process that waits has it open.
            file.truncate(0)


def lock_holder(settings: Settings) -> Holder | None:
    """Return who has the lock of a home now; None for nobody, also where the last holder was killed.

    Only reads, so that it works on a home that cannot be written. Raises OSError where it cannot be read.
    """
    path = settings.home / LOCK
    note = _note(path.read_bytes()) if path.exists() else None
    # Nobody is kept from the lock for nothing: without a note nobody is asked for.
    return note if note and is_locked(path) else None


def _busy(settings: Settings, path: Path) -> WaitError:
    holder = _note(path.read_bytes()) or "it is just starting"
    return WaitError(
        f"Another spotiflow works on {settings.home}: {holder}; "
        f"waited {settings.lock_wait_seconds:.0f} s for it.",
        hint="Run the command again when that one is done.",
    )


def _note(text: bytes) -> Holder | None:
    """Read who has the lock, or had it when it was killed; None where nobody has written that yet."""
    try:
        note = parse_json(text)
        return Holder(str(note["command"]), int(note["pid"]), datetime.fromisoformat(note["since"]))
    except (ValueError, KeyError, TypeError):
        return None
