"""Making a playlist in a listener's account: the only thing spotiflow ever writes to Spotify."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spotiflow.core.errors import ApiError, LoginNeededError
from spotiflow.core.settings import Settings
from spotiflow.ingest.spotify.client import SpotifyApi
from spotiflow.ingest.spotify.oauth import PLAYLIST_SCOPE
from spotiflow.ingest.spotify.state import read_state, save_ledger
from spotiflow.ingest.spotify.token_store import TokenStore, token_path

DESCRIPTION = "Made by spotiflow from your own listening history."
PLAYLIST_HINT = "Log in and allow it: spotiflow auth login --playlists"


@dataclass(frozen=True)
class MadePlaylist:
    """A playlist that was made. url: None where Spotify does not tell it."""

    playlist_id: str
    url: str | None


def check_right(settings: Settings, listener_id: str) -> None:
    """Raise LoginNeededError where there is no login, or one without the right to make playlists."""
    login = TokenStore(token_path(settings, listener_id)).load()
    if login is None or login.token is None:
        raise LoginNeededError("There is no login to Spotify.", hint=PLAYLIST_HINT)
    if PLAYLIST_SCOPE not in login.scopes:
        raise LoginNeededError("The login does not include the right to make playlists.", hint=PLAYLIST_HINT)


def make_playlist(settings: Settings, listener_id: str, name: str, track_ids: Sequence[str]) -> MadePlaylist:
    """Make a private playlist of at most 100 tracks.

    Raises LoginNeededError, ApiError and WaitError. Where filling fails the playlist is there, but empty.
    """
    check_right(settings, listener_id)
    ledger = read_state(settings).ledger
    try:
        api = SpotifyApi(settings, listener_id, ledger)
        made = api.create_playlist(name, DESCRIPTION)
        playlist_id = made.get("id")
        if not isinstance(playlist_id, str):
            raise ApiError("Spotify made a playlist without saying which.", hint="Look into your library.")
        api.fill_playlist(playlist_id, track_ids)
    finally:
        save_ledger(settings, ledger)
    urls = made.get("external_urls")
    return MadePlaylist(playlist_id, urls.get("spotify") if isinstance(urls, dict) else None)
