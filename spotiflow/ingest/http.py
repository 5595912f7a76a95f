"""How we ask a service on the network: limited in size and time, following nobody, retrying by one policy.

`requests` limits the wait for each piece of an answer only: a server that sends a little now and then, or without
end, holds a process for ever or fills its memory. Headers are limited by Python itself, in number and length.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import requests

T = TypeVar("T")

BLOCK_BYTES = 64 * 1024
# A page of 50 plays or 40 tracks has some 300 kB.
MOST_ANSWER_BYTES = 8_000_000
# Longer waits than anybody saw (24 h) are a broken header, not a plan.
LONGEST_RETRY_AFTER_SECONDS = 48 * 3600.0


class AnswerTooLarge(requests.RequestException):
    """An answer that is larger than any of its kind can be; the rest of it was not read."""


class LimitedSession(requests.Session):
    """A session whose answers are read whole, up to a size and within a time."""

    def __init__(self, most_seconds: float, most_bytes: int = MOST_ANSWER_BYTES) -> None:
        """`most_seconds` is for one answer in all, from the question to its last byte."""
        super().__init__()
        self.most_seconds, self.most_bytes = most_seconds, most_bytes
        # The token in a request stays: without this an entry in ~/.netrc would replace it.
        self.auth = _as_it_is

    def get_redirect_target(self, _: requests.Response) -> None:
        """Follow nobody: the addresses are the service's own, and a token goes along."""

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """Send one request and return its answer, whole.

        Raises AnswerTooLarge, requests.Timeout, and what requests raises.
        """
        deadline = time.monotonic() + self.most_seconds
        send = super().send

        def ask() -> requests.Response:
            response = send(request, **options | {"stream": True})
            _read_into(response, self.most_bytes, deadline)
            return response

        return within(self.most_seconds, ask)


def within(seconds: float, work: Callable[[], T]) -> T:
    """Return what `work` returns; raises requests.Timeout after so many seconds, whatever it waits for."""
    done: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(work())
        except BaseException as error:
            failed.append(error)

    # A daemon: one that hangs on the line does not keep the process.
    worker = threading.Thread(target=run, daemon=True)
    worker.start()
    worker.join(seconds)
    if failed:
        raise failed[0]
    if not done:
        raise requests.Timeout(f"no whole answer within {seconds:g} s")
    return done[0]


@dataclass(frozen=True)
class RetryPolicy:
    """How often something is tried, and how long is waited in between."""

    tries: int
    first_seconds: float
    longest_seconds: float

    def pause(self, n_failed: int, asked: float | None) -> float:
        """Return the seconds to wait after so many tries: as the service asks, else doubled each time."""
        return asked or self.first_seconds * 2.0 ** (n_failed - 1)

    def goes_on(self, n_failed: int, pause: float) -> bool:
        """Whether there is another try after this pause."""
        return n_failed < self.tries and pause <= self.longest_seconds


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds a service asks us to wait, as a number or a date; None where it says nothing usable."""
    header = headers.get("Retry-After") or ""
    try:
        seconds = float(header)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):
            return None
    # 0 would mean to hammer; NaN compares false.
    return min(seconds, LONGEST_RETRY_AFTER_SECONDS) if seconds > 0 else None


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _read_into(response: requests.Response, most_bytes: int, deadline: float) -> None:
    """Read the body, decoded, into the response, as requests itself does without any limit."""
    blocks, size = [], 0
    for block in response.iter_content(BLOCK_BYTES):
        size += len(block)
        if size > most_bytes:
            response.close()
            raise AnswerTooLarge(f"over {most_bytes:,} bytes", response=response)
        if time.monotonic() > deadline:
            response.close()
            raise requests.Timeout("the answer did not end", response=response)
        blocks.append(block)
    response._content = b"".join(blocks)
    response._content_consumed = True
