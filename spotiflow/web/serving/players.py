"""Which players may submit, and what each plays: the tokens as the file has them now, the rest in memory."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from spotiflow.core.console import log
from spotiflow.core.errors import HomeError
from spotiflow.core.settings import Settings
from spotiflow.ingest.submissions.payload import name_of_client, seconds_of
from spotiflow.ingest.submissions.spool import Batch, read, waiting
from spotiflow.ingest.submissions.tokens import Token, digest_of, read_tokens, tokens_path
from spotiflow.web.live import Live, Playing, Submitted

# A track of which nobody says how long it is, is not shown for ever.
USUAL_SECONDS = 600.0
NEWEST = 20


@dataclass(frozen=True)
class _Known:
    stamp: tuple[int, int, int] | None
    tokens: Mapping[str, Token]


class Players:
    """The tokens of a home and what is played with them."""

    def __init__(self, settings: Settings) -> None:
        """Remember whose home it is."""
        self._settings = settings
        self._known = _Known(None, {})
        self._playing: dict[str, Playing] = {}
        self._lock = threading.Lock()

    @property
    def is_any(self) -> bool:
        """Whether anybody may submit."""
        return bool(self._tokens())

    def of(self, plain: str) -> Token | None:
        """Return the token that this is, None for one that nobody has."""
        return self._tokens().get(digest_of(plain))

    def plays(self, token: Token, listen: Mapping[str, Any]) -> None:
        """Remember what a player plays until it must have ended."""
        track, now = listen["track_metadata"], datetime.now(UTC).replace(tzinfo=None)
        until = now + timedelta(seconds=seconds_of(listen) or USUAL_SECONDS)
        found = Playing(
            token.listener_id,
            track["track_name"],
            track["artist_name"],
            track.get("release_name"),
            name_of_client(listen) or token.note,
            now,
            until,
        )
        with self._lock:
            self._playing[token.sha256] = found

    def live(self) -> Live:
        """Return what plays and what waits now."""
        now = datetime.now(UTC).replace(tzinfo=None)
        tokens = self._tokens()
        with self._lock:
            # Who was forgotten, or whose token was removed, plays nothing here any more.
            kept = {key: one for key, one in self._playing.items() if key in tokens and one.until > now}
            self._playing = kept
        playing = sorted(kept.values(), key=lambda one: one.since, reverse=True)
        batches = waiting(self._settings)
        counts: dict[str, int] = {}
        for batch in batches:
            counts[batch.listener_id] = counts.get(batch.listener_id, 0) + batch.count
        seen = repr((playing, [batch.path.name for batch in batches])).encode()
        return Live(
            playing,
            sorted(counts.items()),
            newest_of(batches, NEWEST),
            len(tokens),
            hashlib.sha256(seen).hexdigest()[:12],
        )

    def _tokens(self) -> Mapping[str, Token]:
        """Return the tokens by their digest; the file is read again when it has changed."""
        try:
            fact = tokens_path(self._settings).stat()
        except OSError:
            return {}
        stamp = (fact.st_ino, fact.st_size, fact.st_mtime_ns)
        if self._known.stamp != stamp:
            try:
                found = read_tokens(self._settings)
            except HomeError as error:
                log.error("%s", error.message)
                found = ()
            self._known = _Known(stamp, {token.sha256: token for token in found})
        return self._known.tokens


def newest_of(batches: list[Batch], most: int) -> list[Submitted]:
    """Return the listens that came last, the last first."""
    found: list[Submitted] = []
    for batch in reversed(batches):
        if len(found) >= most:
            break
        for listen in reversed(read(batch) or []):
            track = listen["track_metadata"]
            found.append(
                Submitted(
                    batch.listener_id,
                    track["track_name"],
                    track["artist_name"],
                    track.get("release_name"),
                    name_of_client(listen),
                    datetime.fromtimestamp(listen["listened_at"], UTC).replace(tzinfo=None),
                )
            )
    return found[:most]
