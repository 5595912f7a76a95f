"""`ingest simulate` as people use it: the same rows each time, whole listeners only, whatever is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import date

import pytest
from rich.console import Console

from spotiflow.core.settings import Settings
from spotiflow.ingest.listeners import add_listener
from spotiflow.people.forget import forget_listener, forget_listeners, simulated_listeners
from spotiflow.simulate import render, simulate, simulation
from spotiflow.warehouse.database import open_warehouse
from tests.conftest import RunCli
from tests.paths import ROOT
from tests.simulate.warehouses import DAYS, Rows, rows


def test_the_same_seed_gives_the_same_rows_in_another_process(three: Settings, run_cli: RunCli) -> None:
    told = json.loads(
        run_cli("ingest", "simulate", "--listeners", 2, "--days", DAYS, "--seed", 5, "--json").stdout
    )
    assert told["listeners"] == ["sim-5-0001", "sim-5-0002"]
    assert told["listeners_new"] == 2
    assert told["catalogue_is_simulated"]
    assert told["is_simulated"]
    table = json.loads(run_cli("sql", "--json", "from ingest_files where kind = 'simulated'").stdout)
    digests = {row["listener_id"]: row["sha256"] for row in table}
    expected = rows(three, "select listener_id, sha256 from raw.ingest_files where kind = 'simulated'")
    # Listener three is in one warehouse only, and changes nothing for the first two.
    assert digests.items() < dict(expected).items()
    assert told["rows"] == sum(row[1] != "sim-5-0003" for row in rows(three))


def test_the_rows_are_those_of_every_other_machine(three: Settings) -> None:
    # Changes only with the process itself, or with the simulated catalogue.
    ((digest,),) = rows(three, "select sha256 from raw.ingest_files where listener_id = 'sim-5-0001'")
    assert digest == "cd9f3f178d6df36c5964fea9e88e271ee67e3cb39eb9f0d9ab4f679e94b0b0c0"


def test_another_seed_is_another_life(three: Settings, ready: Settings) -> None:
    simulate(ready, listeners=1, days=DAYS, seed=6)
    shared = {row[4:] for row in rows(ready)} & {row[4:] for row in rows(three)}
    assert not shared


def test_who_is_simulated_shows(three: Settings) -> None:
    assert set(rows(three, "select kind from raw.listeners")) == {("simulated",)}
    assert set(rows(three, "select source from raw.listening_history")) == {("simulated",)}
    assert set(rows(three, "select is_simulated from raw.kaggle_tracks")) == {(True,)}
    people = rows(three, "from raw.simulated_listeners order by 1")
    for name, age, country, genres, seed, effect, first, days in people:
        assert name.startswith("sim-5-")
        assert 16 <= age <= 78
        assert len(country) == 2
        assert sum(json.loads(genres).values()) == pytest.approx(1)
        assert (seed, effect, first, days) == (5, "everyday", date(2026, 9, 22), DAYS)


def test_every_row_is_whole(three: Settings) -> None:
    ((bad,),) = rows(
        three,
        f"""select count(*) from raw.listening_history
        where track_name is null or artist_name is null or ms_played < 0 or ended_at < started_at
            or length(track_id) <> 22 or content_uri <> 'spotify:track:' || track_id
            or started_at < timestamp '2026-09-21' or ended_at > timestamp '2026-11-01 12:00:00'
            or epoch_ms(ended_at) - epoch_ms(started_at) <> ms_played or {DAYS} <> 40""",
    )
    assert bad == 0
    ((n, different),) = rows(three, "select count(*), count(distinct play_id) from raw.listening_history")
    assert n == different
    counted = rows(
        three,
        """select file_name, rows_read - rows_kept, rows_kept - (
            select count(*) from raw.listening_history as plays where plays.listener_id = files.listener_id)
        from raw.ingest_files as files where kind = 'simulated'""",
    )
    assert {row[1:] for row in counted} == {(0, 0)}


def test_running_again_and_for_more_adds_only_what_is_missing(ready: Settings) -> None:
    simulate(ready, listeners=1, days=DAYS, seed=5)
    before = rows(ready)
    again = simulate(ready, listeners=1, days=DAYS, seed=5)
    assert (again.known, again.counts["listeners"], again.rows_per_second) == (1, 0, None)
    assert rows(ready) == before
    more = simulate(ready, listeners=2, days=DAYS, seed=5)
    assert (more.known, more.counts["listeners"]) == (1, 1)
    assert [row for row in rows(ready) if row[1] == "sim-5-0001"] == before
    console = Console(width=100)
    with console.capture() as capture:
        console.print(render(more))
    text = capture.get()
    assert "SIMULATED" in text.splitlines()[0]
    assert "1 new, 1 known: sim-5-0001 to sim-5-0002" in text
    assert "the simulated one that was there" in text


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGINT])
def test_a_kill_leaves_whole_listeners_and_the_next_run_the_same_rows(
    three: Settings, ready: Settings, monkeypatch: pytest.MonkeyPatch, blow: signal.Signals
) -> None:
    imports = "from spotiflow import cli; from spotiflow.simulate import simulation"
    code = f"{imports}; simulation._ROWS_AT_ONCE = 1; cli.main()\n"
    words = ("ingest", "simulate", "--listeners", "200", "--days", str(DAYS), "--seed", "5")
    monkeypatch.setattr(simulation, "_ROWS_AT_ONCE", 1)
    simulate(ready, listeners=1, days=DAYS, seed=5)
    child = subprocess.Popen(
        [sys.executable, "-c", code, *words],
        cwd=ROOT,
        env=os.environ | {"SPOTIFLOW_HOME": str(ready.home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    wal = ready.database_path.with_suffix(".duckdb.wal")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (wal.exists() and wal.stat().st_size > 500_000):
        time.sleep(0.02)
    os.kill(child.pid, blow)
    _, told = child.communicate(timeout=60)
    assert child.returncode == {signal.SIGKILL: -9, signal.SIGINT: 130}[blow], told
    assert b"rror" not in told
    sql = """select listener_id, count(*) from raw.listening_history group by all order by 1"""
    with open_warehouse(ready) as db:
        stored = db.execute(sql).fetchall()
        listeners = db.execute("select listener_id from raw.listeners order by 1").fetchall()
        files = db.execute(
            "select file_name, rows_kept from raw.ingest_files where kind = 'simulated' order by 1"
        )
        assert stored == files.fetchall()
    assert 1 < len(listeners) < 200
    assert [name for name, _ in stored] == [name for (name,) in listeners]
    simulate(ready, listeners=max(3, len(listeners)), days=DAYS, seed=5)
    first = [row for row in rows(ready) if row[1] <= "sim-5-0003"]
    assert first == rows(three)


@pytest.mark.parametrize("effect", ["weekend", "rhythm", "week", "transition"])
def test_planted_effects_are_on_record_with_dates(ready: Settings, effect: str) -> None:
    simulate(ready, listeners=1, days=DAYS, seed=1, effect=effect, start=date(2025, 1, 6))
    ((name, planted, first, last, size, detail),) = rows(ready, "from raw.simulated_effects")
    assert (name, planted) == (f"sim-{effect}-1-0001", effect)
    assert detail
    assert (size is None) == (effect == "transition")
    if effect == "week":
        assert (first, last) == (date(2025, 1, 27), date(2025, 2, 2)), "a Monday to a Sunday"
    else:
        assert (first, last) == (date(2025, 1, 6), date(2025, 2, 14))


def test_turns_of_taste_are_on_record_and_happen(ready: Settings) -> None:
    simulate(ready, listeners=4, days=365, seed=3)
    turns = rows(ready, "from raw.simulated_effects order by all")
    assert {row[1] for row in turns} == {"taste"}
    assert {row[0] for row in turns} == {f"sim-3-000{n}" for n in range(1, 5)}
    for name, _, first, last, _, detail in turns:
        gained, lost = detail.split(" takes the place of ")
        sql = f"""
            select count(*) filter (where track_genre = '{gained}') / count(*)
            from raw.listening_history
            join (select distinct on (track_id) track_id, track_genre from raw.kaggle_tracks
                order by track_id, row_number) using (track_id)
            where listener_id = '{name}' and played_at between timestamp '{first}' - interval '{{}} days'
                and timestamp '{first}' + interval '{{}} days'"""
        assert gained != lost
        assert last == date(2026, 10, 31)
        ((before,),), ((after,),) = rows(ready, sql.format(84, 0)), rows(ready, sql.format(0, 84))
        assert after > before


def test_simulated_listeners_can_be_forgotten(ready: Settings, run_cli: RunCli) -> None:
    add_listener(ready, "anna", time_zone="UTC")
    simulate(ready, listeners=3, days=DAYS, seed=1)
    forget_listener(ready, "sim-1-0002")

    def names() -> Rows:
        return rows(ready, "select listener_id from raw.listeners order by 1")

    assert names() == [("anna",), ("sim-1-0001",), ("sim-1-0003",)]
    for table in ("listening_history", "simulated_listeners", "simulated_effects", "ingest_files"):
        sql = f"select count(*) from raw.{table} where listener_id = 'sim-1-0002'"
        assert rows(ready, sql) == [(0,)], table
    assert rows(ready, "select count(*) from raw.ingest_runs where source = 'simulated'") == [(2,)]
    forgotten = forget_listeners(ready, simulated_listeners(ready))
    assert names() == [("anna",)]
    assert forgotten.who == "2 listeners"
    assert rows(ready, "select count(*) from raw.listening_history") == [(0,)]
    assert run_cli("forget", "anna", "--simulated", "--yes", check=False).returncode == 2
    assert run_cli("forget", "--yes", check=False).returncode == 2
    none = run_cli("forget", "--simulated", "--yes", check=False)
    assert (none.returncode, "no simulated listener" in none.stderr) == (1, True)
