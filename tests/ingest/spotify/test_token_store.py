"""The stored login: private, whole, and clear about when it ends."""

from __future__ import annotations

import json
import logging
import stat
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from spotiflow.core.errors import InputError, LoginNeededError
from spotiflow.core.redaction import redact
from spotiflow.core.settings import Settings, load_settings
from spotiflow.ingest.spotify.client import SpotifyApi
from spotiflow.ingest.spotify.ledger import Ledger
from spotiflow.ingest.spotify.token_store import (
    Login,
    TokenStore,
    add_months,
    token_path,
)
from spotiflow.warehouse.run_log import utc_now
from tests.fakes import spotify_faults as f
from tests.fakes.spotify import FakeSpotify
from tests.ingest.spotify.conftest import (
    Cli,
    expire_access,
    log_in,
    plays,
)

TOKEN = {"access_token": "a1", "refresh_token": "r1", "scope": "user-top-read", "expires_at": 5}


@pytest.fixture
def store(tmp_path: Path) -> TokenStore:
    store = TokenStore(tmp_path / "home" / "token.json")
    store.save(Login("client", datetime(2026, 5, 31), ("user-top-read",), dict(TOKEN), "acc", "Anna"))
    return store


def test_the_file_is_private_from_the_first_byte(store: TokenStore) -> None:
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.path.parent.stat().st_mode) == 0o700
    store.path.chmod(0o644)
    store.path.parent.chmod(0o755)
    login = store.load()
    assert login
    store.save(login)
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.path.parent.stat().st_mode) == 0o700
    assert [path.name for path in store.path.parent.iterdir()] == ["token.json"]


@pytest.mark.parametrize("name", ["../anna", "a/b", "/tmp/anna", "anna\n", "."])
def test_what_is_no_name_leads_to_no_file(name: str, logged_in: Settings, run: Cli) -> None:
    for words in (["auth", "status"], ["auth", "logout"], ["ingest", "spotify"]):
        result = run(*words, "--listener", name)
        assert result.code == 2
        assert "cannot be a listener's name" in result.output
    with pytest.raises(InputError, match="expected up to 40 letters"):
        load_settings(default_listener=name)


def test_a_login_stays_with_its_listener(logged_in: Settings, spotify: FakeSpotify, run: Cli) -> None:
    """Whoever else becomes the default listener must not poll with it: two histories would become one."""
    with pytest.raises(LoginNeededError):
        SpotifyApi(replace(logged_in, default_listener="anna"), "anna", Ledger(400))
    assert run("auth", "logout").code == 0


def test_a_refresh_without_refresh_token_and_scope_loses_neither(store: TokenStore) -> None:
    before = store.load()
    store.save_token_to_cache({"access_token": "a2", "expires_at": 9, "refresh_token": None})
    login = store.load()
    assert login
    assert before
    assert login.token == TOKEN | {"access_token": "a2", "expires_at": 9}
    assert (login.authorized_at, login.scopes) == (before.authorized_at, before.scopes)


def test_what_is_no_token_replaces_nothing(store: TokenStore) -> None:
    store.save_token_to_cache({"token_type": "Bearer"})
    assert store.get_cached_token() == TOKEN


def test_a_logout_during_a_refresh_stays_a_logout(store: TokenStore) -> None:
    store.delete()
    store.save_token_to_cache({"access_token": "a2"})
    assert store.load() is None


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"token": 1}', '{"authorized_at": "x", "scopes": []}']
)
def test_a_damaged_file_means_login(text: str, store: TokenStore) -> None:
    store.path.write_text(text)
    with pytest.raises(LoginNeededError, match="damaged"):
        store.load()


def test_a_crash_while_writing_leaves_the_old_login(
    store: TokenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    login = store.load()
    assert login
    store.path.parent.chmod(0o700)
    broken = replace(login, token={"access_token": object()})  # Cannot become JSON: fails on the way.
    with pytest.raises(TypeError):
        store.save(broken)
    assert store.load() == login
    assert len(list(store.path.parent.iterdir())) == 1


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-05-31", "2026-11-30"),
        ("2026-08-31", "2027-02-28"),
        ("2027-08-31", "2028-02-29"),
        ("2026-06-18", "2026-12-18"),
        ("2026-12-01", "2027-06-01"),
    ],
)
def test_six_months_are_calendar_months(start: str, end: str) -> None:
    assert add_months(datetime.fromisoformat(start), 6) == datetime.fromisoformat(end)


def test_a_warning_from_the_fifth_month_on() -> None:
    login = Login("client", utc_now() - timedelta(days=140), (), None)
    assert login.warning is None
    late = replace(login, authorized_at=utc_now() - timedelta(days=160))
    assert late.warning
    assert "auth login" in late.warning


def test_the_hint_says_whose_login_is_needed(logged_in: Settings, spotify: FakeSpotify, run: Cli) -> None:
    """Without the name the login would be the default listener's."""
    run("listener", "add", "ben")
    assert "spotiflow auth login --listener ben" in run("ingest", "spotify", "--listener", "ben").output
    assert "spotiflow auth login --listener ben" in run("auth", "status", "--listener", "ben").output
    spotify.fail("/v1/me/player/recently-played", f.INVALID, f.INVALID)
    assert "spotiflow auth login --listener me" in run("ingest", "spotify").output


def test_polls_warn_from_the_fifth_month_on(settings: Settings, spotify: FakeSpotify, run: Cli) -> None:
    log_in(settings, spotify, days_ago=165)
    spotify.plays = plays(0, 3)
    assert "The login ends in" in run("ingest", "spotify").output
    assert "The login ends in" in run("auth", "status").output


def test_an_access_token_that_ended_is_renewed_without_a_word(
    logged_in: Settings, spotify: FakeSpotify, run: Cli
) -> None:
    spotify.plays = plays(0, 3)
    expire_access(logged_in)
    spotify.refresh_extras = {}
    assert run("ingest", "spotify").code == 0
    assert spotify.requests.count("/api/token") == 1
    assert run("ingest", "spotify").code == 0
    assert spotify.requests.count("/api/token") == 1
    stored = json.loads(token_path(logged_in, "me").read_text())
    assert stored["token"]["refresh_token"] == spotify.refresh_token


@pytest.mark.parametrize(
    "line",
    [
        "Authorization: Bearer SECRET",
        "Authorization: Basic SECRETSECRET==",
        "GET /v1?api_key=SECRET&x=1",
        "{'X-Api-Key': 'SECRET'}",
        "apikey: SECRET",
        "posted to https://hooks.slack.com/services/T00SECRET/B00SECRET/SECRET",
        "https://discord.com/api/webhooks/123/SECRET failed",
        "https://api.telegram.org/bot123:SECRET/sendMessage",
        "HTTPSConnectionPool: https://example.org/hook/SECRET",
        "GET /callback?code=SECRET&state=x HTTP/1.1",
        "{'refresh_token': 'SECRET', 'grant_type': 'refresh_token'}",
        '{"access_token":"SECRET"}',
        "refresh_token=SECRET&client_id=x",
        "code_verifier=SECRET",
        "postgresql://anna:SECRET@localhost/music",
        'connection failed: host=localhost password="SECRET"',
        "RuntimeError: BQDx7SECRETx0123456789-abcdefghijklmnopqrst_uvwxyz",
    ],
)
def test_the_log_redacts_what_others_write(line: str) -> None:
    assert "SECRET" not in redact(line)


def test_what_is_no_secret_stays() -> None:
    line = "barcode; set PGPASSWORD; https://api.spotify.com/v1/me/player; 2026-11-26 12:00:00 user@host"
    assert redact(line) == line


def test_spotipy_may_not_log(logged_in: Settings, spotify: FakeSpotify, run: Cli) -> None:
    logging.getLogger("spotipy").setLevel(logging.DEBUG)
    run("ingest", "spotify")
    assert not logging.getLogger("spotipy.client").isEnabledFor(logging.INFO)


def test_an_entry_in_netrc_does_not_replace_the_token(
    logged_in: Settings, spotify: FakeSpotify, run: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    spotify.plays = plays(0, 3)
    assert run("ingest", "spotify").code == 0
    assert "/api/token" not in spotify.requests
