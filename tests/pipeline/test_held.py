"""Somebody leaves a shell open on the warehouse for an hour: runs say so, and afterwards nothing is lost."""

from __future__ import annotations

import os
from datetime import UTC, timedelta

import time_machine

from spotiflow.core.settings import Settings
from spotiflow.pipeline.alerts import open_alerts
from spotiflow.pipeline.results import RunResult
from spotiflow.pipeline.run import choose, run_line
from spotiflow.pipeline.stage import Job
from spotiflow.warehouse.database import open_warehouse
from tests.fakes.spotify import FakeSpotify
from tests.ingest import builders as b
from tests.ingest.spotify.conftest import (
    MORNING,
    ask,
    log_in,
    played,
    plays,
)
from tests.ingest.spotify.test_spool import held

HALF_AN_HOUR = timedelta(minutes=30)


def run_at(settings: Settings, spotify: FakeSpotify, number: int) -> RunResult:
    """Run what the schedule runs, half an hour later each time, with eight more plays at Spotify."""
    moment = MORNING + number * HALF_AN_HOUR
    spotify.plays += plays(8 * number, 8, moment - timedelta(minutes=29), minutes=3)
    with time_machine.travel(moment.replace(tzinfo=UTC), tick=False):
        log_in(settings, spotify)
        return run_line(Job(settings, lambda _: None), choose(["spotify", "files", "build"]))


def test_an_hour_of_a_held_file_loses_nothing(logged_in: Settings, spotify: FakeSpotify) -> None:
    with open_warehouse(logged_in):
        pass
    export = b.extended_package(logged_in.inbox_dir / "my_spotify_data.zip")
    an_hour_before = (MORNING - 2 * HALF_AN_HOUR).replace(tzinfo=UTC).timestamp()
    os.utime(export, (an_hour_before, an_hour_before))
    with held(logged_in):
        for number in range(3):
            result = run_at(logged_in, spotify, number)
            polled, files = result.stages
            assert (polled.status, polled.exit_code) == ("ok", 0)
            assert polled.detail.endswith("plays into the inbox, the warehouse is held")
            assert (files.status, files.exit_code, files.attempts) == ("failed", 1, 3)
            assert "is held by python" in files.detail
            assert files.hint
            assert result.left_out == ["build"]
        assert [alert.cause for alert in open_alerts(logged_in)] == ["stage:files"]
    with time_machine.travel((MORNING + 4 * HALF_AN_HOUR).replace(tzinfo=UTC), tick=False):
        log_in(logged_in, spotify)
        last = run_line(Job(logged_in, lambda _: None), choose(["spotify", "files"]))
    assert last.exit_code == 0
    assert open_alerts(logged_in) == []
    assert [path.name for path in logged_in.inbox_dir.iterdir()] == [export.name]
    stored = "select content_uri from raw.listening_history where source = 'api' order by played_at"
    assert [uri for (uri,) in ask(logged_in, stored)] == played(spotify)
    assert ask(logged_in, "select count(*) from raw.listening_history where source = 'extended'") == [(27,)]
    assert ask(logged_in, "select count(*) from raw.history_gaps") == [(0,)]
