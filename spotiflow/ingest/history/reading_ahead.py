"""Read the next files while one is stored: both take as long, and each can use a core of its own."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import duckdb

from spotiflow.ingest.files.local_copy import local_copy
from spotiflow.ingest.files.repair import Repair
from spotiflow.ingest.history.packages import HistoryFile
from spotiflow.ingest.history.reader import AForm, Choice, Reader

AHEAD = 2


@dataclass(frozen=True)
class Read:
    """A file that was read: its rows are in `incoming` of this connection until the next one is asked for."""

    db: duckdb.DuckDBPyConnection
    mended: Repair | None
    sha256: str


def read_ahead(
    db: duckdb.DuckDBPyConnection,
    reader: Reader[AForm],
    files: Sequence[HistoryFile[AForm]],
    temp: Path,
    choice: Choice,
) -> Generator[tuple[HistoryFile[AForm], Future[Read]], None, None]:
    """Yield each file with what became of reading it, in the order given; two are read at a time.

    The future raises DamagedEntryError for a member that cannot be unpacked, and what DuckDB raises.
    """
    places = [temp / str(number) for number in range(min(AHEAD, len(files)))]
    with ExitStack() as stack:
        connections = [stack.enter_context(_connection(db)) for _ in places]
        # Closed before the connections are, so that nothing reads any more then.
        pool = stack.enter_context(ThreadPoolExecutor(AHEAD))

        def start(number: int) -> Future[Read]:
            slot = number % AHEAD
            return pool.submit(_read, connections[slot], reader, files[number], places[slot], choice)

        for place in places:
            place.mkdir(mode=0o700)
        pending = [start(number) for number in range(len(places))]
        try:
            for number, file in enumerate(files):
                yield file, pending.pop(0)
                if number + AHEAD < len(files):
                    pending.append(start(number + AHEAD))
        except BaseException:
            for connection in connections:
                connection.interrupt()
            raise


def _connection(db: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Return another connection to the same file, with temporary tables and a clock of its own."""
    connection = db.cursor()
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("set enable_progress_bar = false")
    return connection


def _read(
    db: duckdb.DuckDBPyConnection,
    reader: Reader[AForm],
    file: HistoryFile[AForm],
    place: Path,
    choice: Choice,
) -> Read:
    with local_copy(file.entry, place) as (path, digest):
        mended = reader.read(db, path, file.form, choice)
        return Read(db, mended, digest.result())
