"""What a process is, by its number: asked of the system, so that nothing has to be written down."""

from __future__ import annotations

import os
import subprocess
import time
from datetime import datetime
from pathlib import Path

from spotiflow.core.redaction import redact

MOST_CHARACTERS = 80


def in_words(pid: int, program: str) -> str:
    """Return a process as a person knows it: command, number, running since when (local time).

    `program` is the name to fall back to where the system does not say more, as of another user's process.
    """
    command, since = _from_proc(pid) or _from_ps(pid) or (program, "")
    command = " ".join(redact(command).split())
    if len(command) > MOST_CHARACTERS:
        command = f"{command[:MOST_CHARACTERS]}..."
    return f"{command} (process {pid}{since})"


def is_alive(pid: int) -> bool:
    """Whether a process with this number runs; that of another user counts."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def _from_proc(pid: int) -> tuple[str, str] | None:
    place = Path(f"/proc/{pid}")
    try:
        words = place.joinpath("cmdline").read_bytes().rstrip(b"\0").split(b"\0")
        # Field 22 is the start in ticks since the machine started; the name in brackets may hold spaces.
        ticks = int(place.joinpath("stat").read_text().rpartition(")")[2].split()[19])
        up = float(Path("/proc/uptime").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None
    age = up - ticks / os.sysconf("SC_CLK_TCK")
    started = datetime.fromtimestamp(time.time() - age)
    command = " ".join(
        Path(word.decode(errors="replace")).name if n < 2 else word.decode(errors="replace")
        for n, word in enumerate(words)
    )
    return (command, f", since {started:%Y-%m-%d %H:%M:%S}") if command else None


def _from_ps(pid: int) -> tuple[str, str] | None:
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program and a number
            ["/bin/ps", "-o", "lstart=,args=", "-p", str(pid)],
            capture_output=True, text=True, check=True, timeout=5, env={"LC_ALL": "C"},
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    # Tue Nov 25 23:01:43 2026 /usr/bin/duckdb file
    parts = done.stdout.split(maxsplit=5)
    return (parts[5].strip(), f", since {' '.join(parts[1:5])}") if len(parts) == 6 else None
