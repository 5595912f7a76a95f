"""A fake Spotify, a home that is logged in to it, and the command line inside this process."""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from spotiflow import cli
from spotiflow.core.settings import Settings, load_settings
from spotiflow.ingest.spotify.oauth import SCOPES
from spotiflow.ingest.spotify.token_store import Login, TokenStore, token_path
from spotiflow.warehouse.database import open_warehouse
from spotiflow.warehouse.run_log import utc_now
from tests.fakes.spotify import CLIENT_ID, FakeSpotify
from tests.fakes.spotify_data import play

# On a busy machine a good answer may take a while: only for one that never comes the wait is short.
PATIENCE_SECONDS = 10.0
SHORT_PATIENCE_SECONDS = 0.2
MORNING = datetime(2026, 11, 16, 6, 0, 0)


@dataclass
class Result:
    """What a command printed and how it ended."""

    code: int
    output: str


Cli = Callable[..., Result]


@pytest.fixture
def spotify() -> Iterator[FakeSpotify]:
    with FakeSpotify() as fake:
        yield fake


@pytest.fixture
def settings(tmp_path: Path, spotify: FakeSpotify, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings, in the environment too, of a home that asks the fake Spotify and waits for nothing long."""
    values = {
        "HOME": tmp_path / "home",
        "SPOTIFY_CLIENT_ID": CLIENT_ID,
        "SPOTIFY_API_URL": spotify.url,
        "SPOTIFY_ACCOUNTS_URL": spotify.url,
        "SPOTIFY_FIRST_WAIT_SECONDS": 0.002,
        "SPOTIFY_TIMEOUT_SECONDS": PATIENCE_SECONDS,
        "LOCK_WAIT_SECONDS": 0.1,
        "THREADS": 1,
    }
    for name, value in values.items():
        monkeypatch.setenv(f"SPOTIFLOW_{name}", str(value))
    return load_settings()


@pytest.fixture
def logged_in(settings: Settings, spotify: FakeSpotify) -> Settings:
    """The same with a login from today."""
    log_in(settings, spotify)
    return settings


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def log_in(settings: Settings, spotify: FakeSpotify, *, days_ago: float = 0, listener: str = "me") -> None:
    token = spotify.new_token(" ".join(SCOPES))
    token["expires_at"] = int(time.time()) + 3600
    login = Login(CLIENT_ID, utc_now() - timedelta(days=days_ago), SCOPES, token, "acc-1", "Anna")
    TokenStore(token_path(settings, listener)).save(login)


def expire_access(settings: Settings) -> None:
    """Make the stored access token look an hour old."""
    store = TokenStore(token_path(settings, "me"))
    login = store.load()
    assert login
    assert login.token
    login.token["expires_at"] = int(time.time()) - 10
    store.save(login)


@pytest.fixture
def run(
    settings: Settings,
    spotify: FakeSpotify,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Cli:
    """Run `spotiflow ARGUMENTS` in this process, as `cli.run` runs it."""

    def call(*arguments: str) -> Result:
        monkeypatch.setattr(sys, "argv", ["spotiflow", *arguments])
        monkeypatch.setenv("COLUMNS", "300")
        patience = SHORT_PATIENCE_SECONDS if spotify.is_silent else PATIENCE_SECONDS
        monkeypatch.setenv("SPOTIFLOW_SPOTIFY_TIMEOUT_SECONDS", str(patience))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.run()
        printed = capsys.readouterr()
        output = printed.out + printed.err
        assert "Traceback" not in output
        assert "unexpected" not in output, output + log_of(settings)
        return Result(int(ended.value.code or 0), output)

    return call


def log_of(settings: Settings) -> str:
    path = settings.logs_dir / "spotiflow.log"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def plays(first: int, n: int, start: datetime = MORNING, minutes: float = 4) -> list[dict[str, Any]]:
    """Return `n` plays of different tracks, one every few minutes."""
    moments = [start + timedelta(minutes=minutes * i, milliseconds=137) for i in range(n)]
    return [play(first + i, moment) for i, moment in enumerate(moments)]


def ask(settings: Settings, sql: str) -> list[tuple[Any, ...]]:
    with open_warehouse(settings, read_only=True) as db:
        return db.execute(sql).fetchall()


def stored_plays(settings: Settings) -> list[str]:
    """Return the uri of every stored play, oldest first, as often as it is stored."""
    rows = ask(settings, "select content_uri from raw.listening_history order by played_at, content_uri")
    return [row[0] for row in rows]


def played(spotify: FakeSpotify) -> list[str]:
    """Return the uri of every play Spotify knows of, oldest first."""
    return [item["track"]["uri"] for item in sorted(spotify.plays, key=lambda item: item["played_at"])]


def assert_no_secret(settings: Settings, spotify: FakeSpotify, *outputs: str) -> None:
    """No token and no code in what was printed, nor in any file of the home but the token's own."""
    found = {"output": "\n".join(outputs).encode()}
    for path in settings.home.rglob("*"):
        if path.is_file() and not path.name.startswith("token"):
            found[str(path)] = path.read_bytes()
    for place, content in found.items():
        for secret in spotify.secrets:
            assert secret.encode() not in content, place
