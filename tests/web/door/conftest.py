"""A server on a free port with a player of `me` and one of `anna`, and a way to ask it."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from spotiflow.core.settings import Settings
from spotiflow.ingest.listeners import add_listener
from spotiflow.ingest.submissions.spool import read, waiting
from spotiflow.ingest.submissions.tokens import add_token
from spotiflow.warehouse.database import open_warehouse
from spotiflow.web.serving.server import Place, serving

# A second in the past that stays one: 2026-01-01 12:00:00 UTC.
NOON = 1_767_268_800


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass
class Server:
    """A running server, and the tokens of its players."""

    settings: Settings
    port: int
    me: str
    anna: str

    def ask(
        self,
        path: str,
        body: Any = None,
        *,
        token: str | None = None,
        method: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Send a request; a body that is no bytes goes as JSON. token: default that of `me`, "" for none."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        token = self.me if token is None else token
        sent = ({"Authorization": f"Token {token}"} if token else {}) | (headers or {})
        content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        try:
            connection.request(method or ("GET" if body is None else "POST"), path, content, sent)
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, found, answer.read().decode())
        finally:
            connection.close()

    def submit(self, *listens: dict[str, Any], kind: str = "import", token: str | None = None) -> Answer:
        return self.ask("/1/submit-listens", {"listen_type": kind, "payload": list(listens)}, token=token)

    def waiting(self) -> list[dict[str, Any]]:
        """Return the listens in the inbox, in the order in which they came."""
        return [listen for batch in waiting(self.settings) for listen in read(batch) or []]


def listen(number: int, **changes: Any) -> dict[str, Any]:
    """A listen as players send it, another one for each number."""
    track: dict[str, Any] = {
        "artist_name": f"Artist {number % 7}",
        "track_name": f"Song {number}",
        "release_name": f"Album {number % 5}",
        "additional_info": {"submission_client": "navidrome", "duration_ms": 200_000},
    }
    return {"listened_at": NOON + 240 * number, "track_metadata": track | changes}


@pytest.fixture
def door(settings: Settings) -> Iterator[Server]:
    """The server, on a warehouse without a play."""
    with open_warehouse(settings):
        pass
    add_listener(settings, "anna", time_zone="UTC")
    _, me = add_token(settings, "me", "phone")
    _, anna = add_token(settings, "anna")
    with serving(settings, Place(port=0)) as port:
        yield Server(settings, port, me, anna)
