"""The only things anybody may write into the fake Spotify: private playlists and what is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.spotify_faults import (
    EXPIRED,
    FORBIDDEN,
    INVALID,
    SCOPE,
    Fault,
)

if TYPE_CHECKING:
    from tests.fakes.spotify import FakeSpotify

PLAYLIST_SCOPE = "playlist-modify-private"


def write_playlist(spotify: FakeSpotify, method: str, path: str, body: Any, bearer: str) -> Fault:
    """Make a private playlist, or put tracks in the place of what is in one that was made."""
    if bearer != f"Bearer {spotify.access_token}":
        return EXPIRED if bearer.removeprefix("Bearer ") in spotify.secrets else INVALID
    if PLAYLIST_SCOPE not in spotify.granted:
        return SCOPE
    first, _, rest = path.removeprefix("/v1/").strip("/").partition("/")
    if (method, first, rest) == ("POST", "me", "playlists") and not body["public"]:
        return _made(spotify, body)
    found = spotify.made_playlists.get(rest.removesuffix("/items")) if first == "playlists" else None
    if method != "PUT" or found is None or not rest.endswith("/items") or len(body["uris"]) > 100:
        return FORBIDDEN
    found["items"] = body["uris"]
    return Fault(200, {"snapshot_id": "snapshot"})


def _made(spotify: FakeSpotify, body: dict[str, Any]) -> Fault:
    identity = f"made{len(spotify.made_playlists) + 1:018d}"
    spotify.made_playlists[identity] = body | {"items": []}
    urls = {"spotify": f"https://open.spotify.com/playlist/{identity}"}
    return Fault(201, {"id": identity, "external_urls": urls} | body)
