"""Made-up listeners of whom the truth is known: without any effect, with a planted one, and odd ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from spotiflow.core.settings import load_settings
from spotiflow.ingest.history.play_id import PLAY_ID_SQL
from spotiflow.warehouse.database import open_warehouse

MONDAY = pd.Timestamp("2024-01-01")
DAYS = 196
BEFORE, MOVE = "2020-01-01", "2024-04-10"
FEATURES = [
    *("danceability", "energy", "valence", "acousticness", "instrumentalness", "speechiness"),
    *("liveness", "loudness", "tempo"),
]
Generator = np.random.Generator


@dataclass(frozen=True)
class Listener:
    """Plays (track_id, started_at, ms_played) and tracks (track_id, artists and features from 0 to 1).

    The catalogue knows every n-th track, or none for 0. `zones` are time zones and from when on they hold.
    """

    name: str
    plays: pd.DataFrame
    tracks: pd.DataFrame
    every: int = 1
    zones: tuple[tuple[str, str], ...] = ()

    @property
    def known(self) -> pd.DataFrame:
        """The tracks the catalogue knows."""
        return self.tracks[:: self.every] if self.every else self.tracks[:0]


def any_length(hour: int) -> tuple[int, int]:
    """From 5 to 11 plays at any hour."""
    return 5, 12


def short_mornings(hour: int) -> tuple[int, int]:
    """One play in the morning, many in the evening: how long, not how it sounds, hangs on the clock."""
    return (1, 2) if 6 <= hour < 12 else (12, 20) if hour >= 18 else (3, 9)


def without_effect(
    name: str, seed: int, every: int = 1, length: Callable[[int], tuple[int, int]] = any_length
) -> Listener:
    """One session a day at a random hour, two artists in a random order; artists have a sound."""
    draw = np.random.default_rng(seed)
    tracks = _tracks(name, draw, artists=80, each=4)
    ids = tracks["track_id"].to_numpy().reshape(80, 4)
    sessions = []
    for day in range(DAYS):
        chosen = ids[draw.choice(80, 2, replace=False)].ravel()
        hour = int(draw.integers(24))
        start = MONDAY + pd.Timedelta(days=day, hours=hour, minutes=int(draw.integers(30)))
        sessions.append(_session(start, draw.choice(chosen, draw.integers(*length(hour))), draw))
    return Listener(name, _plays(sessions), tracks, every)


def with_effect(name: str, seed: int, shift: Callable[[pd.DatetimeIndex], Any]) -> Listener:
    """One play a day, each of another artist; `shift` of its start, in deviations, moves the valence."""
    draw = np.random.default_rng(seed)
    hours = pd.to_timedelta(draw.uniform(0, 24, DAYS), unit="h")
    started = pd.DatetimeIndex([MONDAY + pd.Timedelta(days=day) for day in range(DAYS)]) + hours.floor("s")
    tracks = _tracks(name, draw, artists=DAYS, each=1)
    tracks["valence"] = np.clip(0.5 + 0.1 * (draw.normal(size=DAYS) + shift(started)), 0, 1)
    plays = pd.DataFrame({"track_id": tracks["track_id"], "started_at": started, "ms_played": 200_000})
    return Listener(name, plays, tracks)


def alternating(name: str, seed: int) -> Listener:
    """Sessions in which a bright and a dark track take turns more often than not."""
    draw = np.random.default_rng(seed)
    tracks = _tracks(name, draw, artists=60, each=2)
    half = len(tracks) // 2
    tracks["valence"] = np.repeat([0.8, 0.2], half)
    tracks["energy"] = np.repeat([0.8, 0.2], half)
    sessions = []
    for day in range(DAYS):
        turns = np.cumsum(draw.random(8) < 0.7) % 2
        numbers = turns * half + draw.integers(half, size=8)
        start = MONDAY + pd.Timedelta(days=day, hours=int(draw.integers(24)))
        sessions.append(_session(start, tracks["track_id"].to_numpy()[numbers], draw))
    return Listener(name, _plays(sessions), tracks)


def of_few_plays(name: str, n: int, *, every: int = 1, on_repeat: bool = False) -> Listener:
    """A play a day, of one track or of many, which no catalogue may know."""
    draw = np.random.default_rng(n)
    tracks = _tracks(name, draw, artists=n, each=1)
    numbers = np.zeros(n, dtype=int) if on_repeat else np.arange(n)
    started = pd.DatetimeIndex([MONDAY + pd.Timedelta(days=day, hours=9) for day in range(n)])
    ids = tracks["track_id"].to_numpy()[numbers]
    plays = pd.DataFrame({"track_id": ids, "started_at": started, "ms_played": np.full(n, 200_000)})
    return Listener(name, plays, tracks, every)


def of_many_plays(name: str, n: int) -> Listener:
    """Play after play without a night, of 3,000 tracks by 300 artists, some of them often."""
    draw = np.random.default_rng(n)
    tracks = _tracks(name, draw, artists=300, each=10)
    numbers = (len(tracks) * draw.random(n) ** 2).astype(int)
    ms_played = draw.integers(60_000, 260_000, n)
    # A tenth of the pauses is an hour long and ends a session.
    pauses = np.where(draw.random(n) < 0.1, 3_600_000, 1_000)
    started = MONDAY + pd.to_timedelta(np.cumsum(ms_played + pauses) // 1000, unit="s")
    ids = tracks["track_id"].to_numpy()[numbers]
    return Listener(
        name, pd.DataFrame({"track_id": ids, "started_at": started, "ms_played": ms_played}), tracks
    )


def through_the_nights(name: str) -> Listener:
    """In Berlin a play every twenty minutes of both nights on which the clocks are changed."""
    nights = [
        pd.date_range(f"{day} 00:10", f"{day} 03:50", freq="20min") for day in ("2024-03-31", "2024-10-27")
    ]
    started = nights[0].append(nights[1])
    one = of_few_plays(name, len(started))
    return replace(one, plays=one.plays.assign(started_at=started), zones=((BEFORE, "Europe/Berlin"),))


def _tracks(name: str, draw: Generator, *, artists: int, each: int) -> pd.DataFrame:
    """Features from 0 to 1, unrelated to each other; half of their variance is the artist's."""
    artist = np.repeat(np.arange(artists), each)
    normal = (draw.normal(size=(artists, 9))[artist] + draw.normal(size=(artists * each, 9))) / np.sqrt(2)
    features = pd.DataFrame(stats.norm.cdf(normal).round(4), columns=FEATURES)
    ids = [f"{name}{number:05d}" for number in range(len(artist))]
    return features.assign(track_id=ids, artists=[f"{name} band {number}" for number in artist])


def _session(start: pd.Timestamp, track_ids: Any, draw: Generator) -> tuple[Any, Any, Any]:
    ms_played = draw.integers(60_000, 260_000, len(track_ids))
    offsets = np.concatenate([[0], np.cumsum(ms_played + 1000)[:-1]]) // 1000
    return track_ids, start.to_datetime64() + offsets.astype("timedelta64[s]"), ms_played


def _plays(sessions: list[tuple[Any, Any, Any]]) -> pd.DataFrame:
    columns = (np.concatenate(column) for column in zip(*sessions, strict=True))
    return pd.DataFrame(dict(zip(("track_id", "started_at", "ms_played"), columns, strict=True)))


def write(home: Path, listeners: Sequence[Listener]) -> None:
    """Make a warehouse of their raw history and of a catalogue that knows their tracks."""
    history = pd.concat([one.plays.assign(listener_id=one.name) for one in listeners])
    catalogue = pd.concat([one.known for one in listeners], ignore_index=True)
    known = pd.concat([one.tracks[["track_id", "artists"]] for one in listeners])
    with open_warehouse(load_settings(home=home)) as db:
        db.register("history", history.merge(known, on="track_id"))
        db.register("catalogue", catalogue.reset_index(names="row_number"))
        db.execute(_HISTORY)
        db.execute(_CATALOGUE)
        for one in listeners:
            db.execute("insert into raw.listeners values (?, null, 'person', now()::timestamp)", [one.name])
            for since, zone in one.zones:
                db.execute("insert into raw.listener_time_zones values (?, ?, ?)", [one.name, since, zone])


_HISTORY = f"""
insert into raw.listening_history by name
select *, {PLAY_ID_SQL} as play_id, 'track' as content_type, 'r1' as run_id, now()::timestamp as ingested_at
from (
    select
        listener_id, 'extended' as source, track_id, 'spotify:track:' || track_id as content_uri,
        'Song ' || track_id as track_name, artists as artist_name, 'second' as ended_at_precision,
        started_at::timestamp as started_at, ms_played::bigint as ms_played,
        (started_at + to_milliseconds(ms_played))::timestamp as ended_at, ended_at as played_at,
        'trackdone' as reason_end, listener_id || '.json' as file_name
    from history
)
"""
_CATALOGUE = f"""
insert into raw.kaggle_tracks by name
select
    row_number, track_id, artists, 'Song ' || track_id as track_name, 'Album' as album_name, 50 as popularity,
    200000 as duration_ms, {", ".join(FEATURES[:7])}, -30 * loudness as loudness, 60 + 120 * tempo as tempo,
    4 as time_signature, 1 as key, 1 as mode, 'pop' as track_genre, false as is_simulated, 'r1' as run_id,
    now()::timestamp as loaded_at
from catalogue
"""


def some() -> list[Listener]:
    """One of each kind: without effect (all or every second track known), a wave, and odd ones."""

    def wave(started: pd.DatetimeIndex) -> Any:
        return np.cos(2 * np.pi * (started.hour - 18) / 24)

    in_india = ((BEFORE, "Asia/Kolkata"),)
    from_berlin_to_india = ((BEFORE, "Europe/Berlin"), (MOVE, "Asia/Kolkata"))
    return [
        of_few_plays("nobody", 0),
        without_effect("plain", seed=1),
        without_effect("half", seed=2, every=2),
        with_effect("wave", 3, wave),
        of_few_plays("one", 1),
        of_few_plays("fifty", 50),
        of_few_plays("unknown", 200, every=0),
        of_few_plays("repeat", 366, on_repeat=True),
        of_few_plays("hundreds", 200),
        replace(of_few_plays("india", 201), zones=in_india),
        replace(of_few_plays("moved", 202), zones=from_berlin_to_india),
        through_the_nights("nights"),
    ]
