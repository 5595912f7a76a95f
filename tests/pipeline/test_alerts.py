"""Alerts: once per cause, again after it was over, and never with a secret."""

from __future__ import annotations

import json
import resource
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest
import time_machine

from spotiflow.core.settings import Settings
from spotiflow.pipeline.alert_delivery import tell
from spotiflow.pipeline.alerts import open_alerts, review
from spotiflow.pipeline.run import choose, run_line
from spotiflow.pipeline.stage import Job
from spotiflow.warehouse.database import open_warehouse, prepare_home
from spotiflow.warehouse.run_log import utc_now
from tests.fakes import spotify_faults as f
from tests.fakes.spotify import FakeSpotify
from tests.ingest.spotify.conftest import (
    expire_access,
    log_in,
    log_of,
    plays,
)
from tests.ingest.spotify.test_faults import RECENT


@pytest.fixture
def told(settings: Settings, tmp_path: Path) -> tuple[Settings, Path]:
    """Settings whose on_alert writes down what it is told, a line each."""
    prepare_home(settings)
    path = tmp_path / "told.txt"
    path.touch()
    return replace(settings, on_alert=f'printf "%s\\n" "$SPOTIFLOW_ALERT" >> {path}; cat > /dev/null'), path


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines()


def poll(settings: Settings) -> int:
    return run_line(Job(settings, lambda _: None), choose(["spotify"])).exit_code


def test_once_per_cause_and_again_after_it_was_over(told: tuple[Settings, Path]) -> None:
    settings, path = told
    for _ in range(3):
        review(settings, {"stage:build": "build failed: x"}, ["stage:build"])
    assert lines(path) == ["build failed: x"]
    review(settings, {}, ["stage:train"])
    assert [alert.cause for alert in open_alerts(settings)] == ["stage:build"]
    review(settings, {}, ["stage:build"])
    assert open_alerts(settings) == []
    review(settings, {"stage:build": "build failed: y"}, ["stage:build"])
    assert lines(path) == ["build failed: x", "build failed: y"]


def test_what_could_not_be_told_is_told_later(told: tuple[Settings, Path]) -> None:
    settings, path = told
    review(replace(settings, on_alert="exit 7"), {"gap:me": "a gap"}, [])
    review(replace(settings, on_alert=""), {}, [])
    assert lines(path) == []
    review(settings, {}, [])
    assert lines(path) == ["a gap"]


def test_a_damaged_file_of_alerts_stops_nothing(told: tuple[Settings, Path]) -> None:
    settings, path = told
    (settings.home / "alerts.json").write_text('[{"cause": 1')
    review(settings, {"x:": "something"}, [])
    assert lines(path) == ["something"]
    assert (settings.home / "alerts.json").stat().st_mode & 0o077 == 0


def test_what_polls_tell_of(told: tuple[Settings, Path], spotify: FakeSpotify) -> None:
    settings, path = told
    with open_warehouse(settings):
        pass
    log_in(settings, spotify, days_ago=160)
    spotify.plays = plays(0, 10)
    assert [poll(settings), poll(settings)] == [0, 0]
    spotify.plays += plays(100, 60, start=utc_now() - timedelta(hours=5))
    assert [poll(settings), poll(settings)] == [0, 0]
    spotify.fail(RECENT, f.Fault(429, f.QUOTA, {"Retry-After": "3600"}))
    assert [poll(settings), poll(settings)] == [4, 4]
    with time_machine.travel(utc_now() + timedelta(hours=2)):
        assert poll(settings) == 0
        expire_access(settings)
        spotify.fail("/api/token", f.ENDED)
        assert [poll(settings), poll(settings)] == [3, 3]
    first, gap, quota, login = lines(path)
    assert "The login ends in" in first
    assert "may be missing" in gap
    assert "daily quota used up" in quota
    assert "Spotify has ended the login" in login
    causes = [alert.cause.partition(":")[0] for alert in open_alerts(settings)]
    assert sorted(causes) == ["gap", "login"]


class Hook(BaseHTTPRequestHandler):
    """Takes webhooks; the class keeps what came."""

    taken: list[dict[str, Any]] = []  # noqa: RUF012 (emptied by the fixture)
    status = 204

    def do_POST(self) -> None:
        self.taken.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def webhook() -> Iterator[str]:
    Hook.taken, Hook.status = [], 204
    server = HTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/hook/very-secret-word"
    server.shutdown()
    server.server_close()


def test_a_webhook_and_its_secret(settings: Settings, webhook: str) -> None:
    from spotiflow.core.console import start_log

    prepare_home(settings)
    start_log(settings)
    hooked = replace(settings, on_alert=webhook)
    Hook.status = 500
    review(hooked, {"stage:build": "failed with access_token=abc123"}, [])
    Hook.status = 204
    review(hooked, {}, [])
    review(hooked, {}, [])
    assert [one["text"] for one in Hook.taken] == ["failed with access_token=***"] * 2
    assert Hook.taken[0]["cause"] == "stage:build"
    for path in settings.home.rglob("*"):
        assert path.is_dir() or b"very-secret-word" not in path.read_bytes()
    assert "status 500" in log_of(settings)


def test_an_unreachable_webhook_is_named_without_its_address(settings: Settings) -> None:
    from spotiflow.core.console import start_log

    prepare_home(settings)
    start_log(settings)
    review(replace(settings, on_alert="http://127.0.0.1:9/very-secret-word"), {"x:": "y"}, [])
    assert "was not reached" in log_of(settings)
    assert "very-secret-word" not in log_of(settings)


def test_a_command_that_never_stops_printing_ends_with_what_it_started(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spotiflow.pipeline.alert_delivery.TIMEOUT_SECONDS", 0.5)
    noted = tmp_path / "pid"
    command = f"sh -c 'echo $$ > {noted}; exec yes' | cat"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert not tell(replace(settings, on_alert=command), "x:", "a message", "2026-01-01")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000
    deadline = time.monotonic() + 10
    while psutil.pid_exists(int(noted.read_text())) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not psutil.pid_exists(int(noted.read_text()))
