"""Tokens, codes and passwords: in no process list while commands run, and nowhere after a crash."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from spotiflow.core.settings import Settings
from tests.conftest import command_line
from tests.fakes.spotify import FakeSpotify
from tests.ingest.spotify.conftest import (
    assert_no_secret,
    expire_access,
    log_of,
    plays,
)
from tests.ingest.spotify.terminal import BROWSER, Terminal
from tests.paths import ROOT
from tests.publish.conftest import address, filled, server

PASSWORD = "pw-6b1f0c9d"
WEBHOOK = "hook-3e8a7d21"

__all__ = ["address", "filled", "server"]


@contextmanager
def watched() -> Iterator[dict[int, str]]:
    """Read the command lines of all processes again and again, as anybody can; yields them by number."""
    seen: dict[int, str] = {}
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            for place in Path("/proc").glob("[0-9]*"):
                try:
                    line = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                except OSError:
                    continue
                seen[int(place.name)] = f"{seen.get(int(place.name), '')}\n{line}"[-20_000:]

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join()


def seen_of(processes: dict[int, str], words: str) -> str:
    """Return the command lines, having made sure that the commands in question were among them."""
    lines = "\n".join(processes.values())
    assert f"cli.py {words}" in lines
    return lines


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="there is no /proc to look at here")
def test_no_process_list_shows_a_secret(
    logged_in: Settings, filled: Settings, spotify: FakeSpotify, address: str
) -> None:
    """`address` leads to a real server, which is told a password as PostgreSQL's own programs are."""
    assert filled.home == logged_in.home
    (logged_in.home / "config.toml").write_text(f'on_alert = "http://127.0.0.1:1/{WEBHOOK}"\n')
    spotify.plays = plays(0, 10)
    run = command_line(logged_in.home)
    pg = {"PGHOST": address.partition("host=")[2], "PGUSER": "postgres", "PGDATABASE": "postgres"}
    pg |= {"PGPASSWORD": PASSWORD}
    with watched() as processes:
        terminal = Terminal("auth", "login", BROWSER=BROWSER)
        assert terminal.end() == 0, terminal.seen
        expire_access(logged_in)
        polled = run("run", "--only", "spotify", "--json")
        published = run("publish", "postgres", **pg)
        # A strange file is an alert, and the webhook that has to be told does not answer.
        (logged_in.inbox_dir / "notes.txt").write_text("nothing of it")
        os.utime(logged_in.inbox_dir / "notes.txt", (1_700_000_000, 1_700_000_000))
        alerted = run("run", "--only", "files", check=False)
    assert alerted.returncode == 1
    assert "webhook of on_alert was not reached" in log_of(logged_in)
    lines = "\n".join(seen_of(processes, words) for words in ("auth login", "run --only", "publish postgres"))
    assert "browser.py" in lines
    secrets = {*spotify.secrets, PASSWORD, WEBHOOK}
    assert len(secrets) >= 5
    outputs = [done.stdout + done.stderr for done in (polled, published, alerted)]
    for secret in secrets:
        assert secret not in lines
        assert secret not in "".join(outputs) + terminal.seen + log_of(logged_in)
    assert_no_secret(logged_in, spotify, terminal.seen, *outputs)


# Spotify's library breaks in a way that nobody thought of, with every secret at hand and in its words.
BROKEN = """
import sys
root, password, plain = sys.argv[1:4]
del sys.argv[1:4]
sys.path.insert(0, root)
import spotipy

def broken(self, *_, **__):
    header = self._auth_headers()["Authorization"]
    address = f"https://me:{password}@api.spotify.com/v1/me?access_token={header.split()[1]}&code={plain}"
    raise RuntimeError(f"GET {address} with {header}, cookie {plain}", {"refresh_token": plain})

spotipy.Spotify._internal_call = broken
from spotiflow import cli
cli.main()
"""
PLAIN = "AQ" + "x7Zk-_" * 20


@pytest.mark.parametrize(
    "words",
    [["ingest", "spotify"], ["ingest", "spotify", "--json"], ["run", "--only", "spotify", "--json"]],
    ids=" ".join,
)
def test_a_crash_shows_no_secret(logged_in: Settings, spotify: FakeSpotify, words: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", BROKEN, str(ROOT), PASSWORD, PLAIN, *words],
        env=os.environ | {"COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "RuntimeError" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    log = log_of(logged_in)
    assert "Traceback" in log, "who mends the program needs it"
    assert "https://me:***@api.spotify.com" in log
    for secret in (PASSWORD, PLAIN):
        assert secret not in done.stdout + done.stderr + log
    assert_no_secret(logged_in, spotify, done.stdout, done.stderr)
