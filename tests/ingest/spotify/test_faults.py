"""Whatever Spotify answers in between: no play lost or doubled, the right exit code, no token anywhere."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from spotiflow.core.settings import Settings
from spotiflow.warehouse.database import open_warehouse
from tests.fakes import spotify_faults as f
from tests.fakes.spotify import FakeSpotify
from tests.fakes.spotify_data import track_id
from tests.fakes.spotify_faults import Fault
from tests.ingest.spotify.conftest import (
    Cli,
    ask,
    assert_no_secret,
    expire_access,
    played,
    plays,
    stored_plays,
)

pytestmark = pytest.mark.slow

RECENT = "/v1/me/player/recently-played"
TOKEN = "/api/token"
TRACKS = "/v1/tracks/"

# What happens, how often in a row, and the exit code of the command that meets it.
POLLS: dict[str, tuple[Fault, int, int]] = {
    "401 expired": (f.EXPIRED, 1, 0),
    "401 invalid": (f.INVALID, 1, 0),
    "401 for good": (f.INVALID, 2, 3),
    "403 scope": (f.SCOPE, 1, 3),
    "403 without message": (f.BARE_403, 1, 1),
    "403 forbidden": (f.FORBIDDEN, 1, 1),
    "403 premium as text": (f.NO_PREMIUM_TEXT, 1, 1),
    "403 premium as json": (f.NO_PREMIUM_JSON, 1, 1),
    "403 not on the list": (f.NOT_LISTED, 1, 1),
    "404": (f.NOT_FOUND, 1, 1),
    "400": (f.BAD_LIMIT, 1, 1),
    "410 as text": (f.GONE, 1, 1),
    "429 short": (f.LIMIT_SHORT, 1, 0),
    "429 zero": (f.LIMIT_ZERO, 2, 0),
    "429 without time": (f.LIMIT_SILENT, 3, 0),
    "429 without time and end": (f.LIMIT_SILENT, 4, 4),
    "429 garbage time": (f.LIMIT_GARBAGE, 1, 0),
    "429 error is a word": (f.LIMIT_WORD, 1, 0),
    "429 error is a list": (f.LIMIT_LIST, 1, 0),
    "429 long": (f.LIMIT_LONG, 1, 4),
    "429 long, empty body": (f.LIMIT_EMPTY, 1, 4),
    "429 until a date": (f.LIMIT_DATE, 1, 4),
    "429 for ever": (f.LIMIT_HUGE, 1, 4),
    "quota, a day": (f.QUOTA_LONG, 1, 4),
    "quota, no time": (f.QUOTA_SILENT, 1, 4),
    "quota, five seconds": (f.QUOTA_SHORT, 1, 4),
    "500": (f.BROKEN_500, 1, 0),
    "502 html": (f.BROKEN_502, 3, 0),
    "503 for good": (f.BROKEN_503, 4, 1),
    "503 for two hours": (f.BROKEN_503_LONG, 1, 4),
    "html": (f.HTML_200, 1, 0),
    "html for good": (f.HTML_200, 4, 1),
    "204": (f.NO_CONTENT, 1, 0),
    "empty body": (f.EMPTY_200, 1, 0),
    "truncated json": (f.TRUNCATED, 1, 0),
    "truncated json for good": (f.TRUNCATED, 4, 1),
    "a number": (f.NUMBER_200, 1, 1),
    "a list": (f.LIST_200, 1, 1),
    "items null": (f.NULL_ITEMS, 1, 1),
    "items a word": (f.WORD_ITEMS, 1, 1),
    "wrong compression": (f.WRONG_ZIP, 1, 0),
    "redirect": (f.REDIRECT, 1, 1),
    "time-out": (f.HANG, 1, 0),
    "time-out for good": (f.HANG, 4, 1),
    "cut": (f.CUT, 1, 0),
    "cut for good": (f.CUT, 4, 1),
    "cut inside": (f.CUT_INSIDE, 1, 0),
    "cut inside for good": (f.CUT_INSIDE, 4, 1),
    "without end": (f.ENDLESS, 1, 1),
}


@pytest.mark.parametrize("name", POLLS)
def test_a_poll_that_meets_a_fault(name: str, logged_in: Settings, spotify: FakeSpotify, run: Cli) -> None:
    fault, times, code = POLLS[name]
    spotify.plays = plays(0, 20)
    first = run("ingest", "spotify")
    spotify.plays += plays(20, 15, next_moment(spotify))
    spotify.fail(RECENT, *[fault] * times)
    met = run("ingest", "spotify")
    assert met.code == code, met.output
    if code:
        assert "Error:" in met.output
        assert stored_plays(logged_in) == played(spotify)[:20]
    after_the_wait(logged_in, code)
    if met.code == 3:
        expire_access(logged_in)  # What a new login would mend.
    last = run("ingest", "spotify", "--json")
    assert last.code == 0, last.output
    assert stored_plays(logged_in) == played(spotify)
    assert_no_secret(logged_in, spotify, first.output, met.output, last.output)


TOKENS: dict[str, tuple[Fault, int, int]] = {
    "revoked": (f.REVOKED, 1, 3),
    "six months are over": (f.ENDED, 1, 3),
    "unknown app": (f.UNKNOWN_CLIENT, 1, 1),
    "502 html": (f.BROKEN_502, 1, 0),
    "502 html for good": (f.BROKEN_502, 4, 1),
    "html": (f.HTML_200, 4, 1),
    "no token": (f.NO_TOKEN, 1, 1),
    "a list": (f.ODD_TOKEN, 1, 1),
    "429 long": (f.LIMIT_LONG, 1, 4),
    "time-out": (f.HANG, 1, 0),
    "cut for good": (f.CUT, 4, 1),
}


@pytest.mark.parametrize("name", TOKENS)
def test_a_refresh_that_meets_a_fault(name: str, logged_in: Settings, spotify: FakeSpotify, run: Cli) -> None:
    fault, times, code = TOKENS[name]
    spotify.plays = plays(0, 20)
    run("ingest", "spotify")
    spotify.plays += plays(20, 15, next_moment(spotify))
    expire_access(logged_in)
    spotify.fail(TOKEN, *[fault] * times)
    met = run("ingest", "spotify")
    assert met.code == code, met.output
    after_the_wait(logged_in, code)
    n_requests = len(spotify.requests)
    last = run("ingest", "spotify")
    if code == 3:
        assert last.code == 3
        assert len(spotify.requests) == n_requests, "an ended login must not be tried again"
        assert stored_plays(logged_in) == played(spotify)[:20]
    else:
        assert last.code == 0, last.output
        assert stored_plays(logged_in) == played(spotify)
    assert_no_secret(logged_in, spotify, met.output, last.output)


ON_DEMAND = (
    "401 expired",
    "403 without message",
    "403 premium as text",
    "400",
    "429 short",
    "429 without time and end",
    "quota, a day",
    "503 for good",
    "html for good",
    "204",
    "truncated json for good",
    "a number",
    "redirect",
    "time-out for good",
    "cut inside for good",
)


@pytest.mark.parametrize("name", ON_DEMAND)
def test_tracks_on_demand_that_meet_a_fault(
    name: str, logged_in: Settings, spotify: FakeSpotify, run: Cli
) -> None:
    """A fault is never stored as "no such track"; what came before it is kept, and the next run goes on."""
    fault, times, _ = POLLS[name]
    spotify.plays = plays(0, 5)
    run("ingest", "spotify")
    with_history_only(logged_in, range(50, 56))
    spotify.fail(TRACKS, *[fault] * times, after=3)
    met = run("ingest", "spotify", "--tracks", "6")
    assert ask(logged_in, "select count(*) from raw.missing_tracks") == [(0,)]
    assert ask(logged_in, "select count(*) from raw.tracks")[0][0] >= 5 + 3
    after_the_wait(logged_in, 4)
    last = run("ingest", "spotify", "--tracks", "6")
    assert last.code == 0, last.output
    rows = ask(logged_in, "select count(*), count(distinct track_id), count(track_name) from raw.tracks")
    assert rows == [(11, 11, 11)]
    assert_no_secret(logged_in, spotify, met.output, last.output)


def test_offline(logged_in: Settings, spotify: FakeSpotify, run: Cli) -> None:
    spotify.stop()
    done = run("ingest", "spotify")
    assert done.code == 1
    assert "offline" in done.output
    assert ask(logged_in, "select status from raw.ingest_runs") == [("failed",)]


def next_moment(spotify: FakeSpotify) -> datetime:
    newest = max(item["played_at"] for item in spotify.plays)
    return datetime.fromisoformat(newest).replace(tzinfo=None) + timedelta(minutes=4)


def after_the_wait(settings: Settings, code: int) -> None:
    """Let the time pass that Spotify asked for."""
    if code == 4:
        with open_warehouse(settings) as db:
            db.execute("update raw.api_backoff set not_before = now()::timestamp - interval 1 second")


def with_history_only(settings: Settings, numbers: range) -> None:
    """Add plays from elsewhere, of tracks whose metadata nobody has."""
    with open_warehouse(settings) as db:
        for number in numbers:
            db.execute(
                """
                insert into raw.listening_history by name
                select uuid() as play_id, 'me' as listener_id, 'extended' as source, 'track' as content_type,
                    'spotify:track:' || $id as content_uri, $id as track_id,
                    timestamp '2024-01-01' as played_at, 'second' as ended_at_precision,
                    'x' as run_id, now()::timestamp as ingested_at
                """,
                {"id": track_id(number)},
            )
