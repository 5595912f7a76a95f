"""Builders of exports and catalogues of every generation. All names, ids and addresses are invented."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Record = dict[str, Any]

FIRST_SECOND = 1_672_531_200  # 2023-01-01 00:00:00 UTC
PRIVATE_VALUES = ("203.0.113.77", "Mozilla-Invented/1.0", "the_user_name", "Inventedville", "53.5511")


def utc(second: int) -> str:
    """A second as Spotify writes `ts`."""
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def minute(second: int) -> str:
    """A second as account data writes `endTime`."""
    return utc(second)[:16].replace("T", " ")


def track_uri(number: int) -> str:
    """An invented track URI with 22 characters."""
    return f"spotify:track:{number:022d}"


def play(number: int = 0, **changes: Any) -> Record:
    """A play of the 2024-11 form; `number` moves it 200 s on and gives it another track."""
    record: Record = {
        "ts": utc(FIRST_SECOND + 200 * number),
        "platform": "ios",
        "ms_played": 180_000 + number,
        "conn_country": "DE",
        "ip_addr": PRIVATE_VALUES[0],
        "master_metadata_track_name": f"Song {number}",
        "master_metadata_album_artist_name": f"Band {number % 7}",
        "master_metadata_album_album_name": f"Record {number % 11}",
        "spotify_track_uri": track_uri(number),
        "episode_name": None,
        "episode_show_name": None,
        "spotify_episode_uri": None,
        "reason_start": "trackdone",
        "reason_end": "trackdone",
        "shuffle": False,
        "skipped": False,
        "offline": False,
        "offline_timestamp": None,
        "incognito_mode": False,
    }
    return record | changes


def play_2022(number: int = 0, **changes: Any) -> Record:
    """A play of the 2022 form: user name, user agent and `ip_addr_decrypted`."""
    record = play(number)
    record["ip_addr_decrypted"] = record.pop("ip_addr")
    private = {"username": PRIVATE_VALUES[2], "user_agent_decrypted": PRIVATE_VALUES[1]}
    return private | record | changes


def play_2021(number: int = 0, **changes: Any) -> Record:
    """A play of the 2021 form: place and coordinates too, clock in milliseconds."""
    place = {
        "city": PRIVATE_VALUES[3],
        "region": "Invented",
        "metro_code": "0",
        "longitude": "9.99",
        "latitude": PRIVATE_VALUES[4],
    }
    return play_2022(number) | place | {"offline_timestamp": 0} | changes


def play_2025(number: int = 0, **changes: Any) -> Record:
    """A play of the 2025 form: with audiobook columns."""
    empty = dict.fromkeys(
        ("audiobook_title", "audiobook_uri", "audiobook_chapter_uri", "audiobook_chapter_title")
    )
    return play(number) | empty | changes


NO_TRACK: Record = {
    "master_metadata_track_name": None,
    "master_metadata_album_artist_name": None,
    "master_metadata_album_album_name": None,
    "spotify_track_uri": None,
}


def episode(number: int = 0, **changes: Any) -> Record:
    """A podcast episode in the extended history."""
    names = {
        "episode_name": f"Episode {number}",
        "episode_show_name": "The Invented Show",
        "spotify_episode_uri": f"spotify:episode:{number:022d}",
    }
    return play(number) | NO_TRACK | names | changes


def chapter(number: int = 0, **changes: Any) -> Record:
    """An audiobook chapter in the extended history."""
    names = {
        "audiobook_title": "The Invented Book",
        "audiobook_uri": "spotify:show:0000000000000000000042",
        "audiobook_chapter_uri": f"spotify:episode:{number + 900:022d}",
        "audiobook_chapter_title": f"Chapter {number}",
    }
    return play_2025(number) | NO_TRACK | names | changes


def local_file(number: int = 0, **changes: Any) -> Record:
    """A play of a file of the listener's own."""
    uri = f"spotify:local:Own+Band:Own%20Album:Caf%C3%A9+{number}:215"
    return play(number) | NO_TRACK | {"spotify_track_uri": uri} | changes


def account_play(number: int = 0, **changes: Any) -> Record:
    """A play in account data."""
    record = {
        "endTime": minute(FIRST_SECOND + 200 * number),
        "artistName": f"Band {number % 7}",
        "trackName": f"Song {number}",
        "msPlayed": 180_000 + number,
    }
    return record | changes


def account_episode(number: int = 0, **changes: Any) -> Record:
    """A podcast episode in account data."""
    record = {
        "endTime": minute(FIRST_SECOND + 200 * number),
        "podcastName": "The Invented Show",
        "episodeName": f"Episode {number}",
        "msPlayed": 1_200_000,
    }
    return record | changes


def account_chapter(number: int = 0, **changes: Any) -> Record:
    """An audiobook chapter in account data."""
    record = {
        "endTime": minute(FIRST_SECOND + 200 * number),
        "audiobookName": "The Invented Book",
        "chapterName": f"Chapter {number}",
        "authorName": "A. Writer",
        "msPlayed": 900_000,
    }
    return record | changes


def as_json(records: Sequence[Any]) -> bytes:
    """Records as Spotify writes them: pretty-printed UTF-8."""
    return json.dumps(records, indent=2, ensure_ascii=False).encode()


def write(path: Path, content: bytes | Sequence[Any]) -> Path:
    """Write bytes, or records as JSON, and return the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else as_json(content))
    return path


def write_zip(path: Path, members: Mapping[str, bytes | Sequence[Any]]) -> Path:
    """Write a zip with these members."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content if isinstance(content, bytes) else as_json(content))
    return path


def zip_bytes(members: Mapping[str, bytes]) -> bytes:
    """A zip as bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


EXTENDED_FOLDER = "Spotify Extended Streaming History"


def extended_package(path: Path) -> Path:
    """A package with music, podcasts, audiobooks, a local file, video, a private session and a PDF."""
    audio = [
        *(play_2025(number) for number in range(20)),
        episode(30),
        chapter(31),
        local_file(32),
        play_2025(33, incognito_mode=True),
        play_2025(34, ms_played=4_000),
        play_2025(3),
        play_2025(35, ts=None),
        play_2025(36, ms_played=-5),
    ]
    video = [play_2025(40), episode(41)]
    return write_zip(
        path,
        {
            f"{EXTENDED_FOLDER}/Streaming_History_Audio_2023_0.json": audio,
            f"{EXTENDED_FOLDER}/Streaming_History_Video_2023.json": video,
            f"{EXTENDED_FOLDER}/ReadMeFirst_ExtendedStreamingHistory.pdf": b"%PDF-1.7 invented",
            f"__MACOSX/{EXTENDED_FOLDER}/._Streaming_History_Audio_2023_0.json": b"\x00\x05\x16\x07",
        },
    )


CATALOGUE_HEADER = (
    ",track_id,artists,album_name,track_name,popularity,duration_ms,explicit,danceability,energy,key,loudness,"
    "mode,speechiness,acousticness,instrumentalness,liveness,valence,tempo,time_signature,track_genre"
)


def catalogue_row(number: int = 0, **changes: str) -> str:
    """One line of the catalogue; `changes` are put in as they are, quotes and all."""
    cells = {
        "": str(number),
        "track_id": f"{number:022d}",
        "artists": f"Band {number % 7}",
        "album_name": f"Record {number % 11}",
        "track_name": f"Song {number}",
        "popularity": str(number % 100),
        "duration_ms": "210000",
        "explicit": "False",
        "danceability": "0.5",
        "energy": "0.6",
        "key": "5",
        "loudness": "-7.5",
        "mode": "1",
        "speechiness": "0.05",
        "acousticness": "0.2",
        "instrumentalness": "0.0",
        "liveness": "0.1",
        "valence": "0.7",
        "tempo": "120.5",
        "time_signature": "4",
        "track_genre": f"genre {number % 3}",
    }
    return ",".join((cells | changes).values())


def catalogue(rows: Sequence[str], header: str = CATALOGUE_HEADER) -> bytes:
    """A catalogue file."""
    return "\n".join([header, *rows, ""]).encode()
