"""Builders of scrobbles in every form. All names and ids are invented."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from tests.ingest.builders import FIRST_SECOND, Record

GHAN_HEADER = "uts,utc_time,artist,artist_mbid,album,album_mbid,track,track_mbid"


def began(number: int) -> int:
    """The second in which the play of that number began, if it took as long as `builders.play` says."""
    return FIRST_SECOND + 200 * number - 180


def names(number: int) -> tuple[str, str, str]:
    """Artist, album and title, as `builders.play` has them."""
    return f"Band {number % 7}", f"Record {number % 11}", f"Song {number}"


def clock(number: int, form: str = "%d %b %Y, %H:%M") -> str:
    return datetime.fromtimestamp(began(number), UTC).strftime(form)


def ghan_row(number: int, **changes: str) -> str:
    """One line of the CSV of lastfm.ghan.nl."""
    artist, album, title = names(number)
    cells = {"uts": str(began(number)), "utc_time": clock(number), "artist": artist, "artist_mbid": ""}
    cells |= {"album": album, "album_mbid": "", "track": title, "track_mbid": ""}
    return ",".join(f'"{cell}"' for cell in (cells | changes).values())


def ghan(rows: list[str]) -> bytes:
    return "\r\n".join([GHAN_HEADER, *rows, ""]).encode()


def bare_row(number: int) -> str:
    """One line as the exporter of benjaminbenben writes it: no quotes, no seconds."""
    return ",".join([*names(number), clock(number, "%d %b %Y %H:%M")])


def bare(rows: list[str]) -> bytes:
    return "\n".join([*rows, ""]).encode()


def lastfm_track(number: int, **changes: Any) -> Record:
    """One track of an answer of Last.fm."""
    artist, album, title = names(number)
    return {
        "artist": {"mbid": "", "#text": artist},
        "name": title,
        "album": {"mbid": "", "#text": album},
        "url": "https://www.last.fm/music/Band/_/Song",
        "date": {"uts": str(began(number)), "#text": clock(number)},
    } | changes


def listen(number: int, **info: Any) -> Record:
    """One listen of a ListenBrainz export, as any player reports it."""
    artist, album, title = names(number)
    return {
        "inserted_at": began(number) + 5,
        "listened_at": float(began(number)),
        "user_name": "the_user_name",
        "track_metadata": {
            "artist_name": artist,
            "track_name": title,
            "release_name": album,
            "recording_msid": "00000000-0000-0000-0000-000000000000",
            "mbid_mapping": None,
            "additional_info": {"media_player": "Rhythmbox", "submission_client": "Rhythmbox"} | info,
        },
    }


def spotify_listen(number: int, **info: Any) -> Record:
    """A listen that ListenBrainz fetched from Spotify: its time is the end, its id is known."""
    found = listen(
        number,
        spotify_id=f"https://open.spotify.com/track/{number:022d}",
        music_service="spotify.com",
        submission_client="listenbrainz",
        duration_ms=180_000,
        artist_names=[names(number)[0], "Guest"],
        **info,
    )
    return found | {"listened_at": FIRST_SECOND + 200 * number}


def lines(records: list[Record]) -> bytes:
    """Records as JSONL."""
    return "".join(json.dumps(record) + "\n" for record in records).encode()


FEEDBACK = {"created": 1700000000, "score": 1, "recording_mbid": None, "recording_msid": "x"}
