"""The end of a transaction that went wrong."""

from __future__ import annotations

import duckdb

from spotiflow.core.console import log


def roll_back(db: duckdb.DuckDBPyConnection) -> None:
    """Undo an open transaction on the way out; what went wrong is told by the error that is on its way.

    Where the commit itself failed, as on a full disk, DuckDB has ended the transaction already and says so.
    """
    try:
        db.rollback()
    except duckdb.Error as error:
        log.info("nothing to roll back: %s", str(error).partition("\n")[0])
