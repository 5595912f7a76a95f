"""Plays without an id, as account data has them, get one by searching: strictly, resumably, on demand."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from spotiflow.core.settings import Settings
from spotiflow.ingest.tracks.names import name_key
from spotiflow.warehouse.database import open_warehouse
from tests.fakes.spotify import FakeSpotify
from tests.fakes.spotify_data import track, track_id
from tests.fakes.spotify_faults import LIMIT_LONG, NOT_FOUND, Fault
from tests.ingest import builders as b
from tests.ingest.spotify.conftest import (
    Cli,
    ask,
    assert_no_secret,
    plays,
)
from tests.ingest.spotify.test_faults import ON_DEMAND, POLLS, after_the_wait

pytestmark = pytest.mark.slow

SEARCH = "/v1/search"
FOUND = "select track_id, match_method, ms_apart, n_found from raw.track_searches"


def account(number: int, ms_played: int = 100_000, minute: int = 0, **names: str) -> dict[str, Any]:
    """A play in account data of one of the fake Spotify's tracks."""
    known = track(number)
    return {
        "endTime": f"2024-05-06 {18 + minute // 60}:{minute % 60:02d}",
        "artistName": names.get("artist", known["artists"][0]["name"]),
        "trackName": names.get("title", known["name"]),
        "msPlayed": ms_played,
    }


@pytest.fixture
def import_account(tmp_path: Path, run: Cli) -> Any:
    def call(*records: dict[str, Any]) -> None:
        done = run("ingest", "export", str(b.write(tmp_path / "StreamingHistory0.json", list(records))))
        assert done.code == 0, done.output

    return call


def searches(spotify: FakeSpotify) -> int:
    return sum(request.startswith(SEARCH) for request in spotify.requests)


def test_names_without_an_id_get_one(
    logged_in: Settings, spotify: FakeSpotify, run: Cli, import_account: Any
) -> None:
    import_account(account(5), account(6), account(6, 90_000, minute=9), account(7, title="Nobody Has This"))
    spotify.plays = plays(40, 2)
    result = run("ingest", "spotify", "--tracks", "10")
    assert result.code == 0, result.output
    assert "searches by name: 2 fetched, 1 that Spotify does not have, 0 left" in result.output
    rows = ask(logged_in, "select track_name, track_id, n_found from raw.track_searches order by rowid")
    assert rows == [("Song 6", track_id(6), 3), ("Nobody Has This", None, 0), ("Song 5", track_id(5), 2)]
    metadata = "select track_name, isrc from raw.tracks where track_id = ?"
    with open_warehouse(logged_in) as db:
        assert db.execute(metadata, [track_id(6)]).fetchall() == [("Song 6", "XX0000000006")]
    assert "searches by name: 0 fetched, 0 left" in run("ingest", "spotify", "--tracks", "10").output
    assert searches(spotify) == 3
    assert not [request for request in spotify.requests if "limit=10" not in request and SEARCH in request]
    assert_no_secret(logged_in, spotify, result.output)


def test_polls_do_not_search(
    logged_in: Settings, spotify: FakeSpotify, run: Cli, import_account: Any
) -> None:
    import_account(account(5))
    assert run("ingest", "spotify").code == 0
    assert searches(spotify) == 0


def decoy(**changes: Any) -> dict[str, Any]:
    return track(5) | {"id": track_id(77)} | changes


STRANGERS: dict[str, dict[str, Any]] = {
    "another version": {"name": "Song 5 - Live at Wembley"},
    "a longer title": {"name": "Song 55"},
    "another artist": {"artists": [{"name": "Artist 5 Tribute"}]},
    "only as a guest": {"artists": [{"name": "Somebody"}, {"name": "Artist 5"}]},
    "no artists": {"artists": []},
    "no name": {"name": None},
    "no id": {"id": None},
    "an odd id": {"id": "short"},
    "too short for what was heard": {"duration_ms": 181_900},
    "too long for what was heard": {"duration_ms": 200_100},
}


@pytest.mark.parametrize("name", STRANGERS)
def test_only_the_same_track_is_taken(
    name: str, logged_in: Settings, spotify: FakeSpotify, run: Cli, import_account: Any
) -> None:
    import_account(account(5, 185_000), account(5, 185_000, minute=9))
    spotify.known_tracks = set()
    spotify.search_decoys = [decoy(**STRANGERS[name])]
    run("ingest", "spotify", "--tracks", "10")
    assert ask(logged_in, FOUND) == [(None, None, None, 1)]
    assert ask(logged_in, "select count(*) from raw.tracks") == [(0,)]


def test_of_several_the_one_that_is_as_long(
    logged_in: Settings, spotify: FakeSpotify, run: Cli, import_account: Any
) -> None:
    import_account(account(5, 185_400), account(5, 185_400, minute=9))
    spotify.search_decoys = [decoy(duration_ms=400_000), None, 7]  # type: ignore[list-item]
    run("ingest", "spotify", "--tracks", "10")
    assert ask(logged_in, FOUND) == [(track_id(5), "name_duration", 400, 3)]


def test_other_spellings_are_the_same_track(
    logged_in: Settings, spotify: FakeSpotify, run: Cli, import_account: Any
) -> None:
    import_account(account(5, title='SONG: 5 (feat. "Guest")', artist="Ártist 5"))
    spotify.search_decoys = [decoy(name="Song 5 - Remastered 2009")]
    run("ingest", "spotify", "--tracks", "10")
    assert ask(logged_in, FOUND) == [(track_id(77), "name", None, 1)]
    (asked,) = [request for request in spotify.requests if request.startswith(SEARCH)]
    assert "%3A+5" not in asked


def test_what_is_known_by_name_is_not_searched(
    logged_in: Settings, spotify: FakeSpotify, run: Cli, import_account: Any, tmp_path: Path
) -> None:
    """Neither what another source names with its id, nor what metadata names, nor a local file."""
    spotify.plays = plays(40, 1)
    run("ingest", "spotify")
    own = [b.play(1), b.local_file(4)]
    run("ingest", "export", str(b.write(tmp_path / "endsong_0.json", own)))
    names = {
        "title": own[0]["master_metadata_track_name"],
        "artist": own[0]["master_metadata_album_artist_name"],
    }
    import_account(account(40), account(1, **names))
    run("ingest", "spotify", "--tracks", "10")
    assert searches(spotify) == 0


@pytest.mark.parametrize("name", ON_DEMAND)
def test_a_fault_is_no_answer(
    name: str, logged_in: Settings, spotify: FakeSpotify, run: Cli, import_account: Any
) -> None:
    fault, times, _ = POLLS[name]
    import_account(*(account(number, minute=number) for number in range(6)))
    spotify.fail(SEARCH, *[fault] * times, after=3)
    met = run("ingest", "spotify", "--tracks", "6")
    assert ask(logged_in, "select count(*) from raw.track_searches where track_id is null") == [(0,)]
    assert ask(logged_in, "select count(*) from raw.track_searches")[0][0] >= 3
    after_the_wait(logged_in, 4)
    last = run("ingest", "spotify", "--tracks", "6")
    assert last.code == 0, last.output
    rows = ask(logged_in, "select count(*), count(distinct track_id) from raw.track_searches")
    assert rows == [(6, 6)]
    assert_no_secret(logged_in, spotify, met.output, last.output)


@pytest.mark.parametrize(
    "fault",
    [NOT_FOUND, Fault(200, {"tracks": None}), Fault(200, {"tracks": {"items": "none"}}), Fault(200, {})],
    ids=["404", "no tracks", "items a word", "nothing"],
)
def test_an_odd_answer_is_no_answer(
    fault: Fault, logged_in: Settings, spotify: FakeSpotify, run: Cli, import_account: Any
) -> None:
    import_account(account(5))
    spotify.fail(SEARCH, fault)
    run("ingest", "spotify", "--tracks", "6")
    assert ask(logged_in, FOUND) == []
    assert run("ingest", "spotify", "--tracks", "6").code == 0
    assert ask(logged_in, FOUND) == [(track_id(5), "name", None, 2)]


def test_what_was_not_found_is_searched_again_after_ninety_days(
    logged_in: Settings, spotify: FakeSpotify, run: Cli, import_account: Any
) -> None:
    import_account(account(5), account(6))
    spotify.known_tracks = {6}
    for _ in range(2):
        run("ingest", "spotify", "--tracks", "6")
    assert searches(spotify) == 2
    with open_warehouse(logged_in) as db:
        db.execute("update raw.track_searches set searched_at = searched_at - ?", [timedelta(days=91)])
    spotify.known_tracks = {5, 6}
    run("ingest", "spotify", "--tracks", "6")
    assert searches(spotify) == 3, "what was found is never asked for again"
    found = ask(logged_in, "select track_id from raw.track_searches where track_id is not null")
    assert {row[0] for row in found} == {track_id(5), track_id(6)}


def test_the_budget_ends_a_run_and_the_next_goes_on(
    logged_in: Settings,
    spotify: FakeSpotify,
    run: Cli,
    import_account: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SPOTIFLOW_SPOTIFY_DAILY_CALLS", "2")
    import_account(*(account(number, minute=number) for number in range(5)))
    first = run("ingest", "spotify", "--tracks", "100")
    assert first.code == 0, first.output
    assert "searches by name: 2 fetched, 3 left" in first.output
    with open_warehouse(logged_in) as db:
        db.execute("update raw.api_calls set called_at = called_at - interval 25 hour")
    monkeypatch.setenv("SPOTIFLOW_SPOTIFY_DAILY_CALLS", "400")
    assert "searches by name: 3 fetched, 0 left" in run("ingest", "spotify", "--tracks", "100").output


def test_a_locked_search_does_not_stop_polls(
    logged_in: Settings, spotify: FakeSpotify, run: Cli, import_account: Any
) -> None:
    import_account(account(5))
    spotify.fail(SEARCH, LIMIT_LONG)
    assert run("ingest", "spotify", "--tracks", "5").code == 4
    n_searches = searches(spotify)
    assert run("ingest", "spotify", "--tracks", "5").code == 4
    assert run("ingest", "spotify").code == 0
    assert searches(spotify) == n_searches
    assert ask(logged_in, FOUND) == []


def test_names_are_compared_as_silver_compares_them(demo_warehouse: Settings) -> None:
    key = name_key("primary_artist", "track_name")
    with open_warehouse(demo_warehouse, read_only=True) as db:
        (n_names, n_same) = db.execute(
            f"select count(*), count(*) filter ({key} = name_id) from silver.kaggle_tracks"
        ).fetchall()[0]
    assert n_names > 1000
    assert n_same == n_names
