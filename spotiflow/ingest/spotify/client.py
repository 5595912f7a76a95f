"""The calls spotiflow makes to Spotify's Web API: single items and own lists, never a batch."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import spotipy

from spotiflow.core.errors import ApiError, LoginNeededError
from spotiflow.core.settings import Settings
from spotiflow.ingest.spotify.ledger import Ledger
from spotiflow.ingest.spotify.line import Line
from spotiflow.ingest.spotify.oauth import client_id_of, quiet_spotipy, refresh
from spotiflow.ingest.spotify.refusals import refusal
from spotiflow.ingest.spotify.token_store import (
    LOGIN_HINT,
    Login,
    TokenStore,
    hints_for,
    token_path,
)

# spotipy retries and sleeps for hours unless told not to; a status nobody sends switches that off. Only then
# are Retry-After and the reason of a 429 still there for our own loop.
NO_RETRIES = {"retries": 0, "status_retries": 0, "status_forcelist": [599]}
RECENTLY_PLAYED = "me/player/recently-played"
AUDIO_FEATURES = "audio-features"
TRACKS = "tracks/{id}"
SEARCH = "search"
PAGE = 50
# More results than these Spotify refuses to newer apps.
SEARCH_PAGE = 10
# An access token is renewed this long before it ends.
EARLY_SECONDS = 60


class SpotifyApi:
    """Spotify's Web API for one listener. Raises LoginNeededError, ApiError and WaitError from every call."""

    def __init__(self, settings: Settings, listener_id: str, ledger: Ledger) -> None:
        """Take up the stored login. Raises LoginNeededError where there is none; a login is never started."""
        quiet_spotipy()
        self._settings = settings
        self._store = TokenStore(token_path(settings, listener_id))
        self._line = Line(settings, ledger)
        self._listener_id = listener_id
        with hints_for(listener_id):
            self.login = self._current_login()
        self._spotify = spotipy.Spotify(
            requests_session=self._line.session,
            requests_timeout=settings.spotify_timeout_seconds,
            **NO_RETRIES,
        )
        self._spotify.prefix = f"{settings.spotify_api_url}/v1/"

    def recently_played(self) -> dict[str, Any]:
        """Return the last 50 plays. Without a cursor: it costs the same and catches late plays."""
        return self._call(RECENTLY_PLAYED, lambda: self._spotify.current_user_recently_played(limit=PAGE))

    def me(self) -> dict[str, Any]:
        """Return who the login belongs to."""
        return self._call("me", self._spotify.me)

    def track(self, track_id: str) -> dict[str, Any]:
        """Return one track."""
        return self._call(TRACKS, lambda: self._spotify.track(track_id))

    def search_tracks(self, query: str) -> dict[str, Any]:
        """Return the first ten tracks that Spotify finds; `query` may name fields (`track:`, `artist:`)."""
        return self._call(SEARCH, lambda: self._spotify.search(query, SEARCH_PAGE, type="track"))

    def audio_features(self, track_id: str) -> dict[str, Any]:
        """Return the audio features of one track; only apps from before 2024-11-27 may read them."""
        # spotipy's own method asks for a batch, which newer apps may not.
        return self._call(AUDIO_FEATURES, lambda: self._spotify._get(f"audio-features/{track_id}"))

    def saved_tracks(self, offset: int) -> dict[str, Any]:
        """Return a page of saved tracks."""
        return self._call("me/tracks", lambda: self._spotify.current_user_saved_tracks(PAGE, offset))

    def top_items(self, kind: str, time_range: str) -> dict[str, Any]:
        """Return the top 50 `tracks` or `artists` of `short_term`, `medium_term` or `long_term`."""
        calls = {
            "tracks": self._spotify.current_user_top_tracks,
            "artists": self._spotify.current_user_top_artists,
        }
        return self._call(f"me/top/{kind}", lambda: calls[kind](PAGE, 0, time_range))

    def playlists(self, offset: int) -> dict[str, Any]:
        """Return a page of the playlists in the library, own and followed."""
        return self._call("me/playlists", lambda: self._spotify.current_user_playlists(PAGE, offset))

    def playlist_items(self, playlist_id: str, offset: int) -> dict[str, Any]:
        """Return a page of what is in a playlist; Spotify shows only one's own."""
        return self._call(
            "playlists/{id}/items",
            lambda: self._spotify.playlist_items(playlist_id, limit=PAGE, offset=offset),
        )

    def create_playlist(self, name: str, description: str) -> dict[str, Any]:
        """Make an empty private playlist in the account and return it."""
        return self._call(
            "me/playlists",
            lambda: self._spotify.current_user_playlist_create(name, public=False, description=description),
        )

    def fill_playlist(self, playlist_id: str, track_ids: Sequence[str]) -> dict[str, Any]:
        """Put these tracks, at most 100, in the place of a playlist's; sent twice, it is the same."""
        return self._call(
            "playlists/{id}/items", lambda: self._spotify.playlist_replace_items(playlist_id, track_ids)
        )

    def _call(self, endpoint: str, send: Callable[[], Any]) -> dict[str, Any]:
        """Return the JSON object of an answer; an empty one where Spotify has nothing to tell (204)."""
        with hints_for(self._listener_id):
            return self._answer(endpoint, send)

    def _answer(self, endpoint: str, send: Callable[[], Any]) -> dict[str, Any]:
        if _is_ending(self._token()):
            self._refresh()
        self._spotify.set_auth(self._token()["access_token"])
        reply = self._line.ask(endpoint, send)
        if reply.status == 401:  # Ended before its time; a new one is tried once.
            self._refresh()
            self._spotify.set_auth(self._token()["access_token"])
            reply = self._line.ask(endpoint, send)
        if reply.status is None or reply.status >= 300:
            raise refusal(reply, endpoint)
        if reply.body is None:
            return {}
        if not isinstance(reply.body, dict):
            raise ApiError(
                f"Spotify answered {endpoint} in a form nobody knows.", hint="Try again later.", status=200
            )
        return reply.body

    def _refresh(self) -> None:
        refresh(self._settings, self._store, self.login, self._line)
        self.login = self._current_login()

    def _current_login(self) -> Login:
        login = self._store.load()
        if login is None or login.token is None:
            what = "There is no login to Spotify." if login is None else "Spotify has ended the login."
            raise LoginNeededError(what, hint=LOGIN_HINT)
        client_id = client_id_of(self._settings, login)
        if client_id != login.client_id:
            raise LoginNeededError("The login belongs to another Spotify app.", hint=LOGIN_HINT)
        return login

    def _token(self) -> dict[str, Any]:
        return self.login.token or {}


def _is_ending(token: dict[str, Any]) -> bool:
    ends_at = token.get("expires_at")
    is_known = isinstance(ends_at, int | float) and isinstance(token.get("access_token"), str)
    return not is_known or float(ends_at or 0) - time.time() < EARLY_SECONDS
