"""Budget, quota lock, tracks on demand, the probe of audio features, the library."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from spotiflow.core.settings import Settings
from spotiflow.ingest.spotify.token_store import TokenStore, token_path
from spotiflow.warehouse.database import open_warehouse
from spotiflow.warehouse.run_log import utc_now
from tests.fakes.spotify import FakeSpotify
from tests.fakes.spotify_data import track, track_id
from tests.fakes.spotify_faults import (
    BROKEN_503,
    LIMIT_LONG,
    LIMIT_SHORT,
    LIMIT_SILENT,
    NOT_FOUND,
    QUOTA_LONG,
    Fault,
)
from tests.ingest.spotify.conftest import (
    Cli,
    ask,
    played,
    plays,
    stored_plays,
)
from tests.ingest.spotify.test_faults import (
    RECENT,
    TRACKS,
    after_the_wait,
    with_history_only,
)

pytestmark = pytest.mark.slow


def test_a_quota_lock_is_obeyed_until_it_ends(logged_in: Settings, spotify: FakeSpotify, run: Cli) -> None:
    spotify.plays = plays(0, 10)
    spotify.fail(RECENT, QUOTA_LONG)
    locked = run("ingest", "spotify")
    assert locked.code == 4
    local = (datetime.now().astimezone() + timedelta(seconds=85_771)).strftime("%H:%M")
    minute_before = (datetime.now().astimezone() + timedelta(seconds=85_711)).strftime("%H:%M")
    assert local in locked.output or minute_before in locked.output
    n_requests = len(spotify.requests)
    again = run("ingest", "spotify", "--json")
    assert again.code == 4
    assert json.loads(again.output)["exit_code"] == 4
    assert len(spotify.requests) == n_requests
    assert "again after" in run("auth", "status").output
    after_the_wait(logged_in, 4)
    assert run("ingest", "spotify").code == 0
    assert stored_plays(logged_in) == played(spotify)
    statuses = ask(logged_in, "select status, count(*) from raw.ingest_runs group by 1 order by 1")
    assert statuses == [("ok", 1), ("waiting", 2)]


def test_a_short_wait_is_slept_as_long_as_spotify_says(
    logged_in: Settings, spotify: FakeSpotify, run: Cli
) -> None:
    spotify.fail(RECENT, LIMIT_SHORT)
    began = time.monotonic()
    assert run("ingest", "spotify").code == 0
    assert time.monotonic() - began >= 1.0
    assert sum("recently-played" in request for request in spotify.requests) == 2


def test_what_is_too_long_to_sleep_is_a_setting(
    logged_in: Settings, spotify: FakeSpotify, run: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPOTIFLOW_SPOTIFY_LONGEST_WAIT_SECONDS", "0.5")
    spotify.fail(RECENT, LIMIT_SHORT)
    assert run("ingest", "spotify").code == 4
    time.sleep(1)
    assert run("ingest", "spotify").code == 0


def test_silence_is_not_hammered(logged_in: Settings, spotify: FakeSpotify, run: Cli) -> None:
    spotify.fail(RECENT, *[LIMIT_SILENT] * 9)
    assert run("ingest", "spotify").code == 4
    assert sum("recently-played" in request for request in spotify.requests) == 4


def test_polls_stop_at_the_budget_of_a_day(
    logged_in: Settings, spotify: FakeSpotify, run: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPOTIFLOW_SPOTIFY_DAILY_CALLS", "3")
    codes = [run("ingest", "spotify").code for _ in range(5)]
    assert codes == [0, 0, 0, 4, 4]
    assert sum("recently-played" in request for request in spotify.requests) == 3
    with open_warehouse(logged_in) as db:
        db.execute("update raw.api_calls set called_at = called_at - interval 25 hour")
    assert run("ingest", "spotify").code == 0


def test_tracks_on_demand_go_on_where_the_budget_ended(
    logged_in: Settings, spotify: FakeSpotify, run: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPOTIFLOW_SPOTIFY_DAILY_CALLS", "4")
    spotify.plays = plays(0, 2)
    run("ingest", "spotify")
    with_history_only(logged_in, range(50, 57))
    with_history_only(logged_in, range(55, 56))
    first = run("ingest", "spotify", "--tracks", "100")
    assert first.code == 0, first.output
    assert "tracks: 4 fetched, 3 left" in first.output
    assert "in 24 hours are used up" in first.output
    asked = [request for request in spotify.requests if request.startswith(TRACKS)]
    assert asked[0] == f"{TRACKS}{track_id(55)}", "the most played first"
    with open_warehouse(logged_in) as db:
        db.execute("update raw.api_calls set called_at = called_at - interval 25 hour")
    assert "tracks: 3 fetched, 0 left" in run("ingest", "spotify", "--tracks", "100").output
    asked = [request for request in spotify.requests if request.startswith(TRACKS)]
    assert len(asked) == len(set(asked)) == 7
    assert not [request for request in spotify.requests if "ids=" in request]


def test_only_404_means_that_there_is_no_such_track(
    logged_in: Settings, spotify: FakeSpotify, run: Cli
) -> None:
    with_history_only(logged_in, range(50, 53))
    spotify.fail(TRACKS, NOT_FOUND)
    assert (
        "2 fetched, 1 that Spotify does not have, 0 left" in run("ingest", "spotify", "--tracks", "9").output
    )
    spotify.fail(TRACKS, BROKEN_503)
    assert "0 fetched, 0 left" in run("ingest", "spotify", "--tracks", "9").output


def test_a_locked_track_endpoint_does_not_stop_polls(
    logged_in: Settings, spotify: FakeSpotify, run: Cli
) -> None:
    spotify.plays = plays(0, 5)
    run("ingest", "spotify")
    with_history_only(logged_in, range(50, 53))
    spotify.fail(TRACKS, LIMIT_LONG)
    met = run("ingest", "spotify", "--tracks", "5", "--json")
    assert met.code == 4
    assert json.loads(met.output)["postponed"]["exit_code"] == 4
    spotify.plays += plays(5, 5, datetime(2026, 11, 16, 9))
    assert run("ingest", "spotify").code == 0
    assert ask(logged_in, "select count(*) from raw.listening_history where source = 'api'") == [(10,)]


def test_refused_audio_features_are_remembered_for_thirty_days(
    logged_in: Settings, spotify: FakeSpotify, run: Cli
) -> None:
    spotify.plays = plays(0, 3)
    said = run("ingest", "spotify").output
    assert "Spotify refuses them to this app (403)" in said
    assert "stand in" in said
    run("ingest", "spotify")
    assert probes(spotify) == 1
    row = ask(logged_in, "select result, probe_again_at - probed_at from raw.api_capabilities")
    assert row == [("refused", timedelta(days=30))]
    spotify.gives_features = True
    assert "gives them" in run("ingest", "spotify", "--probe").output
    assert probes(spotify) == 2
    with open_warehouse(logged_in) as db:
        db.execute("update raw.api_capabilities set probe_again_at = ?", [utc_now()])
    run("ingest", "spotify")
    assert probes(spotify) == 3


@pytest.mark.parametrize("fault", [BROKEN_503, QUOTA_LONG, NOT_FOUND], ids=["503", "quota", "404"])
def test_a_probe_that_fails_is_not_a_refusal(
    fault: Fault, logged_in: Settings, spotify: FakeSpotify, run: Cli
) -> None:
    spotify.plays = plays(0, 3)
    spotify.fail("/v1/audio-features/", *[fault] * 4)
    assert run("ingest", "spotify").code == 0
    assert ask(logged_in, "select count(*) from raw.api_capabilities where result = 'refused'") == [(0,)]


def test_an_older_app_also_gets_features(logged_in: Settings, spotify: FakeSpotify, run: Cli) -> None:
    spotify.gives_features = True
    spotify.plays = plays(0, 3)
    run("ingest", "spotify")
    assert "audio-features: 3 fetched" in run("ingest", "spotify", "--tracks", "10").output
    rows = ask(logged_in, "select provider, valence, time_signature from raw.track_features")
    assert rows == [("spotify", 0.7, 4)] * 3


def fill_library(spotify: FakeSpotify) -> None:
    spotify.saved = [{"added_at": "2024-03-01T10:00:00Z", "track": track(number)} for number in range(120)]
    spotify.saved[7]["track"] = None
    mine, others = {"id": "anna-id"}, {"id": "someone"}
    spotify.playlists = [
        {"id": track_id(1), "name": "Mine", "owner": mine, "items": {"total": 60}},
        {"id": track_id(2), "name": "Theirs", "owner": others, "items": {"total": 5}},
        {"id": track_id(3), "name": "Hidden", "owner": mine, "tracks": {"total": 1}},
    ]
    spotify.playlist_contents = {track_id(1): [{"added_at": None, "item": track(n)} for n in range(60)]}


def test_the_library_is_stored_as_it_is_now(logged_in: Settings, spotify: FakeSpotify, run: Cli) -> None:
    fill_library(spotify)
    spotify.plays = plays(0, 3)
    for _ in range(2):
        said = run("ingest", "spotify", "--library").output
        assert "119 saved tracks, 18 top items, 2 own playlists with 60 items" in said
        assert "1 of the playlists cannot be read" in said
    counts = ask(
        logged_in,
        """
        select (select count(*) from raw.saved_tracks), (select count(*) from raw.top_items),
            (select count(*) from raw.playlists), (select count(*) from raw.playlist_items)
        """,
    )
    assert counts == [(119, 18, 2, 60)]
    assert ask(logged_in, "select min(saved_at) from raw.saved_tracks") == [(datetime(2024, 3, 1, 10),)]
    spotify.saved = spotify.saved[:10]
    run("ingest", "spotify", "--library")
    assert ask(logged_in, "select count(*) from raw.saved_tracks") == [(9,)]


def test_a_library_that_breaks_off_replaces_nothing_half(
    logged_in: Settings, spotify: FakeSpotify, run: Cli
) -> None:
    fill_library(spotify)
    run("ingest", "spotify", "--library")
    spotify.fail("/v1/me/tracks", QUOTA_LONG, after=1)
    met = run("ingest", "spotify", "--library")
    assert met.code == 4
    assert "plays read" in met.output
    assert ask(logged_in, "select count(*) from raw.saved_tracks") == [(119,)]


def test_the_library_needs_its_permissions(logged_in: Settings, spotify: FakeSpotify, run: Cli) -> None:
    store = TokenStore(token_path(logged_in, "me"))
    login = store.load()
    assert login
    store.save(replace(login, scopes=("user-read-recently-played",)))
    spotify.plays = plays(0, 3)
    met = run("ingest", "spotify", "--library")
    assert met.code == 3
    assert "user-top-read" in met.output
    assert stored_plays(logged_in) == played(spotify)


def test_other_places_than_this_machine_are_refused(run: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in (
        "http://localhost:80",
        "https://api.spotify.com.example.org",
        "http://127.0.0.1.example.org:80",
    ):
        monkeypatch.setenv("SPOTIFLOW_SPOTIFY_API_URL", place)
        assert run("ingest", "spotify").code == 1


def probes(spotify: FakeSpotify) -> int:
    return sum("/audio-features/" in request for request in spotify.requests)
