"""A week of invented listening: what really was played, what polling can see of it when, and its export."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.fakes.spotify_data import play, track
from tests.ingest import builders

Window = tuple[datetime, datetime]

MONDAY = datetime(2026, 11, 9)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
POLL_EVERY = timedelta(minutes=30)
# On Wednesday Spotify is out of order for ten hours, in which more is played than it remembers.
OUTAGE = (MONDAY + 2 * DAY + 10 * HOUR, MONDAY + 2 * DAY + 20 * HOUR)
QUOTA_LOCK = (MONDAY + 3 * DAY + 9 * HOUR, MONDAY + 3 * DAY + 15 * HOUR)
LOGIN_ENDS = (MONDAY + 4 * DAY + 9 * HOUR, MONDAY + 4 * DAY + 12 * HOUR)
HELD = (MONDAY + 5 * DAY + 8 * HOUR, MONDAY + 5 * DAY + 9 * HOUR)
OFFLINE = (MONDAY + 4 * DAY + 15 * HOUR, MONDAY + 4 * DAY + 20.5 * HOUR)


@dataclass(frozen=True)
class RealPlay:
    """What really happened. `seen_at`: when Spotify hears of it, later than its end for an offline play."""

    number: int
    started_at: datetime
    ended_at: datetime
    seen_at: datetime

    @property
    def ms_played(self) -> int:
        """Milliseconds between start and end."""
        return round((self.ended_at - self.started_at).total_seconds() * 1000)

    @property
    def is_short(self) -> bool:
        """Whether polling never shows it."""
        return self.ms_played < 30_000


def listening() -> list[RealPlay]:
    """Return every play of the week, in order."""
    draw = random.Random(20261109)
    plays = []
    for day in range(7):
        start = MONDAY + day * DAY
        for hour, number in ((8.2, 12), (13.1, 8), (20.7, 22)):
            plays += list(_session(draw, start + hour * HOUR, number))
    plays += list(_session(draw, OUTAGE[0] + 4 * HOUR, 75))
    offline = [replace(p, seen_at=OFFLINE[1]) for p in _session(draw, OFFLINE[0], 3, skips=0)]
    return sorted(plays + offline, key=lambda p: p.ended_at)


def _session(draw: random.Random, start: datetime, n: int, skips: float = 0.15) -> Iterator[RealPlay]:
    moment, number = start, 0
    for _ in range(n):
        # One in ten songs is heard twice in a row.
        number = number if draw.random() < 0.1 else draw.randrange(60)
        length = timedelta(milliseconds=track(number)["duration_ms"])
        heard = timedelta(seconds=draw.randrange(3, 28)) if draw.random() < skips else length
        yield RealPlay(number, moment, moment + heard, moment + heard)
        moment += heard + timedelta(seconds=draw.randrange(0, 5))


def visible(plays: list[RealPlay], moment: datetime) -> list[dict[str, Any]]:
    """Return what Spotify knows at a moment, as recently-played gives it."""
    return [play(p.number, p.ended_at) for p in plays if p.seen_at <= moment and not p.is_short]


def export(plays: list[RealPlay], path: Path) -> Path:
    """Write the extended export of these plays."""
    records = [_record(p) for p in sorted(plays, key=lambda p: p.seen_at)]
    name = f"{builders.EXTENDED_FOLDER}/Streaming_History_Audio_2026.json"
    return builders.write_zip(path, {name: records})


def _record(p: RealPlay) -> builders.Record:
    details = track(p.number)
    is_offline = p.seen_at != p.ended_at
    return builders.play(
        ts=f"{p.seen_at:%Y-%m-%dT%H:%M:%SZ}",
        ms_played=p.ms_played,
        spotify_track_uri=details["uri"],
        master_metadata_track_name=details["name"],
        master_metadata_album_artist_name=details["artists"][0]["name"],
        master_metadata_album_album_name=details["album"]["name"],
        reason_end="fwdbtn" if p.is_short else "trackdone",
        offline=is_offline,
        offline_timestamp=int((p.started_at - datetime(1970, 1, 1)).total_seconds()) if is_offline else None,
    )
