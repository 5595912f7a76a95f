"""The copy in memory: when it is taken, that it holds nobody up, and when it is dropped."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from spotiflow.core.errors import NotFoundError, WarehouseBusyError
from spotiflow.core.settings import Settings
from spotiflow.people.forget.forgetting import forget_listener
from spotiflow.pipeline.backup_commands import make_backup
from spotiflow.transform.runner import build
from spotiflow.warehouse.database import open_warehouse
from spotiflow.warehouse.memory_copies import drop_copies
from spotiflow.warehouse.restore import restore
from spotiflow.warehouse.run_lock import only_one
from spotiflow.web.serving import snapshot
from spotiflow.web.serving.snapshot import Keeper, take
from tests.report.conftest import small_warehouse  # noqa: F401 (a fixture)
from tests.web.conftest import site_of

# Holds the file as a build does, in a process of its own: two connections of one process share theirs.
HOLDER = "import duckdb, sys; db = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


@pytest.fixture
def home(small_warehouse: Settings, tmp_path: Path) -> Settings:  # noqa: F811 (the fixture)
    """A private copy of the small warehouse."""
    place = tmp_path / "home"
    shutil.copytree(small_warehouse.home, place)
    return replace(small_warehouse, home=place, lock_wait_seconds=5.0)


def plays(keeper: Keeper) -> int:
    with keeper.current().reading() as gold:
        return sum(row[0] for row in gold._db.execute("select plays from gold.listening_overview").fetchall())


def change(settings: Settings, sql: str = "update gold.listening_overview set plays = plays + 1000") -> None:
    with open_warehouse(settings) as db:
        db.execute(sql)


def test_without_a_warehouse_or_a_build_a_sentence_says_so(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(NotFoundError, match="no warehouse"):
        take(settings)
    with open_warehouse(settings):
        pass
    site = site_of(settings)
    assert "has not been built yet" in site.get("/", 404)


def test_the_copy_follows_the_file_once_it_is_still(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "STILL_SECONDS", 0.3)
    keeper = Keeper(home)
    before = plays(keeper)
    change(home)
    keeper.look()
    assert plays(keeper) == before, "still changing, for all anybody knows"
    time.sleep(0.4)
    keeper.look()
    assert plays(keeper) == before + 3000


def test_nothing_is_copied_while_a_run_holds_the_home(
    home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "STILL_SECONDS", 0.0)
    keeper = Keeper(home)
    before = plays(keeper)
    with only_one(home, "run"):
        change(home)
        keeper.look()
        assert plays(keeper) == before
        assert keeper.holder() is not None
    keeper.look()
    assert plays(keeper) == before + 3000


def test_pages_answer_from_memory_while_a_process_writes(home: Settings) -> None:
    site = site_of(home)
    before = site.get("/?listener=beginner")
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(home.database_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        began = time.monotonic()
        assert site.get("/?listener=beginner") == before
        assert time.monotonic() - began < 2
        with pytest.raises(WarehouseBusyError):
            take(home)
        fresh = site_of(home)
        text = fresh.get("/", 503)
        assert "being written" in text
        assert 'http-equiv="refresh"' in text
        holder.communicate()
    assert fresh.get("/?listener=beginner")


def test_the_file_is_held_by_nobody_between_copies(home: Settings) -> None:
    keeper = Keeper(home)
    keeper.current()
    held = subprocess.run(
        [sys.executable, "-c", HOLDER, str(home.database_path)], input=b"", capture_output=True, check=False
    )
    assert held.stdout == b"held\n", held.stderr


def test_a_build_beside_an_open_dashboard_succeeds_and_no_page_is_half(home: Settings) -> None:
    site = site_of(home)
    site.keeper.current()
    site.keeper.watch()
    failures: list[str] = []
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            answer = site.client.get("/?listener=beginner")
            if answer.status_code != 200 or ">200<" not in answer.text.replace("</dd>", "<"):
                failures.append(f"{answer.status_code} {answer.text[-400:]}")

    reader = threading.Thread(target=ask)
    reader.start()
    try:
        assert build(home, full_refresh=True).n_tests_passed
    finally:
        done.set()
        reader.join()
        site.keeper.close()
    assert not failures


def test_whoever_is_forgotten_is_not_shown_any_more(home: Settings) -> None:
    site = site_of(home)
    assert "Artist 0" in site.get("/top?listener=beginner")
    forget_listener(home, "beginner")
    answer = site.client.get("/top?listener=beginner")
    assert answer.status_code == 404
    assert "Artist 0" not in answer.text


def test_a_restored_backup_is_what_pages_show(home: Settings) -> None:
    backup = make_backup(home)
    change(home)
    keeper = Keeper(home)
    changed = plays(keeper)
    restore(home, backup)
    assert plays(keeper) == changed - 3000


def test_a_stamp_drops_the_copy_at_once(home: Settings) -> None:
    keeper = Keeper(home)
    first = keeper.current()
    drop_copies(home)
    assert keeper.current() is not first


def test_a_copy_is_let_go_of_when_nobody_reads_it(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "STILL_SECONDS", 0.0)
    keeper = Keeper(home)
    old = keeper.current()
    with old.reading() as gold:
        change(home)
        keeper.look()
        assert keeper.current() is not old
        assert gold._db.execute("select count(*) from gold.listening_log").fetchone() == (201,)
    assert isinstance(old.db, duckdb.DuckDBPyConnection)
