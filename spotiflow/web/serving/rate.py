"""How often somebody may ask: so many requests a minute, with what ListenBrainz says of it in its headers."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass

REQUESTS = 100
WINDOW_SECONDS = 60
# Addresses and tokens that are remembered; the one that was quiet for longest goes first.
MOST_KNOWN = 10_000


@dataclass
class Allowance:
    """What is left of one window."""

    ends_at: float
    used: int = 0

    @property
    def is_over(self) -> bool:
        """Whether this request was one too many."""
        return self.used > REQUESTS

    def headers(self) -> dict[str, str]:
        """Return the headers every answer carries."""
        left = max(1, round(self.ends_at - time.monotonic()))
        found = {
            "x-ratelimit-limit": str(REQUESTS),
            "x-ratelimit-remaining": str(max(0, REQUESTS - self.used)),
            "x-ratelimit-reset-in": str(left),
            "x-ratelimit-reset": str(int(time.time()) + left),
        }
        return found | ({"retry-after": str(left)} if self.is_over else {})


class Rate:
    """Counts the requests of each token, or of each address that has none, in windows of a minute."""

    def __init__(self) -> None:
        """Begin without anybody."""
        self._known: OrderedDict[str, Allowance] = OrderedDict()

    def take(self, who: str) -> Allowance:
        """Count a request, and return what is left of the window."""
        now = time.monotonic()
        found = self._known.pop(who, None)
        if found is None or found.ends_at <= now:
            found = Allowance(now + WINDOW_SECONDS)
        self._known[who] = found
        if len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)
        found.used += 1
        return found
