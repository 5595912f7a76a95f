"""Calls of PostgreSQL's driver that end: it waits inside C, where neither Ctrl+C nor SIGTERM is heard.

Each call runs in a thread of its own while the main thread waits and hears signals. A call that does not end
in time is given up with its connection; the thread ends with the process.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import parse_qsl, quote, urlencode

from spotiflow.publish.postgres_errors import PostgresError

Result = TypeVar("Result")
# Seconds: to connect, for one statement, and for the rows of one table.
CONNECT, STATEMENT, ROWS = 20.0, 300.0, 3600.0
# How often the main thread looks up.
LOOK = 0.2
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
        done, outcome = threading.Event(), dict[str, Any]()

        def work() -> None:
            try:
                outcome["result"] = call()
            except BaseException as error:
                outcome["error"] = error
            finally:
                done.set()

        threading.Thread(target=work, daemon=True).start()
        self._wait(done, seconds, what)
        if "error" in outcome:
            raise outcome["error"]
        result: Result = outcome["result"]
        return result

    def _wait(self, done: threading.Event, seconds: float, what: str) -> None:
        left = seconds
        try:
            while not done.wait(min(LOOK, left)):
                left -= LOOK
                if left <= 0:
                    raise PostgresError(
                        f"PostgreSQL has not answered for {seconds:.0f} s{what}; nothing is half done.",
                        hint="Look whether the server works, then publish again: running it again is safe.",
                    )
        finally:
            self.is_given_up = not done.is_set()
