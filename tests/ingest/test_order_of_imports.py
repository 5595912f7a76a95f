"""Any order and any repetition of imports gives the same plays as all at once.

Every order is a listener of its own in one warehouse, so that one build shows them all.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from spotiflow.core.settings import Settings
from spotiflow.ingest.exports import import_exports
from spotiflow.ingest.listeners import add_listener
from spotiflow.ingest.scrobbles import import_scrobbles
from spotiflow.transform.runner import build
from spotiflow.warehouse.database import open_warehouse
from tests.ingest import builders as b
from tests.ingest import scrobble_builders as s

ORDERS = 12
PLAYS = 260
# Days that each source tells of; scrobbles tell of all.
FIRST_EXPORT, SECOND_EXPORT, ACCOUNT, FROM_SPOTIFY = (0, 25), (10, 32), (20, 38), (24, 45)


@dataclass(frozen=True)
class Play:
    """One play as it was: of a track, from a second to a second; some on another player."""

    number: int
    start: int
    ms_played: int
    elsewhere: bool

    @property
    def end(self) -> int:
        return self.start + self.ms_played // 1000

    def is_in(self, days: tuple[int, int]) -> bool:
        return not self.elsewhere and days[0] <= (self.end - b.FIRST_SECOND) / 86400 < days[1]


def listening() -> list[Play]:
    """About six plays a day for 45 days, with a silence of ten days that hides an island."""
    draw = random.Random(45)
    moment, found = b.FIRST_SECOND, []
    for _ in range(PLAYS):
        moment += draw.choice([1, 1, 2, 40, 9_000, 30_000, 45_000])
        if 12 < (moment - b.FIRST_SECOND) / 86400 < 22:
            moment += draw.choice([0, 10]) * 86400
        ms_played = draw.choice([4_000, 12_000, 175_000, 201_000, 243_000]) + draw.randrange(1000)
        found.append(Play(draw.randrange(40), moment, ms_played, draw.random() < 0.06))
        moment += ms_played // 1000 + 1
    return found


def extended(play: Play, make: Callable[..., b.Record] = b.play_2025, **changes: Any) -> b.Record:
    names = {"ts": b.utc(play.end), "ms_played": play.ms_played}
    return make(play.number) | names | changes


def account(play: Play) -> b.Record:
    return b.account_play(play.number) | {"endTime": b.minute(play.end), "msPlayed": play.ms_played}


def at(play: Play) -> dict[str, str]:
    """The time of a scrobble, as `scrobble_builders` makes it of a number."""
    return {"uts": str(play.start), "utc_time": ""}


def from_spotify(play: Play) -> b.Record:
    return s.spotify_listen(play.number) | {"listened_at": play.end}


def bare_row(play: Play) -> str:
    day = datetime.fromtimestamp(play.start, UTC).strftime("%d %b %Y %H:%M")
    return ",".join([*s.names(play.number), day])


def write_inputs(folder: Path) -> dict[str, Path]:
    plays = listening()
    long_enough = [play for play in plays if play.ms_played >= 30_000]
    first = [extended(p, b.play_2022, platform="iOS 15") for p in plays if p.is_in(FIRST_EXPORT)]
    second = [extended(p, skipped=None) for p in plays if p.is_in(SECOND_EXPORT)]
    video = [extended(p) for p in plays if p.is_in(SECOND_EXPORT)][::7]
    # Last.fm was not there for some of what ListenBrainz fetched from Spotify.
    told = [p for p in long_enough if not (p.is_in(FROM_SPOTIFY) and p.number % 4 == 0)]
    copies = [s.listen(p.number) | {"listened_at": p.start} for p in told[::3]]
    files = {
        "a/endsong_0.json": first,
        "b/Streaming_History_Audio_2023_0.json": second + second[:3],
        "b/Streaming_History_Video_2023.json": video,
        "StreamingHistory_music_0.json": [account(p) for p in plays if p.is_in(ACCOUNT)],
        "recenttracks.csv": s.ghan([s.ghan_row(p.number, **at(p)) for p in told]),
        "anna.csv": s.bare([bare_row(p) for p in told[::2]]),
        "listens.jsonl": s.lines([from_spotify(p) for p in long_enough if p.is_in(FROM_SPOTIFY)] + copies),
    }
    return {name: b.write(folder / name, content) for name, content in files.items()}


def take_in(settings: Settings, listener: str, paths: list[Path]) -> None:
    exports = [path for path in paths if path.name.startswith(("ends", "Stream"))]
    scrobbles = [path for path in paths if path not in exports]
    if exports:
        import_exports(settings, exports, listener_id=listener)
    if scrobbles:
        import_scrobbles(settings, scrobbles, listener_id=listener)


@pytest.mark.long
def test_any_order_and_repetition_gives_the_same_plays(settings: Settings, tmp_path: Path) -> None:
    paths = list(write_inputs(tmp_path / "given").values())
    add_listener(settings, "all-at-once", time_zone="Europe/Berlin")
    take_in(settings, "all-at-once", paths)
    orders = {}
    for seed in range(ORDERS):
        draw = random.Random(seed)
        order = draw.sample(paths, len(paths)) + draw.choices(paths, k=draw.randrange(5))
        draw.shuffle(order)
        listener = add_listener(settings, f"order-{seed}", time_zone="Europe/Berlin").listener_id
        for path in order:
            take_in(settings, listener, [path])
        orders[listener] = [path.name for path in order]
    build(settings, select="+plays")
    expected = plays_of(settings, "all-at-once")
    assert {json.loads(row)["source"] for row in expected} == {
        "extended",
        "account",
        "lastfm",
        "listenbrainz",
    }
    for listener, names in orders.items():
        assert plays_of(settings, listener) == expected, names


def plays_of(settings: Settings, listener: str) -> list[str]:
    """Every play as text, without what names the listener."""
    with open_warehouse(settings, read_only=True) as db:
        rows = db.execute(
            """select to_json(told)::varchar from (
                select * exclude (play_id, listener_id)
                    replace (replace(session_id, listener_id, '') as session_id)
                from silver.plays where listener_id = ?
            ) as told order by all""",
            [listener],
        ).fetchall()
    return [row[0] for row in rows]


@pytest.mark.long
def test_every_play_is_there_once(settings: Settings, tmp_path: Path) -> None:
    """Short plays are told by exports only; others by some source always."""
    add_listener(settings, "me", time_zone="UTC")
    take_in(settings, "me", list(write_inputs(tmp_path / "given").values()))
    build(settings, select="+plays")
    with open_warehouse(settings, read_only=True) as db:
        found = db.execute("select track_name, epoch(started_at)::bigint from silver.plays").fetchall()
    known = (FIRST_EXPORT, SECOND_EXPORT, ACCOUNT)
    expected = [
        play for play in listening() if play.ms_played >= 30_000 or any(play.is_in(days) for days in known)
    ]
    assert len(found) == len(expected)
    for play in expected:
        near = [at for name, at in found if name == f"Song {play.number}" and abs(at - play.start) <= 90]
        assert near, play
