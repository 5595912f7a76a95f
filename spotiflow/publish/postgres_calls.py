"""Calls of PostgreSQL's driver that end: it waits inside C, where neither Ctrl+C nor SIGTERM is heard.

A call that does not end in time is given up with its connection; its thread ends with the process.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import parse_qsl, quote, urlencode

from spotiflow.core.background import Background
from spotiflow.publish.postgres_errors import PostgresError

Result = TypeVar("Result")
# Seconds: to connect, for one statement, and for the rows of one table.
CONNECT, STATEMENT, ROWS = 20.0, 300.0, 3600.0
# What libpq is told where the address does not say otherwise: a network that swallows everything is noticed.
_PATIENCE = {
    "connect_timeout": "15",
    "keepalives": "1",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}


def with_patience(uri: str) -> str:
    """Return an address with time-outs and keepalives where it names none."""
    base, _, query = uri.partition("?")
    given = dict(parse_qsl(query, keep_blank_values=True))
    return f"{base}?{urlencode(_PATIENCE | given, safe='/', quote_via=quote)}"


class Calls:
    """Runs calls of one connection; `is_given_up` says that one of them never came back."""

    is_given_up = False

    def run(self, call: Callable[[], Result], seconds: float, what: str = "") -> Result:
        """Return what a call gives, or raise what it raises.

        Raises PostgresError after `seconds`; whatever interrupts the wait gives the call up, too.
        """
        running = Background(call)
        try:
            return running.result(seconds)
        except TimeoutError as error:
            if running.is_done:
                raise
            raise PostgresError(
                f"PostgreSQL has not answered for {seconds:.0f} s{what}; nothing is half done.",
                hint="Look whether the server works, then publish again: running it again is safe.",
            ) from error
        finally:
            self.is_given_up = not running.is_done
