"""Waiting for another process to let go of the warehouse file, and saying who holds it.

DuckDB lets one process write or several read, and does not wait: whoever opens the file while another has it
fails at once. Everything of ours that opens it, dbt included, waits here.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from spotiflow.core.errors import WarehouseBusyError
from spotiflow.core.files import require_locks
from spotiflow.core.processes import describe
from spotiflow.warehouse.file_errors import translated

RETRY_SECONDS = 0.25


def when_free(
    path: Path, seconds: float, connect: Callable[[], duckdb.DuckDBPyConnection]
) -> duckdb.DuckDBPyConnection:
    """Return what `connect` gives, trying for `seconds` while another process holds the file.

    Raises WarehouseBusyError that names the holder, HomeError on a drive without locks, and otherwise as
    `translated` says.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            return connect()
        except duckdb.Error as error:
            if not is_lock(error):
                raise translated(error, path) from error
            # DuckDB says the same of a drive that has no locks.
            require_locks(path.parent)
            if time.monotonic() >= deadline:
                raise _busy(error, path, seconds) from error
        time.sleep(min(RETRY_SECONDS, seconds))


def is_lock(error: duckdb.Error) -> bool:
    """Whether DuckDB could not open a file because another process has it."""
    text = str(error)
    return "Could not set lock" in text or "being used by another process" in text


def _busy(error: duckdb.Error, path: Path, seconds: float) -> WarehouseBusyError:
    holder = re.search(r"held in (?P<program>.+?) \(PID (?P<pid>\d+)\)", str(error))
    who = "another process"
    if holder:
        who = describe(int(holder["pid"]), Path(holder["program"]).name)
    return WarehouseBusyError(
        f"{path} is held by {who}; waited {seconds:.0f} s for it.",
        hint="Close that program (a DuckDB shell, dbt or another spotiflow) and run the command again.",
    )
