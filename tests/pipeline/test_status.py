"""status, logs and doctor: at any age of a home, and without a secret."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from spotiflow.core.settings import Settings
from spotiflow.ingest.spotify.token_store import add_months
from spotiflow.pipeline.watch.doctor import examine
from spotiflow.pipeline.watch.logs import follow, last_lines
from spotiflow.pipeline.watch.status import read_status
from spotiflow.warehouse.database import open_warehouse, prepare_home
from spotiflow.warehouse.run_log import utc_now
from tests.fakes import spotify_faults as f
from tests.fakes.spotify import FakeSpotify
from tests.ingest import builders as b
from tests.ingest.spotify.conftest import (
    MORNING,
    Cli,
    assert_no_secret,
    log_in,
    plays,
)
from tests.ingest.spotify.test_faults import RECENT, after_the_wait
from tests.ingest.spotify.test_spool import held


def test_without_a_warehouse_there_is_a_sentence(run: Cli) -> None:
    assert run("status").code == 1
    assert run("logs").code == 1
    assert run("doctor").code == 0


def test_a_home_that_polls(logged_in: Settings, spotify: FakeSpotify, run: Cli) -> None:
    spotify.plays = plays(0, 10)
    assert run("run", "--only", "spotify").code == 0
    state = read_status(logged_in)
    assert [(row["listener_id"], row["plays"]) for row in state.listeners] == [("me", 10)]
    assert [(row["source"], row["new_rows"]) for row in state.sources] == [("spotify", 10)]
    assert state.stale == []
    result = run("status", "--check")
    assert result.code == 0
    assert "me     10 plays" in result.output
    shown = json.loads(run("status", "--json").output)
    assert shown["runs"][0]["status"] == "ok"
    assert "spotify" in run("status", "--runs").output


def test_the_note_of_a_source_that_polls(logged_in: Settings, spotify: FakeSpotify, run: Cli) -> None:
    log_in(logged_in, spotify, days_ago=20)
    spotify.plays = plays(0, 10)
    assert "login ends in" in run("status").output, "also before the first poll"
    for _ in range(2):
        run("ingest", "spotify")
    days = (add_months(utc_now() - timedelta(days=20), 6) - utc_now()).days
    (row,) = json.loads(run("status", "--json").output)["sources"]
    assert row["note"] == (
        f"login ends in {days} days; calls in 24 hours, of 400 each: recently-played 2, audio-features 1"
    )
    spotify.fail(RECENT, f.QUOTA_LONG)
    run("ingest", "spotify")
    waiting = " ".join(run("status").output.split())
    assert "recently-played 3, audio-features 1; me/player/recently-played waits until" in waiting
    assert "(daily quota used up); last try: waiting" in waiting
    log_in(logged_in, spotify, days_ago=400)
    ended = " ".join(run("status").output.split())
    assert "login has ended; calls in 24 hours, of 400 each: recently-played 3" in ended
    log_in(logged_in, spotify, listener="anna")
    assert "login of me has ended; login of anna ends in" in run("status").output
    assert_no_secret(logged_in, spotify, waiting)


def test_runs_that_waited_say_for_what(
    logged_in: Settings, spotify: FakeSpotify, run: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    spotify.plays = plays(0, 10)
    assert run("run", "--only", "spotify").code == 0
    spotify.fail(RECENT, f.QUOTA_LONG)
    assert run("run", "--only", "spotify").code == 4
    shown = json.loads(run("status", "--json").output)
    (wait,) = shown["waits"]
    until = datetime.fromisoformat(wait["not_before"]).replace(tzinfo=UTC).astimezone()
    expected = f"last 2: 1 waiting (daily quota used up, until {until:%m-%d %H:%M}), 1 ok"
    assert expected in run("status").output
    assert shown["runs"][0]["reason"].startswith("spotify: Spotify takes no calls to")
    assert shown["calls"] == {"me/player/recently-played": 2, "audio-features": 1}
    after_the_wait(logged_in, 4)
    over = run("status").output
    assert "waits until" not in over
    told = over.partition("1 waiting (")[2].partition(", 1 ok")[0]
    assert "daily quota used up" in told, "what was is still told"
    monkeypatch.setenv("SPOTIFLOW_SPOTIFY_DAILY_CALLS", "2")
    assert run("run", "--only", "spotify").code == 4
    used_up = " ".join(run("status").output.split())
    assert (
        "2 waiting (spotify: 2 calls to me/player/recently-played in 24 hours are used up; go on" in used_up
    )
    assert "of 2 each: recently-played 2 (again after" in used_up


def test_a_gap_and_what_closes_it(
    logged_in: Settings, spotify: FakeSpotify, run: Cli, tmp_path: Path
) -> None:
    spotify.plays = plays(0, 5)
    run("ingest", "spotify")
    spotify.plays = plays(10, 60, MORNING + timedelta(days=2))
    run("ingest", "spotify")
    result = run("status")
    assert "1 gap open" in result.output
    assert "TO DO  request an export for me: it closes the gap of 11-1" in result.output
    (gap,) = json.loads(run("status", "--json").output)["gaps"]
    assert gap["from"].startswith("2026-11-16")
    ends = [MORNING + timedelta(hours=12 * number) for number in range(-10, 20)]
    export = [b.play(number, ts=f"{end:%Y-%m-%dT%H:%M:%SZ}") for number, end in enumerate(ends)]
    run("ingest", "export", str(b.write(tmp_path / "endsong_0.json", export)))
    closed = run("status")
    assert "TO DO" not in closed.output
    assert "gap open" not in closed.output
    assert "complete to 11-25" in closed.output


@pytest.mark.slow
def test_what_builds_say_is_in_status(demo_warehouse: Settings) -> None:
    state = read_status(demo_warehouse)
    notes = {row["source"]: row["note"] for row in state.sources}
    with open_warehouse(demo_warehouse, read_only=True) as db:
        matched = db.execute(
            "select count(*) filter (feature_source = 'kaggle') / count(*) "
            "from silver.listening_with_features"
        ).fetchall()[0][0]
    assert notes["kaggle"] == f"matches {100 * matched:.0f} % of plays"


def test_it_gets_stale(logged_in: Settings, spotify: FakeSpotify, run: Cli) -> None:
    run("run", "--only", "spotify")
    with time_machine.travel(utc_now() + timedelta(hours=2)):
        result = run("status", "--check")
    assert result.code == 1
    assert "no poll of Spotify went well since" in result.output


def test_what_is_wrong_is_in_status_and_doctor(logged_in: Settings, spotify: FakeSpotify, run: Cli) -> None:
    with open_warehouse(logged_in):
        pass
    spotify.fail(RECENT, *[f.BROKEN_503] * 4)
    assert run("run", "--only", "spotify").code == 1
    status, doctor, logs = run("status"), run("doctor"), run("logs", "-n", "100")
    assert "ALERT  spotify failed: Spotify is out of order" in status.output
    assert doctor.code == 1
    assert "out of order" in doctor.output
    assert "spotify failed" in logs.output
    assert_no_secret(logged_in, spotify, status.output, doctor.output, logs.output)


def test_a_held_warehouse(logged_in: Settings, run: Cli) -> None:
    with open_warehouse(logged_in):
        pass
    with held(logged_in):
        result = run("status")
        assert result.code == 0
        assert "held by python" in result.output
        assert run("doctor").code == 1


def test_doctor_on_rights_and_logins(settings: Settings, spotify: FakeSpotify) -> None:
    with open_warehouse(settings):
        pass
    log_in(settings, spotify, days_ago=170)
    (settings.home / "config.toml").write_text("threads = 1\n")
    (settings.home / "config.toml").chmod(0o644)
    checks = {(check.name, check.verdict): check for check in examine(settings)}
    assert "config.toml" in checks["rights", "warning"].found
    assert "chmod" in str(checks["rights", "warning"].fix)
    assert "ends in" in checks["login", "warning"].found
    assert all(check.fix for check in checks.values() if check.verdict != "ok")


@pytest.mark.slow
def test_doctor_on_the_demo(demo_warehouse: Settings) -> None:
    checks = {check.name: check for check in examine(demo_warehouse)}
    assert checks["coverage"].verdict == "ok"
    assert {"versions", "rights", "disk", "warehouse"} <= {n for n, c in checks.items() if c.verdict == "ok"}


def test_doctor_says_that_coverage_is_zero(settings: Settings) -> None:
    with open_warehouse(settings) as db:
        db.execute("create schema silver")
        db.execute(
            "create table silver.listening_with_features as "
            "select false as is_measured, 'unknown' as feature_source"
        )
    checks = {check.name: check for check in examine(settings)}
    assert checks["coverage"].found.startswith("coverage still 0 %")
    assert checks["synthetic"].found.startswith("no synthetic features")


def test_everything_a_run_leaves_is_private(logged_in: Settings, spotify: FakeSpotify, run: Cli) -> None:
    spotify.plays = plays(0, 10)
    run("run", "--only", "spotify", "--only", "files")
    spotify.fail(RECENT, *[f.BROKEN_503] * 4)
    run("run", "--only", "spotify")
    for path in [logged_in.home, *logged_in.home.rglob("*")]:
        wanted = 0o700 if path.is_dir() else 0o600
        assert path.stat().st_mode & 0o777 == wanted, path
    assert_no_secret(logged_in, spotify)


def test_logs_follow_what_is_added(settings: Settings) -> None:
    prepare_home(settings)
    path: Path = settings.logs_dir / "spotiflow.log"
    path.write_text("".join(f"line {number}\n" for number in range(9)))
    assert last_lines(settings, 2) == ["line 7", "line 8"]
    lines = follow(settings)

    def add(text: str, how: str) -> None:
        with path.open(how) as file:
            file.write(text)

    import threading

    threading.Timer(0.2, add, ["new access_token=abc\n", "a"]).start()
    assert next(lines) == "new access_token=***"
    threading.Timer(0.2, add, ["of a new file\n", "w"]).start()
    assert next(lines) == "of a new file"
