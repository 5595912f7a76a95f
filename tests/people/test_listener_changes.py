"""Renaming and moving a listener: nothing is imported twice afterwards, and times follow the zone."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from rich.console import Console

from spotiflow.core.errors import InputError, NotFoundError, UsageError
from spotiflow.core.settings import Settings
from spotiflow.ingest.exports import import_exports
from spotiflow.ingest.listeners import add_listener
from spotiflow.ingest.spotify.spool import Batch, spool, spooled
from spotiflow.ingest.spotify.token_store import token_path
from spotiflow.people.listener_changes import move_listener, rename_listener, render_zones
from spotiflow.warehouse.database import open_warehouse
from tests.conftest import RunCli
from tests.ingest import builders as b
from tests.ingest.conftest import Rows

Query = Callable[..., Rows]


def test_a_rename_goes_through_everything(settings: Settings, tmp_path: Path, query: Query) -> None:
    path = b.write(tmp_path / "endsong_0.json", [b.play(n) for n in range(5)])
    import_exports(settings, [path])
    with open_warehouse(settings) as db:
        db.execute(
            """insert into raw.api_records
            select listener_id, 'x', play_id::varchar, '{}', ingested_at from raw.listening_history"""
        )
        db.execute(
            """insert into ml.play_predictions
            select play_id, 'valence', listener_id, 0, 0, 0, 0, 'm', '1', ingested_at
            from raw.listening_history"""
        )
    token_path(settings, "me").write_text("{}")
    spool(settings, Batch("me", [], {"calls": [], "backoffs": []}))
    assert rename_listener(settings, "me", "anna") > 15
    for table in ("raw.listening_history", "raw.listeners", "raw.listener_time_zones", "raw.ingest_files"):
        assert query(f"select distinct listener_id from {table}") == [("anna",)]
    assert query("select count(*) from raw.listening_history join ml.play_predictions using (play_id)") == [
        (5,)
    ]
    assert query(
        "select count(*) from raw.listening_history join raw.api_records on play_id::varchar = record_id"
    ) == [(5,)]
    assert token_path(settings, "anna").exists()
    assert not token_path(settings, "me").exists()
    assert [batch.listener_id for _, batch in spooled(settings)] == ["anna"]
    again = import_exports(settings, [path], listener_id="anna")
    assert (again.total.known, again.total.stored) == (5, 0)


def test_names_that_cannot_be_taken(settings: Settings) -> None:
    add_listener(settings, "anna", time_zone="UTC")
    add_listener(settings, "bert", time_zone="UTC")
    with pytest.raises(UsageError, match="already"):
        rename_listener(settings, "anna", "bert")
    with pytest.raises(UsageError, match="cannot be"):
        rename_listener(settings, "anna", "../x")
    with pytest.raises(NotFoundError):
        rename_listener(settings, "carl", "dora")


def test_zones_by_period(settings: Settings) -> None:
    add_listener(settings, "anna", time_zone="Europe/Berlin")
    moved = move_listener(settings, "anna", "asia/kolkata", since="2024-03-01")
    assert moved == [
        (datetime(1970, 1, 1), "Europe/Berlin"),
        (datetime(2024, 2, 29, 18, 30), "Asia/Kolkata"),
    ]
    assert len(move_listener(settings, "anna", "Asia/Tokyo", since="2024-03-01T12:00+09:00")) == 3
    console = Console(width=80)
    with console.capture() as capture:
        console.print(render_zones(moved))
    assert [line.split() for line in capture.get().splitlines()[1:]] == [
        ["the", "beginning", "Europe/Berlin"],
        ["2024-03-01", "00:00", "Asia/Kolkata"],
    ]
    assert move_listener(settings, "anna", "UTC") == [(datetime(1970, 1, 1), "UTC")]


def test_what_is_no_zone_date_or_listener(settings: Settings) -> None:
    add_listener(settings, "anna", time_zone="UTC")
    for since in ("March", "0001-01-01", "1970-01-01", "9999-12-31T23:59:59", "2024-13-01", ""):
        with pytest.raises(UsageError, match="is no date"):
            move_listener(settings, "anna", "Europe/Paris", since=since)
    with pytest.raises(InputError, match="no time zone"):
        move_listener(settings, "anna", "Europe/Pariss")
    with pytest.raises(NotFoundError):
        move_listener(settings, "bert", "UTC")


def test_the_commands(settings: Settings, run_cli: RunCli) -> None:
    add_listener(settings, "me", time_zone="UTC")
    words = ("listener", "timezone", "me", "Europe/Paris", "--from", "2024-03-01")
    assert json.loads(run_cli(*words, "--json").stdout)[1]["valid_from"] == "2024-02-29T23:00:00"
    assert "Europe/Paris" in run_cli(*words).stdout
    assert 'default_listener = "anna"' in run_cli("listener", "rename", "me", "anna").stdout
    assert run_cli("listener", "rename", "me", "anna", check=False).returncode == 1
