"""What Spotify answered, read from the answer itself: spotipy's exceptions lose parts of it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests
from spotipy.exceptions import SpotifyBaseException

from spotiflow.core.redaction import redact
from spotiflow.ingest.http import LimitedSession, retry_after

QUOTA_EXCEEDED = "QUOTA_EXCEEDED"


@dataclass(frozen=True)
class Reply:
    """One answer. `status` is None where none came; `body` the JSON of it, None where it is empty or no JSON.

    retry_after: seconds Spotify wants us to wait, None where it says nothing usable.
    is_garbled: a success whose body is no JSON. failure: what went wrong on the line, for the log.
    """

    status: int | None
    body: Any = None
    text: str = ""
    retry_after: float | None = None
    failure: str = ""

    @property
    def is_garbled(self) -> bool:
        """Whether Spotify said yes and then something that cannot be read."""
        return self.status is not None and self.status < 300 and self.body is None and self.text.strip() != ""

    @property
    def error(self) -> dict[str, Any]:
        """The error object of the body; empty where there is none."""
        found = self.body.get("error") if isinstance(self.body, dict) else None
        return found if isinstance(found, dict) else {}

    @property
    def oauth_error(self) -> str | None:
        """The error word of the accounts service."""
        found = self.body.get("error") if isinstance(self.body, dict) else None
        return found if isinstance(found, str) else None

    @property
    def is_quota(self) -> bool:
        """Whether the daily quota is used up, and not only the rate limit."""
        return self.error.get("reason") == QUOTA_EXCEEDED

    @property
    def message(self) -> str:
        """What Spotify says, on one line without secrets; empty where it says nothing."""
        said = self.error.get("message") or (self.text if self.body is None else "")
        return redact(" ".join(str(said).split()))[:160]


class Listening(LimitedSession):
    """A session that remembers its last answer, also where spotipy fails to read it."""

    def __init__(self, most_seconds: float) -> None:
        """Start with no answer."""
        super().__init__(most_seconds)
        self.last: requests.Response | None = None
        self.hooks["response"].append(self._remember)

    def _remember(self, response: requests.Response, *_: Any, **__: Any) -> None:
        self.last = response

    def reply_to(self, send: Callable[[], Any]) -> Reply:
        """Send something with spotipy through this session and return what came back."""
        self.last = None
        try:
            send()
        except requests.exceptions.InvalidJSONError:
            pass  # An answer came; it is read below.
        except requests.RequestException as error:
            return Reply(None, failure=type(error).__name__)
        except (SpotifyBaseException, AttributeError, KeyError, TypeError):
            # spotipy reads some error bodies wrongly and then fails by itself.
            if self.last is None:
                raise
        return _read(self.last)


def _read(response: requests.Response | None) -> Reply:
    if response is None:
        return Reply(None, failure="no answer")
    body = None
    with contextlib.suppress(ValueError, RecursionError):
        body = response.json()
    return Reply(response.status_code, body, response.text, retry_after(response.headers))
