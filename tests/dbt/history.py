"""A small raw history of which the truth is known: what was played, and which source told of it.

Three listeners: `me` with four sources that overlap, `demo`, who is simulated, and `nowhere` without
a time zone.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from spotiflow.core.settings import load_settings
from spotiflow.ingest.history.play_id import PLAY_ID_SQL
from spotiflow.warehouse.database import open_warehouse

TRACKS = 40
PLAYS = 700
# Of the tracks, in milliseconds: a track that is played to its end always lasts as long; the catalogue has every third.
LENGTHS = (200_000, 160_000, 260_000)
# From and to, in days after START, of what each source of `me` tells; lastfm tells of everything.
WINDOWS = {"extended": (0, 12), "account": (8, 22), "api": (20, 30), "lastfm": (0, 99)}
START = datetime(2022, 1, 10, 12, 0, 0)
ZONES = [
    ("me", datetime(2020, 1, 1), "Europe/Berlin"),
    ("me", datetime(2022, 1, 25), "Asia/Kolkata"),
    ("demo", datetime(2020, 1, 1), "America/New_York"),
]


@dataclass(frozen=True)
class Truth:
    """One play as it happened: of a track, at a time, for so long."""

    listener: str
    number: int
    started_at: datetime
    ms_played: int
    elsewhere: bool = False

    @property
    def ended_at(self) -> datetime:
        """When it ended, whole seconds."""
        return self.started_at + timedelta(milliseconds=self.ms_played)

    @property
    def day(self) -> float:
        """Days after START at its end."""
        return (self.ended_at - START).total_seconds() / 86400

    def sources(self) -> list[str]:
        """Which sources tell of it, the strongest first."""
        if self.listener != "me":
            return ["extended"]
        found = [name for name, (first, last) in WINDOWS.items() if first <= self.day <= last]
        found = [name for name in found if name == "lastfm" or not self.elsewhere]
        # The API and scrobblers report what was heard for half a minute.
        return [name for name in found if self.ms_played >= 30_000 or name in ("extended", "account")]


def plays() -> list[Truth]:
    """Return the true plays of all listeners; a track is at least 160 s long and may follow itself."""
    draw = random.Random(8)
    found = []
    for listener in ("me", "demo", "nowhere"):
        moment, number = START, 0
        for turn in range(PLAYS):
            moment += timedelta(seconds=draw.choice([0, 0, 0, 5, 60, 2000, 30_000]))
            before, number = number, number if draw.random() < 0.1 else draw.randrange(TRACKS)
            length = LENGTHS[number % len(LENGTHS)]
            ms_played = draw.choice([5_000 + 1_000 * (turn % 20), length, length, length, length])
            # On another player never the song that Spotify just skipped: no rule could tell the two apart.
            elsewhere = number != before and draw.random() < 0.05
            found.append(Truth(listener, number, moment, ms_played, elsewhere))
            moment += timedelta(milliseconds=ms_played + 1000)
    return found


def rows(truth: Truth) -> Iterator[dict[str, Any]]:
    """Yield the raw rows that the sources make of one play."""
    names = {"artist_name": f"Artist {truth.number % 9}", "track_name": f"Song {truth.number}"}
    uri = {"content_uri": f"spotify:track:t{truth.number:02d}", "track_id": f"t{truth.number:02d}"}
    exact = {"started_at": truth.started_at, "ended_at": truth.ended_at, "played_at": truth.ended_at}
    minute = truth.ended_at.replace(second=0)
    shapes: dict[str, dict[str, Any]] = {
        "extended": exact | uri | {"ms_played": truth.ms_played, "reason_end": _reason(truth)},
        "account": {
            "started_at": minute - timedelta(milliseconds=truth.ms_played),
            "ended_at": minute,
            "played_at": minute,
            "ended_at_precision": "minute",
            "ms_played": truth.ms_played,
        },
        "api": exact | uri | {"ms_played": None},
        "lastfm": {"started_at": truth.started_at, "played_at": truth.started_at, "ended_at": None},
    }
    for source in truth.sources():
        known = {"listener_id": truth.listener, "source": source, "file_name": f"{source}.json"}
        yield known | names | shapes[source]


def _reason(truth: Truth) -> str:
    return "fwdbtn" if truth.ms_played < 30_000 else "trackdone"


COLUMNS = [
    "listener_id",
    "source",
    "content_uri",
    "track_id",
    "track_name",
    "artist_name",
    "played_at",
    "started_at",
    "ended_at",
    "ended_at_precision",
    "ms_played",
    "reason_end",
    "file_name",
]


def write(home: Path) -> None:
    """Make a warehouse of that history and of a small catalogue that knows every third track."""
    values = [
        [({"ended_at_precision": "second"} | row).get(name) for name in COLUMNS]
        for truth in plays()
        for row in rows(truth)
    ]
    with open_warehouse(load_settings(home=home)) as db:
        db.execute(
            f"create temp table given as select {', '.join(COLUMNS)} from raw.listening_history limit 0"
        )
        db.executemany(f"insert into given values ({', '.join('?' * len(COLUMNS))})", values)
        db.execute(
            f"""insert into raw.listening_history by name
            select *, {PLAY_ID_SQL} as play_id, 'track' as content_type, 'r1' as run_id,
                now()::timestamp as ingested_at
            from given qualify row_number() over (partition by play_id) = 1"""
        )
        db.execute(
            """insert into raw.listeners values ('me', 'Me', 'person', now()::timestamp),
            ('demo', 'Demo', 'simulated', now()::timestamp), ('nowhere', null, 'person', now()::timestamp)"""
        )
        db.executemany("insert into raw.listener_time_zones values (?, ?, ?)", ZONES)
        db.execute(_CATALOGUE, [TRACKS])


_CATALOGUE = """
insert into raw.kaggle_tracks by name
select
    n + 1 as row_number, format('t{:02d}', n) as track_id, format('Artist {}', n % 9) as artists,
    format('Song {}', n) as track_name, 'Album' as album_name, 50 as popularity, 200000 as duration_ms,
    n / 40 as valence, 1 - n / 40 as energy, 0.5 as danceability, 0.5 as acousticness,
    0.0 as instrumentalness, 0.1 as speechiness, 0.1 as liveness, -8.0 as loudness, 120.0 as tempo,
    4 as time_signature, 1 as key, 1 as mode,
    'pop' as track_genre, false as is_simulated, 'r1' as run_id, now()::timestamp as loaded_at
from range(0, ?, 3) as numbers(n)
"""
