"""ReccoBeats, which knows audio features by Spotify id or ISRC: 40 a call, one call a second.

Its limits are not published and a track it does not know is silently absent, so answers are matched by what
they say of themselves, never by position. It gives no time signature.
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from spotiflow.core.console import log
from spotiflow.core.errors import ApiError, WaitError
from spotiflow.core.settings import Settings
from spotiflow.ingest.files.table_headers import FEATURES
from spotiflow.ingest.http import (
    MOST_ANSWER_BYTES,
    AnswerTooLarge,
    LimitedSession,
    RetryPolicy,
    retry_after,
)

PROVIDER = "reccobeats"
IDS_PER_CALL = 40
TIMEOUT_SECONDS = 15.0
MOST_SECONDS = 60.0
MOST_TRIES = 5
# A longer wait than this ends the command; a later run goes on where it stopped.
LONGEST_WAIT_SECONDS = 60.0
HINT = "What came so far is stored; run the command again later and it goes on."


@dataclass(frozen=True)
class Measured:
    """Features of one recording, by the Spotify id and the ISRC ReccoBeats has for it."""

    track_id: str | None
    isrc: str | None
    features: dict[str, Any]


@dataclass
class ReccoBeats:
    """The line to ReccoBeats. Raises WaitError for limits, ApiError where it cannot be reached or refuses."""

    settings: Settings
    calls: int = 0
    session: LimitedSession = field(default_factory=lambda: LimitedSession(MOST_SECONDS))
    _last_call: float = float("-inf")

    def features_of(self, ids: list[str]) -> list[Measured]:
        """Return what is known of up to 40 Spotify ids or ISRCs; what is unknown is not in it."""
        tries = 0
        while True:
            tries += 1
            response = self._get(ids)
            if response is not None and response.status_code == 200:
                with contextlib.suppress(ValueError, RecursionError):
                    return _read(response.json())
            elif response is not None and response.status_code != 429 and response.status_code < 500:
                raise ApiError(
                    f"ReccoBeats refused the question (status {response.status_code}).",
                    hint=HINT,
                    status=response.status_code,
                )
            self._wait(response, tries)

    def _get(self, ids: list[str]) -> requests.Response | None:
        pause = self._last_call + self.settings.reccobeats_pause_seconds - time.monotonic()
        if pause > 0:
            time.sleep(pause)
        self._last_call = time.monotonic()
        self.calls += 1
        try:
            return self.session.get(
                f"{self.settings.reccobeats_url}/v1/audio-features",
                params={"ids": ",".join(ids)},
                timeout=TIMEOUT_SECONDS,
                headers={"Accept": "application/json", "User-Agent": "spotiflow"},
            )
        except AnswerTooLarge as error:
            raise ApiError(
                f"ReccoBeats' answer is larger than {MOST_ANSWER_BYTES / 1e6:.0f} MB.", hint=HINT
            ) from error
        except requests.RequestException as error:
            log.warning("reccobeats: %s", type(error).__name__)
            return None

    def _wait(self, response: requests.Response | None, tries: int) -> None:
        """Sleep before another try, or give up."""
        status = response.status_code if response is not None else None
        policy = RetryPolicy(MOST_TRIES, 2 * self.settings.reccobeats_pause_seconds, LONGEST_WAIT_SECONDS)
        pause = policy.pause(tries, retry_after(response.headers) if response is not None else None)
        log.warning("reccobeats: %s, try %d", status or "no answer", tries)
        if policy.goes_on(tries, pause):
            time.sleep(pause)
            return
        if status == 429:
            again = datetime.now(UTC).astimezone() + timedelta(seconds=max(pause, LONGEST_WAIT_SECONDS))
            raise WaitError(f"ReccoBeats takes no more calls now; try again after {again:%H:%M}.", hint=HINT)
        raise _no_answer(status)


def _no_answer(status: int | None) -> ApiError:
    if status is None:
        return ApiError("ReccoBeats cannot be reached.", hint=HINT)
    if status == 200:
        return ApiError("ReccoBeats answered in a form nobody knows.", hint=HINT, status=status)
    return ApiError(f"ReccoBeats is out of order (status {status}).", hint=HINT, status=status)


def _read(body: Any) -> list[Measured]:
    """Raises ValueError for an answer of another form; an entry that is none is left out."""
    content = body.get("content") if isinstance(body, dict) else None
    if not isinstance(content, list):
        raise ValueError("no content")
    return [_measured(entry) for entry in content if isinstance(entry, dict)]


def _measured(entry: dict[str, Any]) -> Measured:
    href, isrc = entry.get("href"), entry.get("isrc")
    track_id = href.rstrip("/").rpartition("/")[2].partition("?")[0] if isinstance(href, str) else None
    features = {name: entry.get(name) for name in FEATURES}
    return Measured(track_id, isrc.upper() if isinstance(isrc, str) else None, features)
