"""`spotiflow logs`: the end of the log file, and what is added to it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from spotiflow.core.errors import NotFoundError
from spotiflow.core.redaction import redact
from spotiflow.core.safe_text import safe
from spotiflow.core.settings import Settings

LOOK_SECONDS = 0.5


def last_lines(settings: Settings, n_lines: int) -> list[str]:
    """Return the newest lines of the log, also across its older files. Raises NotFoundError for no log."""
    files = [
        path
        for path in (log_path(settings).with_name("spotiflow.log.1"), log_path(settings))
        if path.exists()
    ]
    if not files:
        raise NotFoundError(
            f"There is no log in {settings.logs_dir} yet.", hint="Run something: spotiflow run"
        )
    lines: deque[str] = deque(maxlen=n_lines)
    for path in files:
        with path.open(encoding="utf-8", errors="replace") as file:
            lines.extend(safe(redact(line.rstrip("\n"))) for line in file)
    return list(lines)


def follow(settings: Settings) -> Iterator[str]:
    """Yield lines as they are added, across a change of files, until the caller stops."""
    path = log_path(settings)
    place = path.stat().st_size if path.exists() else 0
    while True:
        if path.exists():
            size = path.stat().st_size
            place = 0 if size < place else place
            with path.open(encoding="utf-8", errors="replace") as file:
                file.seek(place)
                while (line := file.readline()).endswith("\n"):
                    yield safe(redact(line.rstrip("\n")))
                    place = file.tell()
        time.sleep(LOOK_SECONDS)


def log_path(settings: Settings) -> Path:
    """Return the file that is written now."""
    return settings.logs_dir / "spotiflow.log"
