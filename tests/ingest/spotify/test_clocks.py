"""A machine whose clock was wrong for a while, as one without a battery is until it reaches the network."""

from __future__ import annotations

from datetime import timedelta

import time_machine

from spotiflow.core.settings import Settings
from spotiflow.warehouse.database import open_warehouse
from spotiflow.warehouse.run_log import utc_now
from tests.fakes.spotify import FakeSpotify
from tests.fakes.spotify_faults import QUOTA_LONG
from tests.ingest.spotify.conftest import (
    Cli,
    ask,
    played,
    plays,
    stored_plays,
)
from tests.ingest.spotify.test_faults import RECENT


def test_a_wait_noted_by_a_wrong_clock_silences_nothing_for_years(
    logged_in: Settings, spotify: FakeSpotify, run: Cli
) -> None:
    spotify.plays = plays(0, 5)
    with time_machine.travel(utc_now() + timedelta(days=100)):
        spotify.fail(RECENT, QUOTA_LONG)
        assert run("ingest", "spotify").code == 4
        with open_warehouse(logged_in) as db:
            db.execute("update raw.api_calls set n_calls = 400")
    assert run("ingest", "spotify").code == 0
    assert stored_plays(logged_in) == played(spotify)
    assert ask(logged_in, "select count(*) from raw.api_backoff") == [(0,)]


def test_a_clock_that_is_put_back_a_little_forgets_no_wait(
    logged_in: Settings, spotify: FakeSpotify, run: Cli
) -> None:
    spotify.fail(RECENT, QUOTA_LONG)
    assert run("ingest", "spotify").code == 4
    with time_machine.travel(utc_now() - timedelta(hours=12)):
        assert run("ingest", "spotify").code == 4
