"""A poll that finds the warehouse held: into the inbox, and out of it with the next run."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from spotiflow.core.settings import Settings
from tests.fakes.spotify import FakeSpotify
from tests.fakes.spotify_faults import QUOTA_LONG
from tests.ingest.spotify.conftest import (
    MORNING,
    Cli,
    ask,
    played,
    plays,
    stored_plays,
)

RECENT = "/v1/me/player/recently-played"


@contextmanager
def held(settings: Settings) -> Iterator[None]:
    """Hold the warehouse in another process."""
    code = "import duckdb, sys; db = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(settings.database_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        yield
        holder.communicate()


def test_a_poll_while_the_warehouse_is_held_waits_in_the_inbox(
    logged_in: Settings, spotify: FakeSpotify, run: Cli
) -> None:
    spotify.plays = plays(0, 40)
    run("ingest", "spotify")
    with held(logged_in):
        spotify.plays += plays(40, 45, MORNING + timedelta(hours=4))
        assert "put into the inbox" in run("ingest", "spotify").output
        spotify.plays += plays(85, 45, MORNING + timedelta(hours=8))
        assert run("ingest", "spotify").code == 0
        waiting = list(logged_in.inbox_dir.iterdir())
        assert len(waiting) == 2
        assert {stat.S_IMODE(path.stat().st_mode) for path in waiting} == {0o600}
    spotify.plays += plays(130, 45, MORNING + timedelta(hours=12))
    assert run("ingest", "spotify").code == 0
    assert stored_plays(logged_in) == played(spotify)
    assert list(logged_in.inbox_dir.iterdir()) == []
    assert ask(logged_in, "select count(*) from raw.history_gaps") == [(0,)]
    calls = "select sum(n_calls) from raw.api_calls where endpoint like '%recently-played'"
    assert ask(logged_in, calls) == [(4,)]


def test_the_inbox_is_loaded_although_spotify_refuses(
    logged_in: Settings, spotify: FakeSpotify, run: Cli
) -> None:
    run("init")
    with held(logged_in):
        spotify.plays = plays(0, 10)
        run("ingest", "spotify")
    spotify.fail(RECENT, QUOTA_LONG)
    assert run("ingest", "spotify").code == 4
    assert stored_plays(logged_in) == played(spotify)


def test_the_inbox_is_loaded_although_the_login_has_ended(
    logged_in: Settings, spotify: FakeSpotify, run: Cli
) -> None:
    run("init")
    with held(logged_in):
        spotify.plays = plays(0, 10)
        run("ingest", "spotify")
    run("auth", "logout")
    assert run("ingest", "spotify").code == 3
    assert stored_plays(logged_in) == played(spotify)


def test_a_wait_that_could_not_be_stored_is_obeyed_all_the_same(
    logged_in: Settings, spotify: FakeSpotify, run: Cli
) -> None:
    run("init")
    with held(logged_in):
        spotify.fail(RECENT, QUOTA_LONG)
        assert run("ingest", "spotify").code == 4
        n_requests = len(spotify.requests)
        assert run("ingest", "spotify").code == 4
        assert len(spotify.requests) == n_requests
    assert run("ingest", "spotify").code == 4
    assert len(spotify.requests) == n_requests


def test_a_spooled_poll_is_stored_once_even_if_its_file_comes_back(
    logged_in: Settings, spotify: FakeSpotify, run: Cli
) -> None:
    run("init")
    with held(logged_in):
        spotify.plays = plays(0, 10)
        run("ingest", "spotify")
    [path] = logged_in.inbox_dir.iterdir()
    text = path.read_text()
    run("ingest", "spotify")
    path.write_text(text)
    run("ingest", "spotify")
    assert stored_plays(logged_in) == played(spotify)
    calls = "select sum(n_calls) from raw.api_calls where endpoint like '%recently-played'"
    assert ask(logged_in, calls) == [(3,)]


NAME = "spotify-20260101T000000000000-00000000-0000-0000-0000-000000000001"
BATCH = {
    "listener_id": "me",
    "items": [],
    "news": {"calls": [], "backoffs": []},
    "status": "ok",
    "fetched_at": "2026-01-01T00:00:00",
    "run_id": "00000000-0000-0000-0000-000000000001",
}


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", '{"items": 1}', '{"listener_id": "me", "items": []}'),
        json.dumps(BATCH | {"news": {"calls": [["me"]], "backoffs": []}}),
        json.dumps(BATCH | {"news": {"calls": []}}),
        json.dumps(BATCH | {"news": [], "items": None}),
        json.dumps(BATCH | {"news": {"calls": [], "backoffs": [["me", "soon", "x"]]}}),
        json.dumps(BATCH | {"run_id": 1}),
        json.dumps(BATCH | {"listener_id": None}),
    ],
)
def test_a_strange_file_in_the_inbox_stops_nothing(
    text: str, logged_in: Settings, spotify: FakeSpotify, run: Cli
) -> None:
    run("init")
    (logged_in.inbox_dir / f"{NAME}.json").write_text(text)
    (logged_in.inbox_dir / "spotify-2024.json").write_text("mine as well")
    (logged_in.inbox_dir / "something-else.zip").write_text("mine")
    spotify.plays = plays(0, 3)
    assert run("ingest", "spotify").code == 0
    assert stored_plays(logged_in) == played(spotify)
    assert run("status").code == 0
    left = sorted(path.name for path in logged_in.inbox_dir.iterdir())
    assert left == ["something-else.zip", "spotify-2024.json", f"{NAME}.unreadable"]


def test_a_listener_that_nobody_added_keeps_the_plays(
    logged_in: Settings, spotify: FakeSpotify, run: Cli
) -> None:
    spotify.plays = plays(0, 3)
    result = run("ingest", "spotify", "--listener", "nobody")
    assert result.code == 3
    assert spotify.requests == []
