"""What can go wrong with Spotify, in the words and shapes it was recorded in."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Fault:
    """One wrong answer.

    `manner`: `reply`, `hang` (no answer), `cut` (no answer, closed), `cut_inside` the body,
    `endless` (a body that never ends).
    """

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    manner: str = "reply"

    @property
    def payload(self) -> bytes:
        """The bytes of the body: text as it is, everything else as JSON."""
        if self.body is None:
            return b""
        return self.body.encode() if isinstance(self.body, str) else json.dumps(self.body).encode()


def error(status: int, message: str | None = None, **more: Any) -> dict[str, Any]:
    """Return the error body of the Web API."""
    return {"error": {"status": status} | ({"message": message} if message else {}) | more}


def oauth(status: int, word: str, description: str) -> Fault:
    """Return an error of the accounts service."""
    return Fault(status, {"error": word, "error_description": description})


PREMIUM = (
    "Active premium subscription required for the owner of the app. When the subscription status changes, "
    "it can take a few hours before requests are allowed again."
)
HTML = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
QUOTA = error(429, "Too many requests", reason="QUOTA_EXCEEDED")
SLOW = error(429, "API rate limit exceeded")

EXPIRED = Fault(401, error(401, "The access token expired"))
INVALID = Fault(401, error(401, "Invalid access token"))
SCOPE = Fault(403, error(403, "Insufficient client scope"))
BARE_403 = Fault(403, error(403))
FORBIDDEN = Fault(403, error(403, "Forbidden"))
NO_PREMIUM_TEXT = Fault(403, PREMIUM)
NO_PREMIUM_JSON = Fault(403, error(403, PREMIUM))
NOT_LISTED = Fault(403, "Check settings on developer.spotify.com/dashboard, the user may not be registered.")
NOT_FOUND = Fault(404, error(404, "non existing id"))
BAD_LIMIT = Fault(400, error(400, "Invalid limit"))
GONE = Fault(410, "gone")
LIMIT_SHORT = Fault(429, SLOW, {"Retry-After": "1"})
LIMIT_ZERO = Fault(429, None, {"Retry-After": "0"})
LIMIT_SILENT = Fault(429, SLOW)
LIMIT_LONG = Fault(429, SLOW, {"Retry-After": "3600"})
LIMIT_EMPTY = Fault(429, {}, {"retry-after": "13749"})
LIMIT_DATE = Fault(429, SLOW, {"Retry-After": "Fri, 31 Dec 2100 23:59:59 GMT"})
LIMIT_GARBAGE = Fault(429, SLOW, {"Retry-After": "soon"})
LIMIT_HUGE = Fault(429, SLOW, {"Retry-After": "1e300"})
LIMIT_WORD = Fault(429, {"error": "slow down"})
LIMIT_LIST = Fault(429, ["slow down"])
QUOTA_LONG = Fault(429, QUOTA, {"Retry-After": "85771"})
QUOTA_SILENT = Fault(429, QUOTA)
QUOTA_SHORT = Fault(429, QUOTA, {"Retry-After": "5"})
BROKEN_500 = Fault(500, error(500, "Server error"))
BROKEN_502 = Fault(502, HTML)
BROKEN_503 = Fault(503, "upstream connect error")
BROKEN_503_LONG = Fault(503, "maintenance", {"Retry-After": "7200"})
HTML_200 = Fault(200, HTML, {"Content-Type": "text/html"})
NO_CONTENT = Fault(204)
EMPTY_200 = Fault(200, "")
TRUNCATED = Fault(200, '{"items": [{"played_at": "2026-11-2')
NUMBER_200 = Fault(200, 7)
LIST_200 = Fault(200, [])
NULL_ITEMS = Fault(200, {"items": None})
WORD_ITEMS = Fault(200, {"items": "none"})
WRONG_ZIP = Fault(200, "this is not compressed", {"Content-Encoding": "gzip"})
REDIRECT = Fault(302, "", {"Location": "/v1/me/player/recently-played?again=1"})
HANG = Fault(manner="hang")
CUT = Fault(manner="cut")
CUT_INSIDE = Fault(manner="cut_inside")
ENDLESS = Fault(manner="endless")

REVOKED = oauth(400, "invalid_grant", "Refresh token revoked")
ENDED = oauth(400, "invalid_grant", "Refresh token expired")
UNKNOWN_CLIENT = oauth(400, "invalid_client", "Invalid client")
NO_TOKEN = Fault(200, {"token_type": "Bearer", "expires_in": 3600})
ODD_TOKEN = Fault(200, ["token"])
