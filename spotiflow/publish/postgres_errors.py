"""What PostgreSQL's driver says, in sentences and without a password."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from spotiflow.core.errors import SpotiflowError

_GONE = re.compile(
    "server closed the connection|terminating connection|connection to server was lost|"
    "no connection to the server"
)


class PostgresError(SpotiflowError):
    """PostgreSQL could not be reached, or refused something. What was committed before it stands.

    goes_on: whether only this table was refused, so that others can still be published.
    """

    goes_on = False


@contextmanager
def as_postgres_error(table: str | None = None) -> Iterator[None]:
    """Turn what the driver says into a sentence."""
    try:
        yield
    except SpotiflowError:
        raise
    except Exception as error:
        if type(error).__module__.partition(".")[0] != "adbc_driver_manager":
            raise
        raise _translated(str(error), table) from error


def _translated(text: str, table: str | None) -> PostgresError:
    words = reason(text)
    if "2BP01" in text and table:
        return PostgresError(
            f"The columns of {table} have changed, but a view in PostgreSQL still needs the old table.",
            hint=f"Drop that view and publish again; PostgreSQL says: {words}",
        )
    if "55P03" in text and table:
        return PostgresError(
            f"{table} is in use by somebody else in PostgreSQL; it is as it was before.",
            hint="End that transaction (an open query of a dashboard or shell) and publish again.",
        )
    if table and _GONE.search(text):
        return PostgresError(
            f"PostgreSQL went away at {table}; what came before it is published, and no table is half done.",
            hint="When the server answers again, publish again: running it again is safe.",
        )
    if table is None:
        return PostgresError(
            f"PostgreSQL cannot be used: {words}.",
            hint="Check that it runs, and PGHOST, PGPORT, PGDATABASE, PGUSER and PGPASSWORD or ~/.pgpass.",
        )
    return PostgresError(
        f"PostgreSQL refused {table}, which is as it was before: {words}.",
        hint="Mend that and publish again; running it again is safe.",
    )


def reason(text: str) -> str:
    """Return the part of the driver's words that a person can use, on one line and never with a password."""
    found = re.search(r"ERROR:\s*(.+)", text) or re.search(r"(connection to server.+|could not .+)", text)
    line = found[1] if found else text.splitlines()[0]
    return re.sub(r"password=\S+", "password=...", " ".join(line.split()))[:300].rstrip(".")
