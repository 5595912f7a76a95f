"""A ReccoBeats on 127.0.0.1 for tests: features by Spotify id or ISRC, unknown ids absent, faults."""

from __future__ import annotations

import json
import threading
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


def entry(track_id: str, isrc: str | None = None, **changes: Any) -> dict[str, Any]:
    """One recording as ReccoBeats answers it: its own id, no time signature, no length."""
    return {
        "id": f"own-{track_id}",
        "href": f"https://open.spotify.com/track/{track_id}",
        "isrc": isrc,
        "acousticness": 0.981,
        "danceability": 0.325,
        "energy": 0.159,
        "instrumentalness": 0.869,
        "key": 4,
        "liveness": 0.166,
        "loudness": -15.424,
        "mode": 0,
        "speechiness": 0.0464,
        "tempo": 67.091,
        "valence": 0.0399,
    } | changes


@dataclass
class FakeReccoBeats:
    """Start it with `with FakeReccoBeats() as provider:`. `faults` are answered first, in their order."""

    known: dict[str, dict[str, Any]] = field(default_factory=dict)
    faults: deque[tuple[int, str, dict[str, str]]] = field(default_factory=deque)
    asked: list[list[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> FakeReccoBeats:
        threading.Thread(target=self._server.serve_forever, args=[0.02], daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, ids: list[str]) -> tuple[int, str, dict[str, str]]:
        """Answer a question, in another order than it was asked."""
        if self.faults:
            return self.faults.popleft()
        if len(ids) > 40:
            return 400, '{"error": "too many ids"}', {}
        found = [self.known[identity] for identity in reversed(ids) if identity in self.known]
        return 200, json.dumps({"content": found}), {}


def _handler(provider: FakeReccoBeats) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            ids = parse_qs(parts.query)["ids"][0].split(",")
            provider.asked.append(ids)
            status, body, headers = provider.answer(ids)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler
