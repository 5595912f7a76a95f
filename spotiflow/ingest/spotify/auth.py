"""Login, its state, and logout."""

from __future__ import annotations

import hmac
import secrets
import sys
import threading
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from rich.text import Text

from spotiflow.core.errors import InputError, LoginNeededError
from spotiflow.core.settings import Settings
from spotiflow.ingest.listeners import ensure_listener
from spotiflow.ingest.spotify.callback import HOST, callback_server, read_answer
from spotiflow.ingest.spotify.client import SpotifyApi
from spotiflow.ingest.spotify.ledger import Ledger, local_time
from spotiflow.ingest.spotify.line import Line
from spotiflow.ingest.spotify.oauth import (
    PLAYLIST_SCOPE,
    SCOPES,
    Consent,
    client_id_of,
)
from spotiflow.ingest.spotify.state import read_state, save_ledger
from spotiflow.ingest.spotify.token_store import (
    LOGIN_COMMAND,
    LOGIN_HINT,
    Login,
    TokenStore,
    for_listener,
    token_path,
)
from spotiflow.warehouse.database import open_warehouse
from spotiflow.warehouse.run_log import utc_now

Say = Callable[[str], None]
# Where the redirect URI of an app names no port, Spotify takes any.
USUAL_PORT = 8888


@dataclass(frozen=True)
class Way:
    """How to log in.

    browser: open one here; else the address is opened anywhere, and what the browser shows then is pasted.
    port: to send the browser back to, instead of the one in the settings. playlists: ask for the right to
    make private playlists too, which later logins then keep.
    """

    browser: bool = True
    port: int | None = None
    playlists: bool = False


def log_in(settings: Settings, *, listener_id: str | None, way: Way, say: Say) -> Login:
    """Let a person log in to Spotify in their browser and store the login; `say` prints a line for them.

    Raises LoginNeededError without a terminal, after the time limit or a refusal; UsageError, InputError
    for the client id or another account; ApiError, WaitError; NotFoundError for an unknown listener.
    """
    if not sys.stdin.isatty():
        raise LoginNeededError(
            "A login needs a person at a terminal; here is none.",
            hint="Run it in a terminal: spotiflow auth login --no-browser",
        )
    with open_warehouse(settings) as db:
        listener = ensure_listener(db, listener_id, settings)
    store = TokenStore(token_path(settings, listener))
    earlier = _earlier(store)
    client_id = client_id_of(settings, earlier)
    ledger = read_state(settings).ledger
    try:
        asked = _scopes(earlier, playlists=way.playlists)
        token = _token(settings, client_id, Line(settings, ledger), asked, way=way, say=say)
        scopes = tuple(sorted(str(token.get("scope") or "").split()))
        store.save(Login(client_id, utc_now(), scopes, token))
        return _identified(SpotifyApi(settings, listener, ledger), store, earlier)
    finally:
        save_ledger(settings, ledger)


def _earlier(store: TokenStore) -> Login | None:
    try:
        return store.load()
    except LoginNeededError:
        return None  # A damaged file is what a new login mends.


def _scopes(earlier: Login | None, *, playlists: bool) -> tuple[str, ...]:
    had = earlier is not None and PLAYLIST_SCOPE in earlier.scopes
    return (*SCOPES, PLAYLIST_SCOPE) if playlists or had else SCOPES


def _token(
    settings: Settings, client_id: str, line: Line, scopes: tuple[str, ...], *, way: Way, say: Say
) -> dict[str, Any]:
    wanted = urlsplit(settings.spotify_redirect_uri)
    port = way.port or wanted.port or USUAL_PORT
    if not way.browser:
        state = secrets.token_urlsafe(24)
        redirect_uri = f"http://{HOST}:{port}{wanted.path}"
        consent = Consent(settings, client_id, redirect_uri, state, line, scopes)
        say(f"Open this address on any machine and log in:\n\n{consent.url}\n")
        say("The browser then shows an address that it cannot open. Paste that address here:")
        return consent.exchange(pasted_code(sys.stdin.readline(), state))
    with callback_server(port, wanted.path) as callback:
        if callback.port != port:
            say(
                f"Port {port} is taken; using {callback.port}. Spotify accepts it if your app has the "
                f"redirect URI http://{HOST}{wanted.path}, without a port."
            )
        consent = Consent(settings, client_id, callback.redirect_uri, callback.state, line, scopes)
        say(f"Your browser opens this address; if it does not, open it yourself:\n\n{consent.url}\n")
        # A browser in the terminal would keep this process waiting.
        threading.Thread(target=webbrowser.open, args=[consent.url], daemon=True).start()
        return consent.exchange(callback.wait(settings.spotify_login_seconds))


def pasted_code(text: str, state: str) -> str:
    """Return the code of a pasted address, or a pasted code itself.

    Raises LoginNeededError for an answer that is a refusal, empty, or belongs to another login.
    """
    text = text.strip()
    if "=" not in text and "/" not in text and text:
        return text
    code, error, found = read_answer(urlsplit(text).query)
    if error:
        raise LoginNeededError("The login was refused in the browser.", hint=LOGIN_HINT)
    if not code:
        raise LoginNeededError(
            "What was pasted holds no code.", hint="Paste the whole address, from http to end."
        )
    if not hmac.compare_digest(found.encode(), state.encode()):
        raise LoginNeededError("What was pasted belongs to another login.", hint=LOGIN_HINT)
    return code


def _identified(api: SpotifyApi, store: TokenStore, earlier: Login | None) -> Login:
    """Add to the login whose it is; put the earlier one back when it is somebody else's."""
    me = api.me()
    login = Login(
        api.login.client_id,
        api.login.authorized_at,
        api.login.scopes,
        api.login.token,
        # The immutable one, which exists since May 2026, before the name in addresses.
        account_id=_text(me.get("account_id")) or _text(me.get("id")),
        account_name=_text(me.get("display_name")),
    )
    if earlier and earlier.account_id and login.account_id not in (None, earlier.account_id):
        store.save(earlier)
        raise InputError(
            "This is another Spotify account than before; two people's plays must not become one history.",
            hint="Name another listener (--listener), or first: spotiflow auth logout",
        )
    store.save(login)
    return login


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


@dataclass(frozen=True)
class AuthStatus:
    """The state of a login, for people and programs; never a token."""

    listener_id: str
    login: Login | None
    ledger: Ledger

    def to_dict(self) -> dict[str, Any]:
        """Return the state as `--json` prints it; times are UTC."""
        login = self.login
        state = "none" if login is None else "ended" if login.token is None else "ok"
        return {
            "listener_id": self.listener_id,
            "state": state,
            "client_id": login.client_id if login else None,
            "account_id": login.account_id if login else None,
            "account_name": login.account_name if login else None,
            "scopes": list(login.scopes) if login else [],
            "authorized_at": login.authorized_at.isoformat() if login else None,
            "ends_at": login.ends_at.isoformat() if login else None,
            "days_left": login.days_left if login else None,
            "warning": login.warning if login else None,
            "calls": self.ledger.used_by_endpoint,
            "daily_calls": self.ledger.daily_calls,
            "not_before": {wait.endpoint: wait.not_before.isoformat() for wait in self.ledger.waits},
        }

    def render(self) -> Text:
        """Return the state in a few lines."""
        if self.login is None or self.login.token is None:
            what = "no login" if self.login is None else "Spotify has ended the login"
            return Text(for_listener(f"{self.listener_id}: {what}; next: {LOGIN_COMMAND}", self.listener_id))
        login = self.login
        lines = [
            f"{self.listener_id}: logged in as {login.account_name or login.account_id or 'somebody'}; "
            f"login ends in {login.days_left} days ({login.ends_at:%Y-%m-%d})",
            f"may read: {', '.join(login.scopes) or 'nothing'}",
            self.ledger.as_text,
        ]
        lines += [f"{b.endpoint}: {b.reason}, again {local_time(b.not_before)}" for b in self.ledger.waits]
        return Text(
            "\n".join(lines + ([for_listener(login.warning, self.listener_id)] if login.warning else []))
        )


def auth_status(settings: Settings, listener_id: str | None) -> AuthStatus:
    """Return the state of a listener's login. Raises LoginNeededError for a damaged file."""
    listener = listener_id or settings.default_listener
    login = TokenStore(token_path(settings, listener)).load()
    return AuthStatus(listener, login, read_state(settings).ledger)


def log_out(settings: Settings, listener_id: str | None) -> bool:
    """Remove a listener's login from this machine; return whether there was one."""
    return TokenStore(token_path(settings, listener_id or settings.default_listener)).delete()
