"""kill -9 of the server while a player submits and sends again what was not answered: every listen once."""

from __future__ import annotations

import http.client
import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from spotiflow.core.settings import Settings
from spotiflow.ingest.submissions.intake import take_in_listens
from spotiflow.ingest.submissions.tokens import add_token
from spotiflow.warehouse.database import open_warehouse
from tests.conftest import command_line
from tests.paths import ROOT
from tests.web.door.conftest import listen

# As many a minute as one token may send, so that no request waits.
PER_TOKEN = 90


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


class Mortal:
    """The server as a process that is killed and started again on one port."""

    def __init__(self, home: Path) -> None:
        self._home, self.port = home, free_port()
        self.kills = 0
        self._process = self._start()

    @contextmanager
    def killed_within(self, seconds: float) -> Iterator[None]:
        """Kill it so long after the block began, whatever it does then, and start the next."""
        killer = threading.Timer(seconds, self._process.kill)
        killer.start()
        yield
        killer.join()
        self._process.wait()
        self.kills += 1
        self._process = self._start()

    def end(self) -> None:
        self._process.kill()
        self._process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        words = ["dashboard", "--no-browser", "--port", str(self.port)]
        return subprocess.Popen(
            [sys.executable, str(ROOT / "cli.py"), *words],
            env=os.environ | {"SPOTIFLOW_HOME": str(self._home)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


@contextmanager
def mortal(home: Path) -> Iterator[Mortal]:
    server = Mortal(home)
    try:
        yield server
    finally:
        server.end()


def submit(port: int, token: str, number: int) -> bool:
    """Send one listen; whether it was answered with ok."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        body = json.dumps({"listen_type": "single", "payload": [listen(number)]})
        connection.request("POST", "/1/submit-listens", body, {"Authorization": f"Token {token}"})
        answer = connection.getresponse()
        return answer.status == 200 and json.loads(answer.read()) == {"status": "ok"}
    except (OSError, http.client.HTTPException, ValueError):
        return False
    finally:
        connection.close()


def submit_under_fire(settings: Settings, n_listens: int, n_kills: int, seed: int) -> int:
    """Submit so many while the server is killed so often; return how many kills left a request unanswered."""
    tokens = [add_token(settings, "me")[1] for _ in range(n_listens // PER_TOKEN + 1)]
    chance = random.Random(seed)
    deadly, repeated = set(chance.sample(range(n_listens), n_kills)), 0
    with mortal(settings.home) as server:
        for number in range(n_listens):
            token, is_done = tokens[number // PER_TOKEN], False
            if number in deadly:
                # An answer takes some milliseconds: before, while it syncs, behind it.
                with server.killed_within(chance.choice([0, 0, 0.003, 0.02]) * chance.random()):
                    is_done = submit(server.port, token, number)
                    repeated += not is_done
            until = time.monotonic() + 90
            while not (is_done or submit(server.port, token, number)):
                assert time.monotonic() < until, "the server does not come back"
                time.sleep(0.05)
        assert server.kills == n_kills
    return repeated


def counted(settings: Settings, table: str) -> tuple[int, int]:
    with open_warehouse(settings, read_only=True) as db:
        found = db.execute(
            f"select count(*), count(distinct track_name) from {table} where source = 'listenbrainz'"
        ).fetchone()
    assert found is not None
    return found[0], found[1]


def prepared(settings: Settings) -> None:
    with open_warehouse(settings):
        pass


@pytest.mark.slow
def test_six_kills_during_three_hundred_listens(settings: Settings) -> None:
    prepared(settings)
    assert submit_under_fire(settings, 300, 6, seed=1) > 0
    take_in_listens(settings)
    assert counted(settings, "raw.listening_history") == (300, 300)
    assert not list(settings.inbox_dir.iterdir())


@pytest.mark.long
def test_fifty_kills_during_five_thousand_listens(settings: Settings) -> None:
    prepared(settings)
    assert submit_under_fire(settings, 5_000, 50, seed=2) > 10
    command_line(settings.home)("run", "--only", "listens")
    command_line(settings.home)("build", "--layer", "silver")
    assert counted(settings, "raw.listening_history") == (5_000, 5_000)
    assert counted(settings, "silver.plays") == (5_000, 5_000)
