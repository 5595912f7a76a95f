"""What a process is, by its number: asked of the system, so that nothing has to be written down."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from spotiflow.core.redaction import redact

MOST_CHARACTERS = 80


def describe(pid: int, program: str) -> str:
    """Return a process as a person knows it: command, number, running since when (local time).

    `program` is the name to fall back to where the system does not say more, as of another user's process.
    """
    # Only who waits in vain asks: no other command has to load it.
    import psutil  # type: ignore[import-untyped]

    command, since = program, ""
    try:
        process = psutil.Process(pid)
        since = f", since {datetime.fromtimestamp(process.create_time()):%Y-%m-%d %H:%M:%S}"
        command = _short(process.cmdline()) or program
    except psutil.Error:
        pass
    command = " ".join(redact(command).split())
    if len(command) > MOST_CHARACTERS:
        command = f"{command[:MOST_CHARACTERS]}..."
    return f"{command} (process {pid}{since})"


def is_alive(pid: int) -> bool:
    """Whether a process with this number runs; that of another user counts."""
    import psutil

    return bool(psutil.pid_exists(pid))


def _short(words: list[str]) -> str:
    """Return a command line with the program and its script by name only."""
    return " ".join(Path(word).name if n < 2 else word for n, word in enumerate(words))
