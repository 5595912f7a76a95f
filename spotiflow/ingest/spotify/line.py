"""The line to Spotify: sends, retries, waits as Spotify asks, and gives up in a way that can be resumed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from spotiflow.core.console import log
from spotiflow.core.errors import ApiError, WaitError
from spotiflow.core.settings import Settings
from spotiflow.ingest.http import MOST_ANSWER_BYTES, AnswerTooLarge, RetryPolicy
from spotiflow.ingest.spotify.ledger import Ledger, waiting
from spotiflow.ingest.spotify.replies import Listening, Reply

MOST_TRIES = 4
# One answer in all may take as many times the wait for a piece of it.
PIECES = 6
# Where Spotify names no time: an hour for the quota of a rolling day, a minute for the rate limit.
QUOTA_SECONDS = 3600.0
RATE_LIMIT_SECONDS = 60.0


@dataclass
class Line:
    """Everything that goes to Spotify in one run goes through here."""

    settings: Settings
    ledger: Ledger
    session: Listening = field(init=False)
    policy: RetryPolicy = field(init=False)

    def __post_init__(self) -> None:
        """Take the limits from the settings."""
        settings = self.settings
        self.session = Listening(settings.spotify_timeout_seconds * PIECES)
        self.policy = RetryPolicy(
            MOST_TRIES, settings.spotify_first_wait_seconds, settings.spotify_longest_wait_seconds
        )

    def ask(self, endpoint: str, send: Callable[[], Any]) -> Reply:
        """Send until an answer is final: a success, or a refusal that the caller judges.

        Sleeps at most three times. Raises WaitError for limits (remembered in the ledger), ApiError when
        Spotify cannot be reached or does not recover.
        """
        for n_failed in range(1, MOST_TRIES + 1):
            self.ledger.check(endpoint)
            self.ledger.count(endpoint)
            reply = self.session.reply_to(send)
            if not _is_passing(reply):
                return reply
            log.warning("%s: %s", endpoint, reply.status or reply.failure)
            pause = self.policy.pause(n_failed, reply.retry_after)
            if reply.is_quota or pause > self.policy.longest_seconds:
                raise self._wait(endpoint, reply, pause)
            if reply.failure == AnswerTooLarge.__name__ or not self.policy.goes_on(n_failed, pause):
                break
            time.sleep(pause)
        if reply.status == 429:
            raise self._wait(endpoint, reply, RATE_LIMIT_SECONDS)
        raise _no_answer(reply)

    def _wait(self, endpoint: str, reply: Reply, seconds: float) -> WaitError:
        if reply.is_quota and reply.retry_after is None:
            seconds = QUOTA_SECONDS
        reason = "daily quota used up" if reply.is_quota else "too many calls"
        if reply.status != 429:
            reason = "out of service"
        return waiting(self.ledger.back_off(endpoint, seconds, reason))


def _is_passing(reply: Reply) -> bool:
    return reply.status is None or reply.status == 429 or reply.status >= 500 or reply.is_garbled


def _no_answer(reply: Reply) -> ApiError:
    hint = "Nothing was lost; run the command again later."
    if reply.failure == AnswerTooLarge.__name__:
        return ApiError(f"Spotify's answer is larger than {MOST_ANSWER_BYTES / 1e6:.0f} MB.", hint=hint)
    if reply.status is None and "Timeout" in reply.failure:
        return ApiError("Spotify did not answer in time.", hint=hint)
    if reply.status is None:
        return ApiError("Spotify cannot be reached: this machine seems to be offline.", hint=hint)
    if reply.is_garbled:
        return ApiError("Spotify answered something that is no JSON.", hint=hint, status=reply.status)
    return ApiError(f"Spotify is out of order (status {reply.status}).", hint=hint, status=reply.status)
