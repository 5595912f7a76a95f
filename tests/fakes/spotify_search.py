"""Spotify's search as a new app sees it: ten results at most, the best ones not always first."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from tests.fakes.spotify_data import track
from tests.fakes.spotify_faults import BAD_LIMIT, Fault

FIELDS = re.compile(r"^track:(?P<track>.+) artist:(?P<artist>.+)$")
MOST = 10


def search(query: dict[str, str], known: Iterable[int], decoys: list[dict[str, Any]]) -> Fault:
    """Answer with the decoys and then with every known track whose names hold those that were asked for."""
    limit = int(query.get("limit", 5))
    if limit > MOST or len(query["q"]) > 250:
        return BAD_LIMIT
    asked = FIELDS.match(query["q"])
    if query["type"] != "track" or asked is None:
        return Fault(200, {"tracks": {"items": [], "total": 0}})
    found = [one for one in map(track, sorted(known)) if _holds(one, asked["track"], asked["artist"])]
    items = (decoys + found)[:limit]
    return Fault(200, {"tracks": {"items": items, "limit": limit, "total": len(items)}})


def _holds(one: dict[str, Any], title: str, artist: str) -> bool:
    return title.lower() in one["name"].lower() and artist.lower() in one["artists"][0]["name"].lower()
