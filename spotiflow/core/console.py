"""What the terminal shows: a rich console, progress bars on a terminal and plain lines elsewhere, the log.

A string is printed as it stands: brackets in a name or path are no markup. Styles are those of rich's Text.
"""

from __future__ import annotations

import logging
import logging.handlers
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.segment import Segment

from spotiflow.core.redaction import RedactingFormatter
from spotiflow.core.safe_text import REPLACEMENT, safe
from spotiflow.core.settings import Settings


class SafeConsole(Console):
    """A console that shows no character which a terminal would take for a command, whoever wrote the text.

    No string is taken for rich's markup or the name of an emoji.
    """

    def __init__(self, **options: Any) -> None:
        """Take the options of rich's console."""
        super().__init__(markup=False, emoji=False, highlight=False, **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Yield what rich makes of something, safe."""
        for segment in super().render(renderable, options):
            text = segment.text if segment.control else safe(segment.text)
            yield segment if text == segment.text else Segment(text, segment.style)


console = SafeConsole(soft_wrap=False)
err_console = SafeConsole(stderr=True)
log = logging.getLogger("spotiflow")
# Until start_log has a file, nothing may fall through to the terminal, tracebacks least of all.
log.propagate = False
log.addHandler(logging.NullHandler())

LOG_BYTES = 2_000_000
LOG_FILES = 5
PLAIN_LINE_SECONDS = 5.0

Advance = Callable[[float], None]


def printable(text: str, *, keep: str = "") -> str:
    """Return a text that any terminal and database takes: a name of a file may be no UTF-8 and hold commands
    for the terminal, which become question marks. `keep` are line breaks or tabs that stay.
    """
    readable = safe(text.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
    return "".join(REPLACEMENT if char in "\n\t" and char not in keep else char for char in readable)


def start_log(settings: Settings) -> None:
    """Write the log to `logs/spotiflow.log` in the home, 2 MB a file, five files.

    Without a home, or where it cannot be written, the log stays silent: reading must work all the same.
    """
    # A log that cannot be written, ours or dbt's, would print a traceback: the command tells of a full disk.
    logging.raiseExceptions = False
    log.setLevel(logging.INFO)
    for handler in list(log.handlers):
        log.removeHandler(handler)
        handler.close()
    log.addHandler(log_file(settings, "spotiflow.log"))


def log_file(settings: Settings, name: str) -> logging.Handler:
    """Return what writes to a log file of the home, or nowhere where that cannot be written."""
    path = settings.logs_dir / name
    if not settings.home.is_dir():
        return logging.NullHandler()
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.touch(mode=0o600)
        handler = logging.handlers.RotatingFileHandler(
            path, maxBytes=LOG_BYTES, backupCount=LOG_FILES - 1, encoding="utf-8"
        )
    except OSError:
        return logging.NullHandler()
    handler.setFormatter(RedactingFormatter("%(asctime)s %(process)d %(levelname)s %(message)s"))
    return handler


@contextmanager
def progress(description: str, total: float | None = None) -> Iterator[Advance]:
    """Show how far a long piece of work is; call the yielded function with the steps just done.

    On a terminal: a bar on stderr that goes away when done. Elsewhere: a plain line every few seconds.
    """
    if err_console.is_terminal:
        with _bar(total) as bar:
            task = bar.add_task(description, total=total)
            yield lambda steps: bar.update(task, advance=steps)
        return
    yield _plain(description, total)


def _bar(total: float | None) -> Progress:
    columns = [SpinnerColumn(), TextColumn("{task.description}", markup=False)]
    if total is not None:
        columns += [BarColumn(), MofNCompleteColumn()]
    return Progress(*columns, TimeElapsedColumn(), console=err_console, transient=True)


def _plain(description: str, total: float | None) -> Advance:
    done = 0.0
    last = time.monotonic()

    def advance(steps: float) -> None:
        nonlocal done, last
        done += steps
        if time.monotonic() - last >= PLAIN_LINE_SECONDS:
            last = time.monotonic()
            of = f" of {total:,.0f}" if total is not None else ""
            err_console.print(f"{description}: {done:,.0f}{of}")

    return advance
