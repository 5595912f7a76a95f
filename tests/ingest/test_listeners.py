"""Listeners and their time zones."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime

import pytest
from rich.console import Console

from spotiflow.core.errors import InputError, NotFoundError, UsageError
from spotiflow.core.settings import Settings
from spotiflow.ingest.listeners import (
    add_listener,
    check_listener,
    ensure_listener,
    existing_listener,
    list_listeners,
    render,
    require_listener,
    set_time_zone,
)
from spotiflow.ingest.time_zones import checked_zone, known_zones
from spotiflow.people.listener_changes import rename_listener
from spotiflow.warehouse.database import open_warehouse
from tests.ingest.conftest import Rows
from tests.paths import ROOT

Query = Callable[..., Rows]


def test_the_default_listener_is_made_once(settings: Settings, query: Query) -> None:
    with open_warehouse(settings) as db:
        assert [ensure_listener(db, name, settings) for name in (None, "me", None)] == ["me"] * 3
        with pytest.raises(NotFoundError, match="known are: me"):
            ensure_listener(db, "anna", settings)
    assert query("select listener_id, kind from raw.listeners") == [("me", "person")]
    assert query("select count(*), min(valid_from) from raw.listener_time_zones") == [
        (1, datetime(1970, 1, 1))
    ]


def test_add_and_list(settings: Settings) -> None:
    with pytest.raises(NotFoundError):
        list_listeners(settings)
    added = add_listener(settings, "anna", display_name="Anna K.", time_zone="asia/kolkata")
    assert (added.time_zone, added.kind, added.rows) == ("Asia/Kolkata", "person", 0)
    assert add_listener(settings, "demo", simulated=True, time_zone="UTC").kind == "simulated"
    both = list_listeners(settings)
    assert [listener.to_dict()["listener_id"] for listener in both] == ["anna", "demo"]
    assert json.loads(json.dumps(both[0].to_dict()))["display_name"] == "Anna K."
    console = Console(width=80)
    with console.capture() as capture:
        console.print(render(both), render([]))
    assert capture.get().splitlines()[1].split() == ["anna", "Anna", "K.", "person", "Asia/Kolkata", "0"]
    with pytest.raises(UsageError, match="already"):
        add_listener(settings, "anna")


@pytest.mark.parametrize("name", ["", "-", "a b", "../x", "x" * 41, "é", "all", "All", "simulated", "none"])
def test_names_that_cannot_be(settings: Settings, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be a listener"):
        add_listener(settings, name)
    assert not settings.home.exists()


def test_a_move_is_a_second_zone(settings: Settings, query: Query) -> None:
    add_listener(settings, "anna", time_zone="Europe/Berlin")
    with open_warehouse(settings) as db:
        for zone in ("America/Lima", "America/New_York"):
            set_time_zone(db, "anna", zone, datetime(2024, 5, 1))
    zones = query("select valid_from, time_zone from raw.listener_time_zones order by 1")
    assert zones == [(datetime(1970, 1, 1), "Europe/Berlin"), (datetime(2024, 5, 1), "America/New_York")]


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("Europe/Pariss", "Europe/Paris"),
        ("Berlin", "Europe/Berlin"),
        ("America/Buenos Airs", "America/Argentina/Buenos_Aires"),
        ("nowhere at all", "America/New_York"),
        ("localtime", ""),
        ("", ""),
    ],
)
def test_an_unknown_zone_names_near_ones(name: str, near: str) -> None:
    with pytest.raises(InputError) as caught:
        checked_zone(name)
    assert near in caught.value.hint


def test_every_zone_is_one_duckdb_knows(settings: Settings) -> None:
    with open_warehouse(settings) as db:
        known = {row[0] for row in db.execute("select name from pg_timezone_names()").fetchall()}
    assert known_zones() <= known
    assert checked_zone("america/new york") == "America/New_York"


@pytest.mark.parametrize(
    ("value", "zone"),
    [
        ("Asia/Kolkata", "Asia/Kolkata"),
        (":Europe/Paris", "Europe/Paris"),
        ("/usr/share/zoneinfo/posix/Asia/Tokyo", "Asia/Tokyo"),
    ],
)
def test_the_zone_of_the_environment(value: str, zone: str) -> None:
    assert zone_where_tz_is(value) == zone


def zone_where_tz_is(value: str) -> str:
    """Ask in a process of its own: the zone of a process is found out once."""
    words = "from spotiflow.ingest.time_zones import system_zone; print(system_zone())"
    done = subprocess.run(
        [sys.executable, "-c", words],
        cwd=ROOT,
        env=os.environ | {"TZ": value},
        capture_output=True,
        text=True,
        check=True,
    )
    assert not done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    "value", ["CET-1CEST,M3.5.0,M10.5.0/3", "/etc/nothing", "../../etc/passwd", "x" * 5000]
)
def test_a_zone_without_a_name_falls_back(value: str) -> None:
    assert zone_where_tz_is(value) in known_zones()


def test_names_that_differ_in_case_only_are_one_name(settings: Settings) -> None:
    """Where the file system does not tell them apart, one would poll with the login of the other."""
    add_listener(settings, "anna", time_zone="UTC")
    with pytest.raises(UsageError, match="a listener 'anna' already"):
        add_listener(settings, "Anna", time_zone="UTC")
    rename_listener(settings, "anna", "Anna")
    assert [listener.listener_id for listener in list_listeners(settings)] == ["Anna"]


def test_only_who_imports_is_told_to_add_somebody(settings: Settings) -> None:
    with open_warehouse(settings) as db:
        with pytest.raises(NotFoundError) as caught:
            check_listener(db, "ben", settings)
        assert "listener add ben" in caught.value.hint
        for name in ("ben", "no name\n"):
            with pytest.raises(NotFoundError) as caught:
                require_listener(db, name)
            assert "listener list" in caught.value.hint


def test_whom_a_takeout_is_for(settings: Settings) -> None:
    def meant(wanted: str | None = None) -> str:
        with open_warehouse(settings, read_only=True) as db:
            return existing_listener(db, wanted, settings)

    add_listener(settings, "anna", time_zone="UTC")
    assert meant() == meant("anna") == "anna"
    add_listener(settings, "ben", time_zone="UTC")
    with pytest.raises(UsageError, match="Several listeners could be meant: anna, ben"):
        meant()
    with pytest.raises(NotFoundError, match="no listener 'me'"):
        meant("me")
    add_listener(settings, "me", time_zone="UTC")
    assert (meant(), meant("ben")) == ("me", "ben")
