"""Records in the shapes Spotify sends, about invented music."""

from __future__ import annotations

import hashlib
import string
from datetime import datetime
from typing import Any

LETTERS = string.digits + string.ascii_letters


def track_id(number: int) -> str:
    """Return an id of 22 letters and digits, always the same for a number."""
    digest = hashlib.sha256(f"track {number}".encode()).digest()
    return "".join(LETTERS[byte % len(LETTERS)] for byte in digest[:22])


def track(number: int) -> dict[str, Any]:
    """Return a full track as recently-played and tracks/{id} give it."""
    identity = track_id(number)
    artist = {"id": track_id(number % 7 + 9_000), "name": f"Artist {number % 7}", "type": "artist"}
    return {
        "id": identity,
        "uri": f"spotify:track:{identity}",
        "type": "track",
        "name": f"Song {number}",
        "duration_ms": 180_000 + number % 60 * 1000,
        "explicit": number % 5 == 0,
        "is_local": False,
        "external_ids": {"isrc": f"XX0000{number:06d}"},
        "artists": [artist],
        "album": {
            "id": track_id(number % 11 + 8_000),
            "name": f"Album {number % 11}",
            "release_date": "2015",
            "release_date_precision": "year",
            "artists": [artist],
            "available_markets": ["DE", "FR"],
        },
    }


def play(number: int, played_at: datetime) -> dict[str, Any]:
    """Return one item of recently-played; `played_at` is UTC."""
    return {
        "played_at": f"{played_at:%Y-%m-%dT%H:%M:%S}.{played_at.microsecond // 1000:03d}Z",
        "context": {"type": "playlist", "uri": "spotify:playlist:invented", "href": "", "external_urls": {}},
        "track": track(number),
    }


def episode(number: int, played_at: datetime) -> dict[str, Any]:
    """Return an item that is a podcast episode, which the endpoint should not but may hold."""
    item = play(number, played_at)
    item["context"] = None
    item["track"] = {
        "id": track_id(number),
        "uri": f"spotify:episode:{track_id(number)}",
        "type": "episode",
        "name": f"Episode {number}",
        "duration_ms": 1_800_000,
        "show": {"name": "Invented show"},
    }
    return item


def features(number: int) -> dict[str, Any]:
    """Return audio features as apps from before 2024-11-27 get them."""
    return {
        "id": track_id(number),
        "danceability": 0.5,
        "energy": 0.6,
        "valence": 0.7,
        "acousticness": 0.1,
        "instrumentalness": 0.0,
        "speechiness": 0.04,
        "liveness": 0.12,
        "loudness": -7.5,
        "tempo": 121.0,
        "time_signature": 4,
        "key": 5,
        "mode": 1,
    }
