"""What fails a data test never takes the place of what passed, and a killed build leaves nothing behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from spotiflow.core.errors import BuildError, DataTestError
from spotiflow.core.settings import load_settings
from spotiflow.pipeline.due import build_not_due
from spotiflow.pipeline.results import StageOutcome
from spotiflow.pipeline.run import choose, run_line
from spotiflow.pipeline.stage import Job
from spotiflow.pipeline.stage_runs import build_tables
from spotiflow.transform import runner
from spotiflow.transform.table_results import LAST_GOOD_SUFFIX, stale_tables, table_results
from spotiflow.warehouse.database import open_warehouse
from tests.dbt.project import (
    contents,
    copy_home,
    query,
    run_dbt,
)
from tests.paths import ROOT
from tests.torture.comparison import differences

FAILING = "assert_listening_with_features__complete_and_known"
SOME = "+listening_with_features sessions heard_tracks"
MORE_PLAYS = """insert into raw.listening_history by name
    select * replace (
        uuid() as play_id, 'x' || track_id as track_id, played_at + interval 100 days as played_at,
        started_at + interval 100 days as started_at, ended_at + interval 100 days as ended_at
    )
    from raw.listening_history where listener_id = 'demo' limit 40"""
NOT_A_NUMBER = """insert into raw.track_features by name
    select 't01' as track_id, 'file' as provider, 'nan'::double as valence, 0.5 as energy,
        now()::timestamp as fetched_at"""


def change(home: Path, *statements: str) -> None:
    with open_warehouse(load_settings(home=home)) as db:
        for statement in statements:
            db.execute(statement)


def results(home: Path) -> dict[str, tuple[str, str | None, datetime | None]]:
    with open_warehouse(load_settings(home=home), read_only=True) as db:
        return {table.name: (table.status, table.cause, table.good_at) for table in table_results(db)}


def put_aside(home: Path) -> list[str]:
    rows = query(
        home, "select table_name from duckdb_tables() where ends_with(table_name, ?)", LAST_GOOD_SUFFIX
    )
    return [row[0] for row in rows]


def test_a_failing_data_test_keeps_the_rows_of_the_last_good_build(own: Path) -> None:
    settings = load_settings(home=own)
    before, good = contents(own), results(own)
    change(own, MORE_PLAYS, NOT_A_NUMBER)
    with pytest.raises(BuildError) as caught:
        runner.build(settings, select=SOME)

    since = good["silver.listening_with_features"][2]
    assert since is not None
    assert f"data test {FAILING} failed" in caught.value.message
    assert re.search(r"failed: Got 1 result[^(]*\(\d+ skipped\)\. ", caught.value.message)
    assert (
        f"silver.listening_with_features keeps the rows of {since:%Y-%m-%d %H:%M} UTC" in caught.value.message
    )
    after, ended = contents(own), results(own)
    # The table itself and what is built on it are as they were, what comes before it is new.
    for table in ("silver.listening_with_features", "silver.heard_tracks"):
        assert after[table] == before[table]
    for table in ("silver.plays", "silver.sessions"):
        assert after[table] != before[table]
        assert ended[table][0] == "ok"
    assert ended["silver.listening_with_features"] == ("kept", FAILING, since)
    assert ended["silver.heard_tracks"] == ("skipped", FAILING, good["silver.heard_tracks"][2])
    assert put_aside(own) == []
    with open_warehouse(settings, read_only=True) as db:
        stale = stale_tables(db)
    assert set(stale) == {"silver.listening_with_features", "silver.heard_tracks"}
    assert f"{FAILING} failed; its rows are those of {since:%Y-%m-%d}" in stale["silver.heard_tracks"]
    # Its comment came back with it.
    comment = "select comment from duckdb_tables() where table_name = 'listening_with_features'"
    assert "Grain: play_id" in str(query(own, comment))

    change(own, "delete from raw.track_features where isnan(valence)")
    runner.build(settings, select=SOME)
    assert contents(own)["silver.listening_with_features"] != before["silver.listening_with_features"]
    assert {status for status, _, _ in results(own).values()} == {"ok"}


@pytest.mark.long
def test_a_run_does_not_build_what_would_only_fail_again(own: Path) -> None:
    settings = load_settings(home=own)

    def run() -> StageOutcome:
        result = run_line(Job(settings, lambda _: None), choose(["build"]))
        return result.stages[0]

    def builds() -> int:
        return len(query(own, "select 1 from raw.stage_runs where stage = 'build'"))

    change(own, NOT_A_NUMBER)
    assert (run().status, builds()) == ("failed", 1)
    for _ in range(2):
        again = run()
        assert (again.status, again.attempts, again.exit_code, builds()) == ("skipped", 0, 1, 1)
        assert again.detail.startswith("build failed a data test last time; inputs unchanged. The data test")
        assert FAILING in again.detail
    # With other settings, and with other rows, it is tried again; by hand it is in any case.
    other = replace(settings, min_play_seconds=31)
    build_not_due(Job(other, lambda _: None))
    with pytest.raises(DataTestError):
        build_tables(settings)
    assert (run().status, builds()) == ("skipped", 2)
    change(own, "delete from raw.track_features where isnan(valence)")
    assert (run().status, builds()) == ("ok", 3)
    assert run().detail == "the same rows, models and settings as last time"


@pytest.mark.long
def test_plain_dbt_keeps_them_too_and_drops_what_never_was_good(own: Path) -> None:
    change(
        own,
        MORE_PLAYS,
        NOT_A_NUMBER,
        "drop table silver.listening_with_features",
        "delete from raw.build_results where table_name = 'listening_with_features'",
    )
    before = contents(own)
    words = ("build", "--exclude-resource-type", "unit_test", "--select", *SOME.split())
    assert not run_dbt(own, *words).success
    after = contents(own)
    assert "silver.listening_with_features" not in after
    assert results(own)["silver.listening_with_features"] == ("missing", FAILING, None)
    assert after["silver.heard_tracks"] == before["silver.heard_tracks"]
    # A second failure has nothing better to go back to.
    with pytest.raises(BuildError, match=r"no earlier silver\.listening_with_features"):
        runner.build(load_settings(home=own), select=SOME)
    assert "silver.listening_with_features" not in contents(own)


def build_until(home: Path, sign: str, *arguments: str) -> None:
    """Start `spotiflow build` and kill it with -9 as soon as dbt's log shows the sign for the first time."""
    log = home / "logs" / "dbt.log"
    log.unlink(missing_ok=True)
    words = [sys.executable, str(ROOT / "cli.py"), "build", *arguments]
    environment = os.environ | {"SPOTIFLOW_HOME": str(home)}
    with subprocess.Popen(
        words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as build:
        while build.poll() is None and not (log.exists() and sign in log.read_text()):
            time.sleep(0.01)
        build.send_signal(signal.SIGKILL)
        assert build.wait() == -signal.SIGKILL, "it ended before it showed the sign"


def test_a_killed_build_is_as_if_it_had_never_been(own: Path) -> None:
    before = contents(own)
    change(own, MORE_PLAYS)
    build_until(own, "OK created sql table model silver.sessions", "--select", SOME)
    left = put_aside(own)
    assert "plays__last_good" in left
    with open_warehouse(load_settings(home=own), read_only=True) as db:
        assert "killed" in stale_tables(db)["silver.plays"]
    # A build of something else puts back what was never tested.
    runner.build(load_settings(home=own), select="calendar")
    assert put_aside(own) == []
    after = contents(own)
    before.pop("silver.calendar")
    assert {table: after[table] for table in before} == before


@pytest.mark.long
def test_killed_at_any_point_the_next_build_gives_the_same(own: Path, tmp_path: Path) -> None:
    change(own, MORE_PLAYS)
    never = copy_home(own, tmp_path / "never")
    for sign in [*(f" {number} of " for number in (1, 12, 30, 55, 80, 120, 150)), "Done."]:
        build_until(own, sign)
    for home in (own, never):
        runner.build(load_settings(home=home))
    assert put_aside(own) == []
    assert differences(own, never) == []
