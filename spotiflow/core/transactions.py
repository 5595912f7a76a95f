"""One transaction: everything in it is stored, or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from spotiflow.core.console import log


@contextmanager
def transaction(db: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Store all that is done inside, or nothing of it where the block ends with any error."""
    db.begin()
    try:
        yield
        db.commit()
    except BaseException:
        roll_back(db)
        raise


def roll_back(db: duckdb.DuckDBPyConnection) -> None:
    """Undo an open transaction on the way out; what went wrong is told by the error that is on its way.

    Where the commit itself failed, as on a full disk, DuckDB has ended the transaction already and says so.
    """
    try:
        db.rollback()
    except duckdb.Error as error:
        log.info("nothing to roll back: %s", str(error).partition("\n")[0])
