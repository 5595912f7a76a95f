"""Rows of an extended streaming history, in the shape Spotify uses since November 2024."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from spotiflow.simulate.features import Ints
from spotiflow.simulate.listening import MusicPlays
from spotiflow.simulate.playback import Playback
from spotiflow.simulate.spoken import SpokenPlay
from spotiflow.simulate.world import World

Row = dict[str, Any]

# All keys of a row, in Spotify's order (docs/evidence.md 4).
KEYS = (
    "ts",
    "platform",
    "ms_played",
    "conn_country",
    "ip_addr",
    "master_metadata_track_name",
    "master_metadata_album_artist_name",
    "master_metadata_album_album_name",
    "spotify_track_uri",
    "episode_name",
    "episode_show_name",
    "spotify_episode_uri",
    "audiobook_title",
    "audiobook_uri",
    "audiobook_chapter_uri",
    "audiobook_chapter_title",
    "reason_start",
    "reason_end",
    "shuffle",
    "skipped",
    "offline",
    "offline_timestamp",
    "incognito_mode",
)
# Addresses reserved for documentation (RFC 5737): they belong to nobody.
_ADDRESS = "192.0.2.{}"
_EMPTY: Row = dict.fromkeys(KEYS)


def timestamps(seconds: Ints) -> list[str]:
    """Write epoch seconds as Spotify does: `2026-03-01T07:05:00Z`."""
    moments = seconds.astype("datetime64[s]")
    return [f"{moment}Z" for moment in np.datetime_as_string(moments, unit="s").tolist()]


def music_rows(
    rng: np.random.Generator, world: World, plays: MusicPlays, playback: Playback, country: str
) -> list[Row]:
    """Return a row for each music play, in order of time."""
    tracks = plays.track.tolist()
    artists = world.artist.tolist()
    address = rng.integers(1, 5, int(plays.session.max(initial=0)) + 1)[plays.session].tolist()
    columns = {
        "ts": timestamps(playback.ts_s),
        "platform": playback.platform.tolist(),
        "ms_played": plays.ms_played.tolist(),
        "conn_country": [country] * len(tracks),
        "ip_addr": [_ADDRESS.format(host) for host in address],
        "master_metadata_track_name": [world.track_name[t] for t in tracks],
        "master_metadata_album_artist_name": [world.artist_names[artists[t]] for t in tracks],
        "master_metadata_album_album_name": [world.album_name[t] for t in tracks],
        "spotify_track_uri": [f"spotify:track:{world.played_id[t]}" for t in tracks],
        "reason_start": playback.reason_start.tolist(),
        "reason_end": playback.reason_end.tolist(),
        "shuffle": playback.shuffle.tolist(),
        "skipped": playback.skipped.tolist(),
        "offline": playback.offline.tolist(),
        "offline_timestamp": [moment or None for moment in playback.offline_timestamp.tolist()],
        "incognito_mode": playback.incognito.tolist(),
    }
    return [
        _EMPTY | dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)
    ]


def _content(play: SpokenPlay) -> Row:
    """Return the keys that say what a spoken row played."""
    content = play.content
    if content.is_chapter:
        return {
            "audiobook_title": content.collection,
            "audiobook_uri": content.collection_uri,
            "audiobook_chapter_uri": content.uri,
            "audiobook_chapter_title": content.title,
        }
    return {
        "episode_name": content.title,
        "episode_show_name": content.collection,
        "spotify_episode_uri": content.uri,
    }


def spoken_rows(plays: list[SpokenPlay], country: str) -> list[Row]:
    """Return a row for each podcast or audiobook play, in order of time."""
    ended = timestamps(np.array([play.ended_s for play in plays], dtype=np.int64))
    shared: Row = {
        "platform": "android",
        "conn_country": country,
        "ip_addr": _ADDRESS.format(1),
        "reason_start": "clickrow",
        "shuffle": False,
        "skipped": False,
        "offline": False,
        "incognito_mode": False,
    }
    return [
        _EMPTY
        | shared
        | _content(play)
        | {
            "ts": ts,
            "ms_played": play.ms_played,
            "reason_end": "trackdone" if play.is_finished else "endplay",
        }
        for play, ts in zip(plays, ended, strict=True)
    ]


def near_duplicates(rng: np.random.Generator, rows: list[Row], n: int) -> list[Row]:
    """Log n music rows twice, as Spotify now and then does: another `skipped`, or a shorter `ms_played`."""
    long_enough = [
        row for row in rows if row["spotify_track_uri"] and row["ms_played"] > 60_000 and not row["offline"]
    ]
    picked = rng.choice(len(long_enough), min(n, len(long_enough)), replace=False).tolist()
    changes: Iterable[Row] = (
        {"skipped": not long_enough[p]["skipped"]}
        if i % 2
        else {"ms_played": long_enough[p]["ms_played"] - 1000 * (i + 1)}
        for i, p in enumerate(picked)
    )
    return [long_enough[p] | change for p, change in zip(picked, changes, strict=True)]
