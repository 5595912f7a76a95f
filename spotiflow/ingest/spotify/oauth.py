"""Talking to Spotify's accounts service with PKCE: no secret to keep, only the client id."""

from __future__ import annotations

import logging
import re
from typing import Any

from spotipy.cache_handler import CacheHandler, MemoryCacheHandler
from spotipy.oauth2 import SpotifyPKCE

from spotiflow.core.errors import (
    ApiError,
    InputError,
    LoginNeededError,
    SpotiflowError,
    UsageError,
)
from spotiflow.core.settings import Settings
from spotiflow.ingest.spotify.line import Line
from spotiflow.ingest.spotify.replies import Listening, Reply
from spotiflow.ingest.spotify.token_store import LOGIN_HINT, Login, TokenStore

# What polling and --library read; nothing more is asked for, unless somebody wants playlists made.
SCOPES = ("user-read-recently-played", "user-library-read", "user-top-read", "playlist-read-private")
PLAYLIST_SCOPE = "playlist-modify-private"
TOKEN_ENDPOINT = "api/token"  # noqa: S105 (an address, no secret)
_CLIENT_ID = re.compile(r"[0-9A-Za-z]{8,64}")


def quiet_spotipy() -> None:
    """Keep spotipy's own log lines away: at DEBUG they hold tokens, and errors are told by us."""
    logger = logging.getLogger("spotipy")
    logger.setLevel(logging.CRITICAL)
    logger.propagate = False


def client_id_of(settings: Settings, login: Login | None) -> str:
    """Return the app to use: the one of the settings, else that of the last login.

    Raises UsageError where none is known, InputError for something that is no client id.
    """
    client_id = settings.spotify_client_id or (login.client_id if login else "")
    if not client_id:
        raise UsageError(
            "No Spotify app is known: its client id is needed.",
            hint="Make an app at developer.spotify.com/dashboard with the redirect URI "
            "http://127.0.0.1:8888/callback, then: spotiflow auth login --client-id ID",
        )
    if not _CLIENT_ID.fullmatch(client_id):
        raise InputError(
            "The client id is not one: letters and digits were expected.",
            hint="Copy it from the settings of your app at developer.spotify.com/dashboard.",
        )
    return client_id


class Consent:
    """One login under way: the address to open, and the exchange of what comes back from it."""

    def __init__(
        self,
        settings: Settings,
        client_id: str,
        redirect_uri: str,
        state: str,
        line: Line,
        scopes: tuple[str, ...],
    ) -> None:
        """Draw a new verifier; `state` has to come back with the answer."""
        self._line = line
        self._cache = MemoryCacheHandler()
        self._pkce = _pkce(settings, client_id, self._cache, line.session, redirect_uri)
        self._pkce.scope = " ".join(scopes)
        self.url: str = self._pkce.get_authorize_url(state)

    def exchange(self, code: str) -> dict[str, Any]:
        """Return the token for a code. Raises LoginNeededError, InputError, ApiError, WaitError."""
        reply = self._line.ask(
            TOKEN_ENDPOINT, lambda: self._pkce.get_access_token(code=code, check_cache=False)
        )
        token: dict[str, Any] | None = self._cache.get_cached_token()
        if reply.status != 200 or not token or not token.get("access_token"):
            raise _oauth_refusal(reply)
        return token


def refresh(settings: Settings, store: TokenStore, login: Login, line: Line) -> None:
    """Get a new access token and store it.

    A login that Spotify ended is forgotten and never asked for again: LoginNeededError. After any other
    failure it is kept: ApiError, WaitError.
    """
    refresh_token = (login.token or {}).get("refresh_token")
    if not refresh_token:
        raise LoginNeededError("There is no login to Spotify.", hint=LOGIN_HINT)
    pkce = _pkce(settings, login.client_id, store, line.session, "http://127.0.0.1/callback")
    reply = line.ask(TOKEN_ENDPOINT, lambda: pkce.refresh_access_token(refresh_token))
    if reply.oauth_error == "invalid_grant":
        store.end()
    given = reply.body.get("access_token") if isinstance(reply.body, dict) else None
    if reply.status != 200 or not given or (store.get_cached_token() or {}).get("access_token") != given:
        raise _oauth_refusal(reply)


def _pkce(
    settings: Settings, client_id: str, cache: CacheHandler, session: Listening, redirect_uri: str
) -> SpotifyPKCE:
    quiet_spotipy()
    pkce = SpotifyPKCE(
        client_id=client_id,
        redirect_uri=redirect_uri,
        cache_handler=cache,
        requests_timeout=settings.spotify_timeout_seconds,
        requests_session=session,
        open_browser=False,
    )
    pkce.OAUTH_AUTHORIZE_URL = f"{settings.spotify_accounts_url}/authorize"
    pkce.OAUTH_TOKEN_URL = f"{settings.spotify_accounts_url}/api/token"
    return pkce


def _oauth_refusal(reply: Reply) -> SpotiflowError:
    if reply.oauth_error == "invalid_grant":
        return LoginNeededError(
            "Spotify has ended the login: six months after the consent, or because access was revoked.",
            hint=LOGIN_HINT,
        )
    if reply.oauth_error in ("invalid_client", "unauthorized_client"):
        return InputError(
            "Spotify does not know an app with this client id.",
            hint="Copy it from developer.spotify.com/dashboard: spotiflow auth login --client-id ID",
        )
    return ApiError(
        f"Spotify's login service gave no token (status {reply.status}).",
        hint="The stored login is kept; try again later.",
        status=reply.status,
    )
