"""Where Spotify sends the browser back: an address on this machine that Spotify accepts, or a sentence."""

from __future__ import annotations

import urllib.error
import urllib.request
from urllib.parse import parse_qs, urlsplit

import pytest

from spotiflow.core.errors import InputError
from spotiflow.core.settings import Settings, load_settings
from tests.fakes.spotify import FakeSpotify
from tests.ingest.spotify.terminal import ADDRESS, Terminal, visit


@pytest.mark.parametrize("address", ["http://localhost:8888/callback", "HTTP://LocalHost/callback"])
def test_localhost_is_refused_before_spotify_does(
    address: str, settings: Settings, spotify: FakeSpotify, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPOTIFLOW_SPOTIFY_REDIRECT_URI", address)
    terminal = Terminal("auth", "login")
    assert terminal.end() == 1
    assert "Spotify refuses localhost since 27 November 2025" in terminal.seen
    assert "http://127.0.0.1:8888/callback, here and in the settings of your app" in terminal.seen
    assert spotify.requests == []


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1:8888/callback",
        "http://127.0.0.1:8888",
        "http://127.0.0.1:0/x",
        "http://127.0.0.1:70000/x",
        "http://example.org/callback",
        "http://127.0.0.1.example.org/callback",
        "http://127.0.0.1:1@x/",
        "callback",
    ],
)
def test_other_redirect_addresses_that_cannot_work(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPOTIFLOW_SPOTIFY_REDIRECT_URI", address)
    with pytest.raises(InputError, match="expected an address on this machine"):
        load_settings()


def test_the_redirect_address_of_ones_own_app(
    settings: Settings, spotify: FakeSpotify, free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPOTIFLOW_SPOTIFY_REDIRECT_URI", f"http://127.0.0.1:{free_port}/my/way")
    terminal = Terminal("auth", "login")
    address = terminal.read_until(ADDRESS)
    asked = parse_qs(urlsplit(address).query)["redirect_uri"]
    assert asked == [f"http://127.0.0.1:{free_port}/my/way"]
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(f"http://127.0.0.1:{free_port}/callback", timeout=5)
    visit(address)
    assert terminal.end() == 0, terminal.seen
