"""Warehouses to report on: listeners with 0, 1 and 200 plays and no catalogue; and a sample report."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from spotiflow.core.settings import Settings, load_settings
from spotiflow.ingest.exports import import_exports
from spotiflow.ingest.listeners import add_listener
from spotiflow.warehouse.database import open_warehouse
from tests.conftest import BuildOnce, build_anew

PLAYS = {"nobody": 0, "newcomer": 1, "beginner": 200}
# One lives where the clock is off by half an hour.
ZONES = {"newcomer": "Asia/Kolkata"}


@pytest.fixture(scope="session")
def small_warehouse(build_once: BuildOnce) -> Settings:
    """Three listeners of 0, 1 and 200 plays, built for real, without a catalogue and without models."""
    home = build_once("small", _make_small)
    return load_settings(home=home, lock_wait_seconds=5.0, threads=2)


def _make_small(home: Path) -> None:
    settings = load_settings(home=home, threads=2)
    with open_warehouse(settings):
        pass
    for listener, n_plays in PLAYS.items():
        add_listener(settings, listener, time_zone=ZONES.get(listener, "Europe/Paris"))
        if n_plays:
            export = _export(home.with_name(listener), n_plays)
            import_exports(settings, [export], listener_id=listener)
    assert build_anew(settings).n_tests_passed


def _export(folder: Path, n_plays: int) -> Path:
    """Write account data: every fifth play a favourite, some streams too short to count as plays."""
    start = datetime(2025, 3, 1, 7, 0)
    rows = []
    for number in range(n_plays):
        name = 0 if number % 5 == 0 else number
        for ms_played in (200_000, 9_000)[: 1 + (number % 4 == 3)]:
            end = start + timedelta(hours=7 * number, milliseconds=ms_played)
            row = {"artistName": f"Artist {name % 37}", "trackName": f"Track {name % 83}"}
            rows.append(row | {"endTime": f"{end:%Y-%m-%d %H:%M}", "msPlayed": ms_played})
    folder.mkdir()
    (folder / "StreamingHistory_music_0.json").write_text(json.dumps(rows), encoding="utf-8")
    return folder
