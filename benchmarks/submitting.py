"""Listens of players at a rate no household reaches, and a page of the dashboard meanwhile."""

from __future__ import annotations

import http.client
import http.cookiejar
import json
import os
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import histories
from benchmarks.measuring import Figure, run_command
from spotiflow.core.settings import Settings, load_settings
from spotiflow.ingest.submissions.tokens import add_token
from spotiflow.web.serving.rate import REQUESTS

SECONDS = 10
CONNECTIONS = 20
FIRST_SECOND = 1_767_268_800


def measure_submitting(folder: Path) -> list[Figure]:
    """Serve 200,000 plays, submit 200 listens a second, then 100 while a page is asked for."""
    home = folder / "submitting"
    settings = load_settings(home=home)
    histories.write(settings, histories.ONE_LISTENER)
    run_command(home, "build")
    return measure_server(settings)


def measure_server(settings: Settings) -> list[Figure]:
    """Measure a home that is built."""
    with _served(settings.home) as (port, address):
        browser = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        )
        browser.open(address, timeout=60).read()
        fast = sorted(_submit(settings, port, 200))
        pages: list[float] = []
        load = threading.Thread(target=_submit, args=(settings, port, 100))
        load.start()
        while load.is_alive():
            began = time.perf_counter()
            browser.open(f"http://127.0.0.1:{port}/", timeout=60).read()
            pages.append(time.perf_counter() - began)
        load.join()
    return [
        Figure(
            "answer to a listen, 99 of 100, at 200 a second", fast[len(fast) * 99 // 100] * 1000, 50, "ms"
        ),
        Figure("page while 100 listens a second arrive, the slowest", max(pages), 1.5),
    ]


@contextmanager
def _served(home: Path) -> Iterator[tuple[int, str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "spotiflow", "dashboard", "--no-browser", "--port", "0"],
        env=os.environ | {"SPOTIFLOW_HOME": str(home)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().split()[-1]
        yield int(address.split(":")[2].split("/")[0]), address
    finally:
        process.terminate()
        process.wait()


def _submit(settings: Settings, port: int, rate: int) -> list[float]:
    """Submit so many a second, each when its time has come; return how long each took from then on."""
    total = rate * SECONDS
    listener = settings.default_listener
    tokens = [add_token(settings, listener)[1] for _ in range(total // REQUESTS + 1)]
    taken: list[float] = []
    began = time.perf_counter() + 0.5

    def player(first: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for number in range(first, total, CONNECTIONS):
            due = began + number / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            headers = {"Authorization": f"Token {tokens[number % len(tokens)]}"}
            connection.request("POST", "/1/submit-listens", _body(number), headers)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200, answer.status
            taken.append(time.perf_counter() - due)

    players = [threading.Thread(target=player, args=(first,)) for first in range(CONNECTIONS)]
    for one in players:
        one.start()
    for one in players:
        one.join()
    assert len(taken) == total
    return taken


def _body(number: int) -> str:
    track = {"artist_name": f"Artist {number % 50}", "track_name": f"Song {number}"}
    listen = {"listened_at": FIRST_SECOND + number, "track_metadata": track}
    return json.dumps({"listen_type": "single", "payload": [listen]})
