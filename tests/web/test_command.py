"""`spotiflow dashboard` as a process: its address, a second call, a taken port, an end in order."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from spotiflow.core.settings import Settings
from tests.conftest import command_line
from tests.paths import ROOT
from tests.report.conftest import small_warehouse  # noqa: F401 (a fixture)

pytestmark = pytest.mark.slow


@pytest.fixture
def home(small_warehouse: Settings, tmp_path: Path) -> Path:  # noqa: F811 (the fixture)
    place = tmp_path / "home"
    place.mkdir()
    shutil.copyfile(small_warehouse.database_path, place / "spotiflow.duckdb")
    return place


@contextmanager
def running(home: Path, *words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start a dashboard and yield it with the address it prints; kill it at the end."""
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "cli.py"), "dashboard", "--no-browser", "--port", "0", *words],
        env=os.environ | {"SPOTIFLOW_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert "http://127.0.0.1:" in line, line
        yield process, line.split()[-1]
    finally:
        process.kill()
        process.communicate()


def browser() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(CookieJar())
    )


def test_it_opens_answers_and_ends_in_order(home: Path) -> None:
    with running(home, "--listener", "beginner") as (process, address):
        first = browser()
        page = first.open(address, timeout=20).read().decode()
        assert ">200<" in page.replace("</dd>", "<")
        port = address.split(":")[2].split("/")[0]
        # A second call finds the one that runs and opens it for another browser.
        again = command_line(home)("dashboard", "--no-browser").stdout
        assert f":{port}/" in again
        other = browser()
        assert other.open(again.split()[2], timeout=20).status == 200
        with pytest.raises(urllib.error.HTTPError, match="403"):
            browser().open(address, timeout=20)
        with socket.socket() as sock:
            # Nobody but this machine reaches it.
            sock.settimeout(2)
            own = socket.gethostbyname(socket.gethostname())
            assert own.startswith("127.") or sock.connect_ex((own, int(port))) != 0
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0
        assert process.stderr is not None
        assert process.stderr.read().strip() == "The dashboard is closed."


def test_a_taken_port_an_unknown_listener_and_an_empty_home(home: Path, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = command_line(home)("dashboard", "--no-browser", "--port", port, check=False)
    assert done.returncode == 1
    assert f"Port {port} of 127.0.0.1 cannot be used" in done.stderr
    done = command_line(home)("dashboard", "--no-browser", "--listener", "nobody-at-all", check=False)
    assert done.returncode == 1
    assert "There is no listener 'nobody-at-all'" in done.stderr
    with running(tmp_path / "empty") as (_, address):
        with pytest.raises(urllib.error.HTTPError) as refused:
            browser().open(address, timeout=20)
        assert "There is no warehouse" in refused.value.read().decode()


def test_two_hundred_connections_and_a_slow_one(home: Path) -> None:
    with running(home) as (_, address):
        client = browser()
        client.open(address, timeout=20)
        where = ("127.0.0.1", int(address.split(":")[2].split("/")[0]))
        slow = [socket.create_connection(where, timeout=5) for _ in range(200)]
        for sock in slow:
            sock.sendall(b"GET / HTTP/1.1\r\n")
        assert client.open(address.split("?")[0], timeout=20).status == 200
        for sock in slow:
            sock.close()
