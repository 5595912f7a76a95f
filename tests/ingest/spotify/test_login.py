"""Logging in through a terminal: with a browser, by pasting, and every way in which that goes wrong."""

from __future__ import annotations

import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from spotiflow.core.settings import Settings, load_settings
from spotiflow.ingest.spotify.callback import callback_server
from spotiflow.ingest.spotify.oauth import SCOPES
from spotiflow.ingest.spotify.token_store import TokenStore, token_path
from tests.fakes.spotify import CLIENT_ID, FakeSpotify
from tests.fakes.spotify_faults import NO_PREMIUM_TEXT
from tests.ingest.spotify.conftest import (
    Cli,
    assert_no_secret,
    log_in,
    log_of,
    played,
    plays,
    stored_plays,
)
from tests.ingest.spotify.terminal import (
    ADDRESS,
    BROWSER,
    Terminal,
    landing,
    visit,
)
from tests.paths import ROOT


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield int(holder.getsockname()[1])


def test_login_in_a_browser_ends_with_a_first_poll(
    settings: Settings, spotify: FakeSpotify, free_port: int, run: Cli
) -> None:
    spotify.plays = plays(0, 10)
    terminal = Terminal("auth", "login", "--port", str(free_port), BROWSER=BROWSER)
    assert terminal.end() == 0, terminal.seen
    assert "Logged in as Anna" in terminal.seen
    assert "10 plays read: 10 new" in terminal.seen
    assert stored_plays(settings) == played(spotify)
    path = token_path(settings, "me")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    status = run("auth", "status", "--json")
    assert '"account_id": "acc-1"' in status.output
    assert '"days_left": 18' in status.output  # six months are 181 to 184 days
    assert "user-read-recently-played" in run("auth", "status").output
    assert_no_secret(settings, spotify, terminal.seen, status.output)
    query = parse_qs(urlsplit(terminal.read_until(ADDRESS)).query)
    assert query["scope"] == [" ".join(SCOPES)]
    assert query["redirect_uri"] == [f"http://127.0.0.1:{free_port}/callback"]


def test_a_taken_port_is_replaced_by_a_free_one(
    settings: Settings, spotify: FakeSpotify, taken_port: int
) -> None:
    terminal = Terminal("auth", "login", "--port", str(taken_port))
    address = terminal.read_until(ADDRESS)
    assert f"Port {taken_port} is taken" in terminal.seen
    visit(address)
    assert terminal.end() == 0, terminal.seen


def test_only_the_right_state_at_the_right_path_counts(
    settings: Settings, spotify: FakeSpotify, free_port: int
) -> None:
    terminal = Terminal("auth", "login", "--port", str(free_port))
    address = terminal.read_until(ADDRESS)
    base = f"http://127.0.0.1:{free_port}"
    for stray in (
        "/favicon.ico",
        "/callback?code=x&state=wrong",
        "/callback?code=x",
        "/?code=x",
        "/callback",
    ):
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(base + stray, timeout=5)
    visit(address)
    assert terminal.end() == 0, terminal.seen


def test_a_login_that_nobody_finishes_ends_by_itself(settings: Settings, free_port: int) -> None:
    terminal = Terminal("auth", "login", "--port", str(free_port), SPOTIFLOW_SPOTIFY_LOGIN_SECONDS="0.2")
    assert terminal.end() == 3
    assert "Nobody logged in" in terminal.seen
    assert not token_path(settings, "me").exists()


def test_a_refusal_in_the_browser(settings: Settings, spotify: FakeSpotify, free_port: int) -> None:
    spotify.refuses_consent = True
    terminal = Terminal("auth", "login", "--port", str(free_port), BROWSER=BROWSER)
    assert terminal.end() == 3
    assert "refused in the browser" in terminal.seen


@pytest.mark.parametrize("form", ["address", "code"])
def test_pasting_what_another_machine_shows(form: str, settings: Settings, spotify: FakeSpotify) -> None:
    terminal = Terminal("auth", "login", "--no-browser")
    landed = landing(terminal.read_until(ADDRESS))
    code = parse_qs(urlsplit(landed).query)["code"][0]
    terminal.read_until("(Paste that address)")
    terminal.type(landed if form == "address" else code)
    assert terminal.end() == 0, terminal.seen
    login = TokenStore(token_path(settings, "me")).load()
    assert login
    assert login.account_name == "Anna"
    assert code not in log_of(settings)


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("http://127.0.0.1:8888/callback?code=abc&state=other", "belongs to another login"),
        ("http://127.0.0.1:8888/callback?error=access_denied", "refused in the browser"),
        ("http://127.0.0.1:8888/callback", "holds no code"),
        ("", "holds no code"),
        ("nonsense", "has ended the login"),
    ],
)
def test_pasting_something_else(pasted: str, said: str, settings: Settings, spotify: FakeSpotify) -> None:
    terminal = Terminal("auth", "login", "--no-browser")
    terminal.read_until("(Paste that address)")
    terminal.type(pasted)
    assert terminal.end() == 3, terminal.seen
    assert said in terminal.seen


def test_without_a_terminal_no_login_is_started(settings: Settings, spotify: FakeSpotify) -> None:
    for arguments in (("auth", "login"), ("auth", "login", "--no-browser"), ("ingest", "spotify")):
        done = subprocess.run(
            [sys.executable, str(ROOT / "cli.py"), *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=20,
        )
        assert done.returncode == 3, done.stderr
        assert "spotiflow auth login" in done.stderr
    assert spotify.requests == []


def test_another_account_does_not_mix_two_histories(
    logged_in: Settings, spotify: FakeSpotify, free_port: int
) -> None:
    spotify.account = {"id": "ben-id", "account_id": "acc-2", "display_name": "Ben"}
    terminal = Terminal("auth", "login", "--port", str(free_port), BROWSER=BROWSER)
    assert terminal.end() == 1
    assert "another Spotify account" in terminal.seen
    login = TokenStore(token_path(logged_in, "me")).load()
    assert login
    assert login.account_id == "acc-1"


def test_a_login_without_premium_says_what_is_missing(
    settings: Settings, spotify: FakeSpotify, free_port: int
) -> None:
    spotify.fail("/v1/me", NO_PREMIUM_TEXT)
    terminal = Terminal("auth", "login", "--port", str(free_port), BROWSER=BROWSER)
    assert terminal.end() == 1
    assert "no Premium subscription" in terminal.seen


@pytest.mark.parametrize(
    ("client_id", "code", "said"),
    [("", 2, "client id is needed"), ("not an id!", 1, "not one"), ("f" * 32, 3, "refused")],
)
def test_the_client_id(
    client_id: str, code: int, said: str, settings: Settings, free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPOTIFLOW_SPOTIFY_CLIENT_ID", client_id)
    terminal = Terminal("auth", "login", "--port", str(free_port), BROWSER=BROWSER)
    assert terminal.end() == code
    assert said in terminal.seen


def test_the_older_name_of_the_client_id_works(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPOTIFLOW_SPOTIFY_CLIENT_ID")
    monkeypatch.setenv("SPOTIFY_CLIENT_ID", CLIENT_ID)
    assert load_settings().spotify_client_id == CLIENT_ID


def test_logout_leaves_nothing_to_poll_with(logged_in: Settings, spotify: FakeSpotify, run: Cli) -> None:
    assert run("auth", "logout").code == 0
    assert not token_path(logged_in, "me").exists()
    assert run("ingest", "spotify").code == 3
    assert "no login" in run("auth", "logout").output
    assert "no login" in run("auth", "status").output
    assert spotify.requests == []


def test_a_login_for_another_listener_has_its_own_file(
    settings: Settings, spotify: FakeSpotify, run: Cli
) -> None:
    run("listener", "add", "anna")
    log_in(settings, spotify, listener="anna")
    spotify.plays = plays(0, 3)
    assert run("ingest", "spotify").code == 3
    assert run("ingest", "spotify", "--listener", "anna").code == 0
    assert stored_plays(settings) == played(spotify)


def test_the_callback_answers_only_on_this_machine_and_stops() -> None:
    with callback_server(0, "/callback") as callback:
        address = callback.redirect_uri
        assert urlsplit(address).hostname == "127.0.0.1"
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", callback.port), timeout=1)


def test_waiting_for_the_browser_does_not_take_longer_than_it_needs() -> None:
    with callback_server(0, "/callback") as callback:
        began = time.monotonic()
        urllib.request.urlopen(f"{callback.redirect_uri}?code=c&state={callback.state}", timeout=5)
        assert callback.wait(180) == "c"
        assert time.monotonic() - began < 5
