"""What is known of this moment: what plays, and which listens are not in the tables yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Playing:
    """What a player said it plays. Times are UTC; it is not shown after `until`."""

    listener_id: str
    track_name: str
    artist_name: str
    album_name: str | None
    client: str
    since: datetime
    until: datetime


@dataclass(frozen=True)
class Submitted:
    """A listen that a player submitted and that waits in the inbox. `listened_at` is UTC."""

    listener_id: str
    track_name: str
    artist_name: str
    album_name: str | None
    client: str
    listened_at: datetime


@dataclass(frozen=True)
class Live:
    """What plays, how many listens wait by listener, the newest of them, how many players may submit.

    state: changes when any of it does.
    """

    playing: Sequence[Playing] = ()
    waiting: Sequence[tuple[str, int]] = ()
    newest: Sequence[Submitted] = ()
    players: int = 0
    state: str = ""
