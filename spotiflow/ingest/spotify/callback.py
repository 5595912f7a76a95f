"""The address on this machine to which Spotify sends the browser back after a login."""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from spotiflow.core.errors import LoginNeededError, UsageError
from spotiflow.ingest.spotify.token_store import LOGIN_HINT

HOST = "127.0.0.1"
_PAGE = "<!doctype html><meta charset=utf-8><title>spotiflow</title><p>{}</p>"


@dataclass
class Callback:
    """Waits for one answer that carries the right state; anything else gets a page and changes nothing."""

    port: int
    path: str
    state: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    code: str | None = None
    error: str | None = None
    arrived: threading.Event = field(default_factory=threading.Event)

    @property
    def redirect_uri(self) -> str:
        """The address to register with the Spotify app."""
        return f"http://{HOST}:{self.port}{self.path}"

    def wait(self, seconds: float) -> str:
        """Return the code Spotify sent. Raises LoginNeededError after `seconds`, or for a refusal."""
        if not self.arrived.wait(seconds):
            raise LoginNeededError(
                f"Nobody logged in within {seconds:.0f} seconds.",
                hint=f"{LOGIN_HINT} (on a machine without a browser: spotiflow auth login --no-browser)",
            )
        if self.code is None:
            raise LoginNeededError("The login was refused in the browser.", hint=LOGIN_HINT)
        return self.code

    def answer(self, address: str) -> tuple[int, str]:
        """Take in one request; return status and sentence of the page to show."""
        parts = urlsplit(address)
        if parts.path != self.path:
            return 404, "Nothing is here."
        code, error, state = read_answer(parts.query)
        if not hmac.compare_digest(state.encode(), self.state.encode()):
            return 400, "This answer belongs to another login. Please use the newest address."
        if not (code or error):
            return 400, "Spotify sent no code."
        if not self.arrived.is_set():
            self.code, self.error = (None, error) if error else (code, None)
            self.arrived.set()
        return 200, "Refused: spotiflow reads nothing." if error else "Done. You can close this page."


def read_answer(query: str) -> tuple[str, str, str]:
    """Return code, error and state of the query Spotify sends back; empty where they are missing."""
    values = parse_qs(query)
    return values.get("code", [""])[0], values.get("error", [""])[0], values.get("state", [""])[0]


@contextmanager
def callback_server(port: int, path: str) -> Iterator[Callback]:
    """Listen on `port` of this machine only, or on a free one where it is taken, until the block ends.

    Only what comes to `path` can be an answer.
    """
    server = _bind(port)
    callback = Callback(server.server_address[1], path)

    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            status, sentence = callback.answer(self.path)
            page = _PAGE.format(sentence).encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(page)))
            self.send_header("Referrer-Policy", "no-referrer")
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: Any) -> None:
            """Say nothing: the address of a request holds the code."""

    server.RequestHandlerClass = Handler
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield callback
    finally:
        server.shutdown()
        server.server_close()


def _bind(port: int) -> ThreadingHTTPServer:
    for candidate in (port, 0):
        try:
            return ThreadingHTTPServer((HOST, candidate), BaseHTTPRequestHandler)
        except (OSError, OverflowError):
            continue
    raise UsageError(
        f"No port of {HOST} can be opened for the login.",
        hint="Use the way without a port: spotiflow auth login --no-browser",
    )
