"""A list becomes a private playlist: with the right, after asking, and with what is left out named."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from spotiflow.core.errors import (
    ApiError,
    InputError,
    LoginNeededError,
    WaitError,
)
from spotiflow.core.settings import Settings
from spotiflow.ingest.spotify.oauth import PLAYLIST_SCOPE, SCOPES
from spotiflow.ingest.spotify.token_store import TokenStore, token_path
from spotiflow.pipeline.recommending import Sent, Wish, send_to_spotify
from spotiflow.report.recommendations import Recommendations, Row
from tests.fakes.spotify import FakeSpotify
from tests.fakes.spotify_data import track_id
from tests.fakes.spotify_faults import FORBIDDEN, LIMIT_LONG, Fault
from tests.ingest.spotify.conftest import log_in
from tests.ingest.spotify.terminal import BROWSER, Terminal

CALM = Wish(playlist="calm")


def _found(*, simulated: bool = False, ids: tuple[str | None, ...] = ()) -> Recommendations:
    known = ids or (track_id(1), None, track_id(2))
    rows = [
        Row(place, "again", f"name:{place}", spotify_id, f"Song {place}", "Artist", None, "3 plays")
        for place, spotify_id in enumerate(known, start=1)
    ]
    return Recommendations(
        "me", "me: calm", rows, simulated, 0.5, "frequency", "taste", "1", "2026-01-01", []
    )


@pytest.fixture
def allowed(settings: Settings, spotify: FakeSpotify) -> Settings:
    """A login that may make playlists."""
    log_in(settings, spotify)
    store = TokenStore(token_path(settings, "me"))
    login = store.load()
    assert login
    store.save(replace(login, scopes=(*SCOPES, PLAYLIST_SCOPE)))
    spotify.granted.add(PLAYLIST_SCOPE)
    return settings


def _send(
    settings: Settings, found: Recommendations, *, answer: bool | None = True
) -> tuple[Sent, list[str]]:
    said: list[str] = []

    def ask(question: str) -> bool:
        said.append(question)
        return bool(answer)

    return send_to_spotify(settings, CALM, found, None if answer is None else ask, said.append), said


def test_a_private_playlist_is_made_after_asking(allowed: Settings, spotify: FakeSpotify) -> None:
    sent, said = _send(allowed, _found())
    (made,) = spotify.made_playlists.values()
    assert (made["name"], made["public"]) == ("spotiflow: calm", False)
    assert made["items"] == [f"spotify:track:{track_id(number)}" for number in (1, 2)]
    assert said == [
        "Without a Spotify id, left out: Song 2 (Artist)",
        "Make the private playlist 'spotiflow: calm' with 2 tracks in your Spotify account?",
    ]
    assert sent.left_out == ["Song 2 (Artist)"]
    assert "https://open.spotify.com/playlist/" in sent.text
    assert "Song 2 (Artist)" in sent.text


def test_who_says_no_gets_nothing(allowed: Settings, spotify: FakeSpotify) -> None:
    sent, _ = _send(allowed, _found(), answer=False)
    assert sent.text == "Nothing was made."
    assert spotify.made_playlists == {}


def test_yes_beforehand_asks_nothing(allowed: Settings, spotify: FakeSpotify) -> None:
    _, said = _send(allowed, _found(ids=(track_id(1),)), answer=None)
    assert said == []
    assert len(spotify.made_playlists) == 1


def test_without_a_login_or_the_right_a_login_is_needed(settings: Settings, spotify: FakeSpotify) -> None:
    with pytest.raises(LoginNeededError, match="no login") as error:
        _send(settings, _found())
    assert error.value.exit_code == 3
    assert "auth login --playlists" in error.value.hint
    log_in(settings, spotify)
    with pytest.raises(LoginNeededError, match="right to make playlists"):
        _send(settings, _found())
    assert not [request for request in spotify.requests if request.startswith(("POST", "PUT"))]


def test_a_person_at_the_terminal_may_refuse_the_login(
    settings: Settings, spotify: FakeSpotify, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_in(settings, spotify)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    said: list[str] = []
    with pytest.raises(LoginNeededError):
        send_to_spotify(settings, CALM, _found(), lambda _: False, said.append)
    assert PLAYLIST_SCOPE in said[0]


def test_a_login_with_playlists_asks_for_the_right_and_later_ones_keep_it(
    settings: Settings, spotify: FakeSpotify
) -> None:
    terminal = Terminal("auth", "login", "--playlists", BROWSER=BROWSER)
    assert terminal.end() == 0, terminal.seen
    again = Terminal("auth", "login", BROWSER=BROWSER)
    assert again.end() == 0, again.seen
    login = TokenStore(token_path(settings, "me")).load()
    assert login
    assert PLAYLIST_SCOPE in login.scopes


def test_simulated_listeners_and_lists_without_ids_are_not_sent(allowed: Settings) -> None:
    with pytest.raises(InputError, match="simulated"):
        _send(allowed, _found(simulated=True))
    with pytest.raises(InputError, match="none of the 1 tracks"):
        _send(allowed, _found(ids=(None,)))


def test_what_spotify_refuses_is_said(allowed: Settings, spotify: FakeSpotify) -> None:
    spotify.fail("/v1/me/playlists", FORBIDDEN)
    with pytest.raises(ApiError, match="403"):
        _send(allowed, _found())
    spotify.fail("/v1/me/playlists", LIMIT_LONG)
    with pytest.raises(WaitError):
        _send(allowed, _found())
    assert spotify.made_playlists == {}


def test_filling_twice_after_a_lost_answer_leaves_each_track_once(
    allowed: Settings, spotify: FakeSpotify
) -> None:
    spotify.fail("/v1/playlists/", Fault(502, "bad gateway"))
    _send(allowed, _found())
    (made,) = spotify.made_playlists.values()
    assert len(made["items"]) == 2
