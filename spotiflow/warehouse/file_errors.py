"""What DuckDB says of a file it cannot use, as a sentence that says what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from spotiflow.core.errors import DamagedLogError, HomeError, SpotiflowError, WarehouseError

_FILE_ERRORS = (
    duckdb.IOException,
    duckdb.FatalException,
    duckdb.SerializationException,
    duckdb.OutOfMemoryException,
)


@contextmanager
def as_home_error(path: Path) -> Iterator[None]:
    """Turn what DuckDB says of a damaged file or a full disk into a sentence."""
    try:
        yield
    except SpotiflowError:
        raise
    except _FILE_ERRORS as error:
        raise translated(error, path) from error
    except duckdb.TransactionException as error:
        if "Failed to commit" not in str(error):
            raise
        raise translated(error, path) from error


def translated(error: duckdb.Error, path: Path) -> SpotiflowError:
    """Return the sentence for what DuckDB says of the file at `path`."""
    text = str(error)
    if "replaying WAL file" in text:
        return DamagedLogError(
            f"{path}.wal, the log of what was stored last, is damaged: what it has from the damaged place on "
            "is lost. The warehouse itself is good.",
            hint="Keep everything before that place, and a copy of the log: spotiflow doctor --fix",
        )
    if "No space left" in text or "could not write" in text.lower():
        # DuckDB also writes elsewhere: a target, or what does not fit into memory.
        named = re.search(r'file "([^"]+)"', text)
        return WarehouseError(
            f"The disk that holds {named[1] if named else path} is full; nothing of this step was stored.",
            hint="Free some space and run the command again.",
        )
    if isinstance(error, duckdb.OutOfMemoryException):
        return WarehouseError(
            "This needs more memory than memory_limit allows, or more room for the rest than there is "
            f"on the disk that holds {path}.",
            hint="Raise memory_limit in config.toml, or free some space.",
        )
    if "ermission denied" in text or "ead-only file system" in text:
        return HomeError(
            f"{path} cannot be opened for this command: {text.splitlines()[0]}",
            hint="Check the rights of the folder, or set SPOTIFLOW_HOME to one that you may write to.",
        )
    if "not a valid DuckDB database file" in text or "serialized with" in text:
        return WarehouseError(
            f"{path} is not a DuckDB file this version can read.",
            hint="Move it away and import your data again, or restore a backup.",
        )
    return WarehouseError(
        f"{path} cannot be used: {text.splitlines()[0]}", hint="The log file has the details."
    )
