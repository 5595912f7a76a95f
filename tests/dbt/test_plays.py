"""Silver against a known truth: every play once, from the strongest source, in its session and zone."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from spotiflow.ingest.history.coverage import covered_rows
from tests.dbt.history import ZONES, Truth, plays
from tests.dbt.project import query


def test_every_play_is_there_once_and_from_the_strongest_source(built: Path) -> None:
    told = [(truth, truth.sources()[0]) for truth in plays() if truth.sources()]
    expected = [
        (truth.listener, f"Song {truth.number}", source, _moment(truth, source)) for truth, source in told
    ]
    found = query(built, "select listener_id, track_name, source, played_at from silver.plays")
    assert sorted(found) == sorted(expected)
    assert {source for _, source in told} == {"extended", "account", "api", "lastfm"}


def _moment(truth: Truth, source: str) -> datetime:
    ended_at = truth.ended_at.replace(second=0) if source == "account" else truth.ended_at
    return truth.started_at if source == "lastfm" else ended_at


def test_a_play_without_an_id_gets_the_one_another_source_knows(built: Path) -> None:
    pairs = query(built, "select distinct track_id, track_name from silver.plays")
    assert {(f"t{int(name.split()[1]):02d}", name) for _, name in pairs} == set(pairs)


def test_sessions_are_those_a_loop_finds(built: Path) -> None:
    rows = query(
        built,
        """select listener_id, started_at, ended_at, session_id from silver.plays
        order by listener_id, started_at, play_id""",
    )
    expected: list[str] = []
    latest: dict[str, datetime] = {}
    current = ""
    for listener, started_at, ended_at, _ in rows:
        end = latest.get(listener)
        if end is None or int(started_at.timestamp()) - int(end.timestamp()) > 30 * 60:
            current = f"{listener}-{int((started_at - datetime(1970, 1, 1)).total_seconds())}"
        latest[listener] = max(end or ended_at, ended_at)
        expected.append(current)
    assert [row[3] for row in rows] == expected


def test_local_times_are_those_of_the_time_zone_database(built: Path) -> None:
    rows = query(
        built,
        """select listener_id, started_at, local_started_at, local_date, listening_date, hour_of_day,
            day_of_week
        from silver.listening_with_features""",
    )
    assert {row[0] for row in rows} == {"me", "demo", "nowhere"}
    for listener, started_at, local, local_date, listening_date, hour, weekday in rows:
        zones = [zone for who, since, zone in ZONES if who == listener and since <= started_at] or ["UTC"]
        truth = (
            started_at.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zones[-1])).replace(tzinfo=None)
        )
        assert local == truth
        assert (local_date, listening_date) == (truth.date(), (truth - timedelta(hours=4)).date())
        assert (hour, weekday) == (truth.hour, truth.isoweekday())


def test_simulated_shows_wherever_a_listener_does(built: Path) -> None:
    tables = query(
        built,
        """select schema_name, table_name from duckdb_columns() where schema_name in ('silver', 'gold')
        group by all having count(*) filter (where column_name = 'is_simulated') > 0
        and count(*) filter (where column_name = 'listener_id') > 0
        -- A row about two listeners is simulated where either is.
        and table_name <> 'household_overlap'""",
    )
    assert ("silver", "plays") in tables
    for schema, table in tables:
        wrong = query(
            built,
            f"""select distinct listener_id from {schema}.{table}
            where is_simulated <> (listener_id = 'demo') and listener_id in ('me', 'demo', 'nowhere')""",
        )
        assert wrong == [], (schema, table)


def test_a_receipt_counts_the_covered_rows_that_silver_drops(built: Path) -> None:
    with duckdb.connect(str(built / "spotiflow.duckdb"), read_only=True) as db:
        counted = {name: covered_rows(db, name) for name in ("me", "demo", "nowhere")}
    dropped = query(
        built,
        """select source, count(*) from silver.covered_plays
        join raw.listening_history using (play_id) where listener_id = 'me' group by 1""",
    )
    assert dict(dropped).keys() == {"account", "api"}
    assert counted == {"me": dict(dropped), "demo": {}, "nowhere": {}}
