"""How a process ends: by Ctrl+C and SIGTERM in order, with an exit code and a run log that say so."""

from __future__ import annotations

import atexit
import os
import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import NoReturn


class Terminated(KeyboardInterrupt):
    """Somebody asked this process to end (SIGTERM). Whatever takes Ctrl+C well takes this well."""


_ERRORS: dict[int, type[KeyboardInterrupt]] = {signal.SIGINT: KeyboardInterrupt, signal.SIGTERM: Terminated}
_received: list[int] = []


def end_in_order() -> None:
    """From now on the first Ctrl+C or SIGTERM raises KeyboardInterrupt or Terminated in the main thread."""
    _received.clear()
    for number in _ERRORS:
        signal.signal(number, _end)


def interruption() -> KeyboardInterrupt | None:
    """Return what asked this process to end, if something did.

    Libraries turn the exception into one of their own, or swallow it; this does not forget.
    """
    return _ERRORS[_received[0]]() if _received else None


def exit_code_of_interruption() -> int | None:
    """Return what a process exits with that was asked to end, as a shell has it: 130 or 143; else None."""
    return 128 + _received[0] if _received else None


def leave(code: int | str) -> NoReturn:
    """End the process at once: to take dbt's millions of objects apart would take another second."""
    if isinstance(code, str):
        sys.exit(code)
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        # Who reads a pipe may have seen enough.
        with suppress(BrokenPipeError):
            stream.flush()
    os._exit(code)


def _end(number: int, _: FrameType | None) -> None:
    _received.append(number)
    raise _ERRORS[number]
