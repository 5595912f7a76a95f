"""Polling: each play once, gaps opened and closed, odd records, late arrivals, a held warehouse."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from spotiflow.core.settings import Settings
from spotiflow.ingest.history.gaps import close_gaps
from spotiflow.warehouse.database import open_warehouse
from tests.fakes.spotify import FakeSpotify
from tests.fakes.spotify_data import episode, play, track_id
from tests.fakes.spotify_faults import Fault
from tests.ingest.builders import write
from tests.ingest.scrobble_builders import lines, spotify_listen
from tests.ingest.spotify.conftest import (
    MORNING,
    Cli,
    ask,
    played,
    plays,
    stored_plays,
)

RECENT = "/v1/me/player/recently-played"


def test_polling_twice_adds_nothing(logged_in: Settings, spotify: FakeSpotify, run: Cli) -> None:
    spotify.plays = plays(0, 30)
    assert "30 plays read: 30 new, 0 known" in run("ingest", "spotify").output
    assert "30 plays read: 0 new, 30 known" in run("ingest", "spotify").output
    assert stored_plays(logged_in) == played(spotify)
    polls = [request for request in spotify.requests if "recently-played" in request]
    assert polls == [f"{RECENT}?limit=50"] * 2, "one call each, without a cursor"
    files = ask(
        logged_in, "select rows_read, rows_kept, rows_known from raw.ingest_files order by rows_kept desc"
    )
    assert files == [(30, 30, 0), (30, 0, 30)]


def test_a_play_is_stored_as_what_it_is_known_to_be(
    logged_in: Settings, spotify: FakeSpotify, run: Cli
) -> None:
    spotify.plays = plays(3, 1)
    run("ingest", "spotify")
    row = ask(
        logged_in,
        """
        select source, content_type, track_id, isrc, track_name, artist_name, album_name, ms_played,
            duration_ms, ended_at - started_at, started_at_source, ended_at_precision, context_uri, file_name
        from raw.listening_history
        """,
    )
    assert row == [
        (
            *("api", "track", track_id(3), "XX0000000003", "Song 3", "Artist 3", "Album 3", None, 183_000),
            *(timedelta(seconds=183), "duration", "second", "spotify:playlist:invented", "recently-played"),
        )
    ]
    record = ask(logged_in, "select record from raw.api_records")[0][0]
    assert json.loads(record)["track"]["album"]["release_date_precision"] == "year"
    assert "available_markets" not in record


def test_a_late_offline_play_finds_its_place(logged_in: Settings, spotify: FakeSpotify, run: Cli) -> None:
    spotify.plays = plays(0, 20)
    run("ingest", "spotify")
    spotify.plays.append(play(90, MORNING + timedelta(minutes=2)))
    assert "1 new, 20 known" in run("ingest", "spotify").output
    assert stored_plays(logged_in) == played(spotify)


def test_a_gap_opens_and_an_export_closes_it(logged_in: Settings, spotify: FakeSpotify, run: Cli) -> None:
    spotify.plays = plays(0, 20)
    run("ingest", "spotify")
    spotify.plays += plays(20, 60, MORNING + timedelta(hours=3))
    result = run("ingest", "spotify")
    assert "possibly missed: plays from" in result.output
    gap = ask(logged_in, "select gap_started_at, gap_ended_at, reason, closed_at from raw.history_gaps")
    start, end, reason, closed_at = gap[0]
    assert start == MORNING + timedelta(minutes=76, milliseconds=137)
    assert end == MORNING + timedelta(hours=3, minutes=40, milliseconds=137)
    assert "50 plays" in reason
    assert closed_at is None
    export(logged_in, from_hours=-1, to_hours=2)
    assert ask(logged_in, "select count(*) from raw.history_gaps where closed_at is null") == [(1,)]
    export(logged_in, from_hours=2, to_hours=5)
    assert "possibly missed" not in run("ingest", "spotify").output
    assert ask(logged_in, "select count(*) from raw.history_gaps where closed_at is null") == [(0,)]


def test_fifty_plays_that_overlap_are_no_gap(logged_in: Settings, spotify: FakeSpotify, run: Cli) -> None:
    spotify.plays = plays(0, 60)
    assert "possibly missed" not in run("ingest", "spotify").output, (
        "the first poll misses nothing it knows of"
    )
    spotify.plays += plays(60, 49, MORNING + timedelta(hours=4))
    assert "possibly missed" not in run("ingest", "spotify").output
    spotify.plays += plays(200, 50, MORNING + timedelta(hours=9))
    assert "possibly missed" in run("ingest", "spotify").output


def test_odd_records_cost_only_themselves(logged_in: Settings, spotify: FakeSpotify, run: Cli) -> None:
    spotify.plays = plays(0, 5)
    items: list[Any] = [*spotify.plays]
    odd = [play(number, MORNING + timedelta(hours=2, minutes=number)) for number in range(10, 20)]
    odd[0]["context"] = None
    odd[1]["track"]["artists"] = None
    odd[2]["track"]["album"] = None
    odd[3]["track"]["name"] = "\ud800 half a character and \x00"
    odd[4]["track"]["duration_ms"] = float("inf")
    odd[5]["played_at"] = odd[5]["played_at"].replace(".000Z", "Z")
    odd[6]["track"] |= {"is_local": True, "id": None, "uri": "spotify:local:A:B:C:200"}
    broken = [play(number, MORNING) for number in range(30, 35)]
    broken[0]["track"] = None
    broken[1]["played_at"] = None
    broken[2]["played_at"] = "yesterday"
    broken[3]["played_at"] = "1970-01-01T00:00:00Z"
    broken[4]["track"] = {}
    items += [*odd, *broken, "text", None, 7, [], episode(50, MORNING + timedelta(hours=5))]
    items.append(items[0])
    for _ in range(2):
        spotify.fail(RECENT, Fault(200, {"items": items}))
        result = run("ingest", "spotify", "--json")
        assert result.code == 0, result.output
    poll = json.loads(result.output)["poll"]
    assert (poll["read"], poll["new"], poll["known"], poll["rejected"]) == (26, 0, 17, 9)
    assert ask(logged_in, "select count(*) from raw.listening_history") == [(16,)]
    reasons = ask(logged_in, "select reason, count(*) from raw.rejected_rows group by 1 order by 1")
    assert reasons == [
        ("a track without id and name", 1),
        ("end time before 2006 or in the future", 1),
        ("end time is no date", 1),
        ("no end time", 1),
        ("no record of a play", 4),
        ("no track", 1),
    ]
    kinds = ask(logged_in, "select content_type, count(*) from raw.listening_history group by 1 order by 1")
    assert kinds == [("episode", 1), ("local", 1), ("track", 14)]
    assert ask(
        logged_in,
        """
        select count(*) from raw.ingest_files
        where rows_read <> rows_kept + rows_known + rows_podcast + rows_audiobook + rows_video
            + rows_skipped + rows_rejected
        """,
    ) == [(0,)]


def export(settings: Settings, *, from_hours: int, to_hours: int) -> None:
    """Store what an extended export of these hours would, one play an hour, and look at the gaps."""
    with open_warehouse(settings) as db:
        for hour in range(from_hours, to_hours + 1):
            db.execute(
                """
                insert into raw.listening_history by name
                select uuid() as play_id, 'me' as listener_id, 'extended' as source, 'track' as content_type,
                    $at as played_at, $at as ended_at, 'second' as ended_at_precision, 'x' as run_id,
                    now()::timestamp as ingested_at
                """,
                {"at": MORNING + timedelta(hours=hour)},
            )
        close_gaps(db, "me")


def test_what_listenbrainz_fetched_from_spotify_is_the_same_play(
    logged_in: Settings, spotify: FakeSpotify, run: Cli, tmp_path: Path
) -> None:
    """It ends in the same second and has the same id, so it must not matter which of the two comes first."""
    spotify.plays = plays(3, 1)
    ended_at = int((MORNING - datetime(1970, 1, 1)).total_seconds())
    told = spotify_listen(3, isrc="other") | {"listened_at": ended_at}
    told["track_metadata"]["additional_info"]["spotify_id"] = f"https://open.spotify.com/track/{track_id(3)}"
    path = write(tmp_path / "listens.jsonl", lines([told]))
    columns = "source, isrc, track_name, started_at, ended_at, duration_ms, context_uri, play_id"
    found = []
    for words in (("spotify",), ("scrobbles", str(path)), ("spotify",)):
        run("ingest", *words)
        found.append(ask(logged_in, f"select {columns} from raw.listening_history"))
    with open_warehouse(logged_in) as db:
        db.execute("delete from raw.listening_history")
    run("ingest", "scrobbles", str(path))
    assert ask(logged_in, "select source from raw.listening_history") == [("listenbrainz",)]
    run("ingest", "spotify")
    found.append(ask(logged_in, f"select {columns} from raw.listening_history"))
    assert found == [found[0]] * 4
    assert found[0][0][0] == "api"
