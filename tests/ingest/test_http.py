"""A service that never ends, in any way a service can: the answer is given up, and memory stays as it was."""

from __future__ import annotations

import gzip
import resource
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

from spotiflow.ingest.http import AnswerTooLarge, LimitedSession, RetryPolicy, retry_after

MOST_BYTES = 1_000_000


class Endless(BaseHTTPRequestHandler):
    """Answers a path by its name, and goes on as long as somebody listens."""

    def do_GET(self) -> None:
        with suppress(BrokenPipeError, ConnectionResetError):
            getattr(self, self.path.strip("/").partition("?")[0])()

    def small(self) -> None:
        self._head({"Content-Length": "2"})
        self.wfile.write(b"{}")

    def body(self) -> None:
        self._head({})
        while True:
            self.wfile.write(b"x" * 65536)

    def zipped(self) -> None:
        """A hundred megabytes in a hundred kilobytes."""
        content = gzip.compress(bytes(100_000_000))
        self._head({"Content-Encoding": "gzip", "Content-Length": str(len(content))})
        self.wfile.write(content)

    def trickle(self) -> None:
        self._head({})
        while True:
            self.wfile.write(b"x")
            time.sleep(0.05)

    def header(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        while True:
            self.wfile.write(b"x")
            time.sleep(0.05)

    def headers_without_end(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            self.wfile.write(b"X-More: x\r\n" * 100)

    def elsewhere(self) -> None:
        self._head({"Location": "/small", "Content-Length": "0"}, status=302)

    def _head(self, headers: dict[str, str], status: int = 200) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def served() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Endless)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def ask(address: str, what: str, seconds: float = 20.0) -> requests.Response:
    return LimitedSession(seconds, MOST_BYTES).get(f"{address}/{what}", timeout=5)


def test_a_whole_answer_is_read() -> None:
    with served() as address:
        assert ask(address, "small").json() == {}


@pytest.mark.parametrize("what", ["body", "zipped"])
def test_an_answer_without_end_fills_no_memory(what: str) -> None:
    with served() as address:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with pytest.raises(AnswerTooLarge):
            ask(address, what)
        # The server, which makes the 100 MB, is in this process too.
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 250_000


@pytest.mark.parametrize("what", ["trickle", "header"])
def test_a_little_now_and_then_is_no_answer(what: str) -> None:
    """Each piece comes in time; all of it never does."""
    started = time.monotonic()
    with served() as address, pytest.raises(requests.Timeout):
        ask(address, what, seconds=0.5)
    assert time.monotonic() - started < 10


def test_headers_without_end_are_refused() -> None:
    with served() as address, pytest.raises(requests.RequestException):
        ask(address, "headers_without_end")


def test_nobody_is_followed_elsewhere() -> None:
    with served() as address:
        reply = ask(address, "elsewhere")
    assert (reply.status_code, reply.history) == (302, [])


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("5", 5.0), ("0", None), ("-1", None), ("nan", None), ("soon", None), ("1e300", 172_800.0), ("", None)],
)
def test_what_a_service_asks_us_to_wait(header: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": header}) == seconds


def test_a_date_is_a_wait_too() -> None:
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    assert retry_after({"Retry-After": at}) == pytest.approx(60, abs=5)
    assert retry_after({}) is None


def test_pauses_double_and_end() -> None:
    policy = RetryPolicy(tries=3, first_seconds=2.0, longest_seconds=5.0)
    assert [policy.pause(n, None) for n in (1, 2, 3)] == [2.0, 4.0, 8.0]
    assert policy.pause(1, 30.0) == 30.0
    assert [policy.goes_on(n, policy.pause(n, None)) for n in (1, 2, 3)] == [True, True, False]
    assert not policy.goes_on(1, 30.0)
