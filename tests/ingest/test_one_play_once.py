"""Two sources that tell of the same listening give its number of plays, whatever they get wrong.

A simulated truth of sessions, loops, pauses and other players is told by exports and scrobbles, each with the
faults of its kind. Every pair of sources and both orders of import are listeners of one warehouse.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
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

PLAYS = 3000
MOST_WRONG = 0.005
SEPARATORS = (", ", "; ", " & ", " / ", " feat. ")


@dataclass(frozen=True)
class Play:
    """One play as it was: a track from a second on, paused for so long, on another player or not."""

    track: int
    start: int
    seconds: int
    pause: int
    elsewhere: bool

    @property
    def end(self) -> int:
        return self.start + self.seconds + self.pause


def truth(draw: random.Random) -> list[Play]:
    """Sessions of a few hours over a year and a half, with loops and pauses; every 25th on another player."""
    moment, found = b.FIRST_SECOND, []
    track = 0
    for _ in range(PLAYS):
        loops = draw.random() < 0.08
        track = track if loops else draw.randrange(400)
        moment += draw.choices([0, 1, 3, 600, 20_000, 60_000], [60, 60, 20, 5, 10, 5])[0]
        pause = draw.choices([0, 20, 300, 4_000], [88, 6, 4, 2])[0]
        # The length of a recording is its own.
        seconds = 100 + track * 37 % 250
        found.append(Play(track, moment, seconds, pause, draw.random() < 0.04))
        moment = found[-1].end
    return found


def artists(play: Play) -> tuple[str, str]:
    return f"Band {play.track % 40}", f"Guest {play.track % 17}"


def extended(play: Play, draw: random.Random) -> list[b.Record]:
    """With the device's clock in four of five rows; now and then uploaded twice, or without its names."""
    clock = play.start if draw.random() < 0.8 else None
    record = b.play_2025(play.track) | {
        "ts": b.utc(play.end),
        "ms_played": play.seconds * 1000 - draw.randrange(900),
        "offline_timestamp": clock,
        "master_metadata_track_name": f"Song {play.track}",
        "master_metadata_album_artist_name": artists(play)[0],
    }
    if draw.random() < 0.02:
        record |= dict.fromkeys(("master_metadata_track_name", "master_metadata_album_artist_name"))
    if clock and draw.random() < 0.02:
        return [record, record | {"ts": b.utc(play.end + 7)}]
    return [record]


def account(play: Play, draw: random.Random) -> list[b.Record]:
    record = {
        "endTime": b.minute(play.end),
        "artistName": artists(play)[0],
        "trackName": f"Song {play.track}",
        "msPlayed": play.seconds * 1000 - draw.randrange(900),
    }
    return [record]


def told_artist(play: Play, draw: random.Random) -> str:
    first, guest = artists(play)
    joined = first + draw.choice(SEPARATORS) + guest
    return draw.choices([first, joined, "Various Artists"], [70, 27, 3])[0]


def lastfm(play: Play, draw: random.Random, late: int = 0) -> list[str]:
    title = f"Song {play.track}" + (f" (feat. {artists(play)[1]})" if draw.random() < 0.1 else "")
    moment = play.start + late + draw.randrange(3)
    row = {"uts": str(moment), "utc_time": "", "artist": told_artist(play, draw), "track": title}
    again = [s.ghan_row(play.track, **row | {"uts": str(moment + 1)})] if draw.random() < 0.02 else []
    return [s.ghan_row(play.track, **row), *again]


def listenbrainz(play: Play, draw: random.Random) -> list[b.Record]:
    """Some clients tell the end; where the song was paused as well, no other scrobble could be told from it."""
    tells_end = draw.random() < 0.1 and not play.pause
    listen = s.listen(play.track) | {"listened_at": play.end if tells_end else play.start}
    info = listen["track_metadata"]["additional_info"] | {"duration_ms": play.seconds * 1000}
    names = {"artist_name": told_artist(play, draw), "track_name": f"Song {play.track}"}
    listen["track_metadata"] |= names | {"additional_info": info}
    return [listen]


def write_inputs(folder: Path, plays: list[Play]) -> dict[str, Path]:
    draw = random.Random(17)
    spotify = [play for play in plays if not play.elsewhere]

    def told(by: Callable[..., list[Any]], of: list[Play], **options: int) -> list[Any]:
        return [row for play in of for row in by(play, draw, **options)]

    files = {
        "extended/Streaming_History_Audio_2023.json": told(extended, spotify),
        "account/StreamingHistory_music_0.json": told(account, spotify),
        "lastfm/recenttracks.csv": s.ghan(told(lastfm, plays)),
        "late/recenttracks.csv": s.ghan(told(lastfm, plays, late=40)),
        "listenbrainz/listens.jsonl": s.lines(told(listenbrainz, plays)),
    }
    return {name.split("/")[0]: b.write(folder / name, content) for name, content in files.items()}


PAIRS = [
    ("extended", "lastfm"),
    ("extended", "late"),
    ("extended", "listenbrainz"),
    ("account", "lastfm"),
    ("account", "late"),
    ("lastfm", "listenbrainz"),
    ("extended", "account"),
]


@pytest.mark.long
def test_two_sources_give_the_number_of_plays(settings: Settings, tmp_path: Path) -> None:
    plays = truth(random.Random(3))
    paths = write_inputs(tmp_path / "given", plays)
    for pair in PAIRS:
        for order in (pair, pair[::-1]):
            listener = add_listener(settings, "-".join(order), time_zone="UTC").listener_id
            for source in order:
                take_in = import_exports if source in ("extended", "account") else import_scrobbles
                take_in(settings, [paths[source]], listener_id=listener)
    build(settings, select="+plays")
    with open_warehouse(settings, read_only=True) as db:
        counted = dict(
            db.execute("select listener_id, count(*) from silver.plays where is_play group by 1").fetchall()
        )
    n_on_spotify = sum(not play.elsewhere for play in plays)
    wrong = {}
    for pair in PAIRS:
        right = n_on_spotify if pair == ("extended", "account") else len(plays)
        for order in (pair, pair[::-1]):
            found = counted["-".join(order)]
            if abs(found - right) > MOST_WRONG * right:
                wrong[order] = (found, right)
        assert counted["-".join(pair)] == counted["-".join(pair[::-1])]
    assert wrong == {}
