"""What Spotify refuses is told as its cause, with what a person can do about it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from spotiflow.core.settings import Settings
from spotiflow.ingest.spotify.client import AUDIO_FEATURES, RECENTLY_PLAYED
from spotiflow.ingest.spotify.refusals import refusal
from spotiflow.ingest.spotify.replies import Reply
from spotiflow.ingest.spotify.token_store import TokenStore, token_path
from spotiflow.warehouse.database import open_warehouse
from spotiflow.warehouse.run_log import utc_now
from tests.fakes import spotify_faults as f
from tests.fakes.spotify import FakeSpotify
from tests.fakes.spotify_faults import Fault
from tests.ingest.spotify.conftest import Cli, ask, plays
from tests.ingest.spotify.terminal import BROWSER, Terminal
from tests.ingest.spotify.test_faults import RECENT, TOKEN
from tests.ingest.spotify.test_limits import probes

OWNER = ("no Premium subscription", "app's owner needs Premium")
CAUSES: dict[str, tuple[Fault, str, int, str, str]] = {
    "no premium, as text": (f.NO_PREMIUM_TEXT, RECENTLY_PLAYED, 1, *OWNER),
    "no premium, as json": (f.NO_PREMIUM_JSON, RECENTLY_PLAYED, 1, *OWNER),
    "not on the list": (
        f.NOT_LISTED,
        RECENTLY_PLAYED,
        1,
        "is not on the app's list of users",
        "User Management",
    ),
    "no word why": (f.BARE_403, RECENTLY_PLAYED, 1, "is probably not on the app's list", "User Management"),
    "a permission": (f.SCOPE, RECENTLY_PLAYED, 3, "does not include the right", "leave every permission on"),
    "withdrawn": (
        f.BARE_403,
        AUDIO_FEATURES,
        1,
        "Spotify has withdrawn audio-features",
        "Measured catalogues",
    ),
    "no such thing": (f.NOT_FOUND, "tracks/{id}", 1, "nothing under tracks/{id}", "removed"),
    "removed": (f.GONE, "markets", 1, "refused markets with status 410: gone", "log file"),
    "login": (f.INVALID, RECENTLY_PLAYED, 3, "does not take the login any more", "auth login"),
}


@pytest.mark.parametrize("name", CAUSES)
def test_a_refusal_names_its_cause(name: str) -> None:
    fault, endpoint, code, said, hint = CAUSES[name]
    text = fault.payload.decode()
    body = fault.body if isinstance(fault.body, dict) else None
    error = refusal(Reply(fault.status, body, text), endpoint)
    assert said in error.message
    assert hint in error.hint
    assert error.exit_code == code
    json.dumps(error.to_dict())


def test_an_ended_login_and_an_unknown_app(logged_in: Settings, spotify: FakeSpotify, run: Cli) -> None:
    store = TokenStore(token_path(logged_in, "me"))
    for fault, said in ((f.UNKNOWN_CLIENT, "does not know an app"), (f.ENDED, "six months")):
        login = store.load()
        assert login
        assert login.token
        login.token["expires_at"] = 1
        store.save(login)
        spotify.fail(TOKEN, fault)
        assert said in run("ingest", "spotify").output


def test_what_an_app_may_do_says_nothing_of_another(
    logged_in: Settings, spotify: FakeSpotify, run: Cli
) -> None:
    spotify.plays = plays(0, 3)
    with open_warehouse(logged_in) as db:
        values = [AUDIO_FEATURES, utc_now(), utc_now() + timedelta(days=9)]
        db.execute("insert into raw.api_capabilities values ('other', ?, 'allowed', ?, ?)", values)
    run("ingest", "spotify")
    assert probes(spotify) == 1
    rows = ask(logged_in, "select client_id = 'other', result from raw.api_capabilities order by 1")
    assert rows == [(False, "refused"), (True, "allowed")]


def test_an_account_without_the_newer_id_is_known_by_the_older(
    settings: Settings, spotify: FakeSpotify, free_port: int
) -> None:
    """And without a name, an address or a subscription, which newer apps are not told."""
    spotify.account = {"id": "anna-id"}
    terminal = Terminal("auth", "login", "--port", str(free_port), BROWSER=BROWSER)
    assert terminal.end() == 0, terminal.seen
    assert "Logged in as anna-id" in terminal.seen
    login = TokenStore(token_path(settings, "me")).load()
    assert login
    assert (login.account_id, login.account_name) == ("anna-id", None)


def test_unknown_fields_stay_in_the_record(logged_in: Settings, spotify: FakeSpotify, run: Cli) -> None:
    """Of a track with nothing but its id."""
    bare = plays(1, 1)[0]
    bare["track"] = {"id": bare["track"]["id"], "invented_in_2030": {"a": [1, None]}}
    spotify.fail(RECENT, Fault(200, {"items": [bare], "more": 1}))
    assert "1 new" in run("ingest", "spotify").output
    ((record,),) = ask(logged_in, "select record from raw.api_records")
    assert json.loads(record)["track"]["invented_in_2030"] == {"a": [1, None]}
