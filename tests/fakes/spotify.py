"""A Spotify on 127.0.0.1 for tests: PKCE login, the Web API as a new app sees it, and faults on demand."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
from collections import defaultdict, deque
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.fakes.spotify_data import features, track
from tests.fakes.spotify_faults import (
    BARE_403,
    EXPIRED,
    FORBIDDEN,
    INVALID,
    NOT_FOUND,
    REVOKED,
    Fault,
    oauth,
)
from tests.fakes.spotify_playlists import write_playlist
from tests.fakes.spotify_search import search

CLIENT_ID = "0123456789abcdef0123456789abcdef"
API_PAGE = 50


@dataclass
class FakeSpotify:
    """Start it with `with FakeSpotify() as spotify:`. Everything a test may look at or switch is a field."""

    plays: list[dict[str, Any]] = field(default_factory=list)
    known_tracks: set[int] = field(default_factory=lambda: set(range(100)))
    saved: list[dict[str, Any]] = field(default_factory=list)
    playlists: list[dict[str, Any]] = field(default_factory=list)
    playlist_contents: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    made_playlists: dict[str, dict[str, Any]] = field(default_factory=dict)
    account: dict[str, Any] = field(
        default_factory=lambda: {"id": "anna-id", "account_id": "acc-1", "display_name": "Anna"}
    )
    search_decoys: list[dict[str, Any]] = field(default_factory=list)
    gives_features: bool = False
    refuses_consent: bool = False
    granted_scope: str | None = None
    refresh_extras: dict[str, Any] = field(default_factory=lambda: {"scope": "kept"})
    token_seconds: int = 3600
    requests: list[str] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)
        self._codes: dict[str, dict[str, str]] = {}
        self.access_token = self.refresh_token = ""
        self.granted: set[str] = set()
        self._stopping = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> FakeSpotify:
        threading.Thread(target=self._server.serve_forever, args=[0.02], daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Go offline for good."""
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()

    def fail(self, path: str, *faults: Fault, after: int = 0) -> None:
        """Answer the requests to a path with these faults, one each, after so many good answers."""
        self._faults[path] = deque([_GOOD] * after + list(faults))

    @property
    def is_silent(self) -> bool:
        """Whether a request is going to wait for an answer that never comes, or never ends."""
        return any(
            fault.manner in ("hang", "endless") for waiting in self._faults.values() for fault in waiting
        )

    def next_fault(self, path: str) -> Fault | None:
        """Return the fault for this request, if one is waiting."""
        for prefix, waiting in self._faults.items():
            if path.startswith(prefix) and waiting:
                fault = waiting.popleft()
                return None if fault is _GOOD else fault
        return None

    def new_token(self, scope: str) -> dict[str, Any]:
        """Give out a token as after a login."""
        self.refresh_token = f"refresh-{secrets.token_urlsafe(16)}"
        self.secrets.add(self.refresh_token)
        self.granted = set(scope.split())
        return self._access() | {"refresh_token": self.refresh_token, "scope": scope}

    def _access(self) -> dict[str, Any]:
        self.access_token = f"access-{secrets.token_urlsafe(16)}"
        self.secrets.add(self.access_token)
        return {"access_token": self.access_token, "token_type": "Bearer", "expires_in": self.token_seconds}

    def hang(self) -> None:
        """Keep a request waiting until this Spotify stops."""
        self._stopping.wait(20)

    # The accounts service

    def authorize(self, query: dict[str, str]) -> str:
        """Return where the browser goes after the person has decided."""
        back = query["redirect_uri"]
        if query["client_id"] != CLIENT_ID or query["code_challenge_method"] != "S256":
            return f"{back}?{urlencode({'error': 'invalid_client', 'state': query['state']})}"
        if self.refuses_consent:
            return f"{back}?{urlencode({'error': 'access_denied', 'state': query['state']})}"
        code = f"code-{secrets.token_urlsafe(16)}"
        self.secrets.add(code)
        self._codes[code] = query
        return f"{back}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, str]) -> Fault:
        """Exchange a code or refresh a token, as strictly as Spotify does."""
        if form.get("client_id") != CLIENT_ID:
            return oauth(400, "invalid_client", "Invalid client")
        if form["grant_type"] == "refresh_token":
            if form["refresh_token"] != self.refresh_token:
                return REVOKED
            return Fault(200, self._access() | self.refresh_extras)
        asked = self._codes.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if not asked or asked["code_challenge"] != challenge or asked["redirect_uri"] != form["redirect_uri"]:
            return oauth(400, "invalid_grant", "Invalid authorization code")
        return Fault(
            200, self.new_token(asked["scope"] if self.granted_scope is None else self.granted_scope)
        )

    # The Web API

    def answer(self, path: str, query: dict[str, str], bearer: str) -> Fault:
        """Answer a GET of the Web API the way it answers an app made after 2026-02-11."""
        if bearer != f"Bearer {self.access_token}":
            return EXPIRED if bearer.removeprefix("Bearer ") in self.secrets else INVALID
        if "ids" in query:
            return FORBIDDEN
        first, _, rest = path.removeprefix("/v1/").strip("/").partition("/")
        if first == "me":
            return self._mine(rest, query)
        if first == "playlists" and rest.endswith("/items"):
            contents = self.playlist_contents.get(rest.removesuffix("/items"))
            return FORBIDDEN if contents is None else _page(contents, query)
        if first == "tracks":
            return self._one(rest, track)
        if first == "search":
            return search(query, self.known_tracks, self.search_decoys)
        if first == "audio-features":
            return self._one(rest, features) if self.gives_features else BARE_403
        return FORBIDDEN

    def _mine(self, what: str, query: dict[str, str]) -> Fault:
        if what == "":
            return Fault(200, self.account)
        if what == "player/recently-played":
            return self._recently_played(query)
        if what.startswith("top/"):
            names = [track(number) for number in range(3)]
            return Fault(200, {"items": names if what == "top/tracks" else [n["artists"][0] for n in names]})
        lists = {"tracks": self.saved, "playlists": self.playlists}
        return _page(lists[what], query) if what in lists else FORBIDDEN

    def _recently_played(self, query: dict[str, str]) -> Fault:
        """Return the newest 50 plays and no more, whatever is asked."""
        newest = sorted(self.plays, key=lambda item: str(item.get("played_at")), reverse=True)[:API_PAGE]
        if "before" in query:
            return Fault(200, {"items": [], "next": None, "cursors": None})
        items = newest[: int(query.get("limit", 20))]
        return Fault(200, {"items": items, "next": f"{self.url}/v1/x?before=1", "limit": len(items)})

    def _one(self, identity: str, make: Any) -> Fault:
        for number in self.known_tracks:
            if track(number)["id"] == identity:
                return Fault(200, make(number))
        return NOT_FOUND


_GOOD = Fault(299)


def _page(items: list[dict[str, Any]], query: dict[str, str]) -> Fault:
    offset, limit = int(query.get("offset", 0)), int(query.get("limit", 20))
    more = "more" if offset + limit < len(items) else None
    return Fault(200, {"items": items[offset : offset + limit], "next": more, "total": len(items)})


def _handler(spotify: FakeSpotify) -> type[BaseHTTPRequestHandler]:  # noqa: C901 (three small methods)
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            spotify.requests.append(self.path)
            fault = spotify.next_fault(parts.path)
            if parts.path == "/authorize" and not fault:
                fault = Fault(302, "", {"Location": spotify.authorize(query)})
            self._send(fault or spotify.answer(parts.path, query, self.headers.get("Authorization", "")))

        def do_PUT(self) -> None:
            self._write("PUT", self._body())

        def do_POST(self) -> None:
            text = self._body()
            if self.path.startswith("/v1/"):
                self._write("POST", text)
                return
            spotify.requests.append(self.path)
            form = {key: values[0] for key, values in parse_qs(text).items()}
            self._send(spotify.next_fault(self.path) or spotify.token(form))

        def _body(self) -> str:
            return self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()

        def _write(self, method: str, text: str) -> None:
            spotify.requests.append(f"{method} {self.path}")
            bearer = self.headers.get("Authorization", "")
            fault = spotify.next_fault(self.path)
            self._send(fault or write_playlist(spotify, method, self.path, json.loads(text), bearer))

        def _send(self, answer: Fault) -> None:
            if answer.manner in ("hang", "cut", "endless"):
                _give_no_answer(self, spotify, answer.manner)
                return
            payload = answer.payload if answer.manner == "reply" else json.dumps({"items": []}).encode()
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.status != 204:
                self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload if answer.manner == "reply" else payload[:5])

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


def _give_no_answer(handler: BaseHTTPRequestHandler, spotify: FakeSpotify, manner: str) -> None:
    """Say nothing at all, after a while or at once, or never stop."""
    if manner == "hang":
        spotify.hang()
    if manner != "endless":
        return
    handler.send_response(200)
    handler.end_headers()
    with suppress(BrokenPipeError, ConnectionResetError):
        while True:
            handler.wfile.write(b"[" * 65536)
