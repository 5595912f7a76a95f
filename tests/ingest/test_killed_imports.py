"""An import killed with -9 while it stores a file: whole files only, and the next import does the rest."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from spotiflow.core.settings import Settings, load_settings
from spotiflow.ingest.exports import import_exports
from spotiflow.warehouse.database import open_warehouse
from tests.ingest import builders as b
from tests.paths import ROOT

# Imports once for each of `stops`, in a process and home of its own, and prints the lines that store files.
# It is killed before the line of that number (0: never), with "staged" before the first commit. With "commit"
# it says when it comes to one and goes on: whoever hears that may kill it from outside.
VICTIM = """
import linecache, os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from spotiflow.core.settings import load_settings
from spotiflow.ingest.exports import import_exports
home, given, stops = Path(sys.argv[2]), sys.argv[3], sys.argv[4:]
steps = []
def watch(frame, event, _):
    here = frame
    if here.f_code.co_filename.endswith("core/transactions.py"):
        # Its caller is contextlib, and that one's caller says whose transaction it is.
        here = here.f_back.f_back
    if not here.f_code.co_filename.endswith("history/store.py"):
        return None
    if frame.f_code.co_name in ("add_file", "transaction") and event in ("line", "return"):
        line = linecache.getline(frame.f_code.co_filename, frame.f_lineno).strip()
        steps.append(line if event == "line" else event)
        if stop == str(len(steps)) or (stop == "staged" and steps[-1] == "db.commit()"):
            os.kill(os.getpid(), 9)
        if stop == "commit" and steps[-1] == "db.commit()":
            print("commit", flush=True)
    return watch
for stop in stops:
    child = os.fork() if len(stops) > 1 else 0
    if child:
        os.waitpid(child, 0)
        continue
    place = home / stop if len(stops) > 1 else home
    sys.settrace(watch)
    import_exports(load_settings(home=place, threads=2), [given])
    sys.settrace(None)
    print("\\n".join(steps), flush=True)
    os._exit(0)
"""
N_LARGE = 250_000


@dataclass(frozen=True)
class Stored:
    """What a warehouse holds: rows of history and rejected ones, and what the receipts of its files say."""

    history: int
    rejected: int
    told: int
    told_rejected: int
    files: tuple[str, ...]


def stored_in(settings: Settings) -> Stored:
    query = """
        select
            (select count(*) from raw.listening_history),
            (select count(*) from raw.rejected_rows),
            coalesce(sum(rows_kept + rows_podcast + rows_audiobook + rows_video), 0)::bigint,
            coalesce(sum(rows_rejected), 0)::bigint,
            coalesce(list(distinct file_name order by file_name), [])
        from raw.ingest_files
    """
    with open_warehouse(settings, read_only=True) as db:
        row = db.execute(query).fetchone()
    assert row is not None
    return Stored(row[0], row[1], row[2], row[3], tuple(row[4]))


def whole(settings: Settings) -> list[tuple[Any, ...]]:
    """Everything that the history holds, but when and from which run."""
    with open_warehouse(settings, read_only=True) as db:
        return db.execute(
            "select * exclude (run_id, ingested_at) from raw.listening_history order by play_id"
        ).fetchall()


def victims(home: Path, given: Path, *stops: str | int) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", VICTIM, str(ROOT), str(home), str(given), *map(str, stops)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)


def assert_whole_files_only(settings: Settings) -> Stored:
    found = stored_in(settings)
    assert (found.history, found.rejected) == (found.told, found.told_rejected)
    return found


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three files: plays, the same in other words with bad rows and podcasts besides, and video."""
    folder = tmp_path_factory.mktemp("given")
    b.write(folder / "endsong_0.json", [b.play(number) for number in range(40)])
    fuller = [b.play_2025(number, platform="windows") for number in range(20)]
    others = [b.episode(100), b.chapter(101), b.play(102, ts=None), b.play(103, ms_played=-1)]
    b.write(folder / "endsong_1.json", [*fuller, *others, *map(b.play, range(50, 60))])
    b.write(folder / "Streaming_History_Video_2.json", [b.play(number) for number in range(200, 205)])
    return folder


def test_after_every_statement_of_storing(given: Path, tmp_path: Path) -> None:
    """Those of the second file, which has rows of every outcome: known, better told, kept apart, rejected."""
    never = load_settings(home=tmp_path / "never", threads=2)
    steps = victims(never.home, given, 0).communicate()[0].splitlines()
    commits = [number for number, step in enumerate(steps, 1) if step == "db.commit()"]
    assert len(commits) == 3
    expected = whole(never)
    second = range(commits[0] + 2, commits[1] + 2)
    stops = [number for number in second if steps[number - 2].startswith("db.")]
    assert len(stops) == 7, "begin, look for known rows, four writes, commit"
    victims(tmp_path, given, *stops).communicate()
    for stop in stops:
        home = load_settings(home=tmp_path / str(stop), threads=2)
        found = assert_whole_files_only(home)
        assert len(found.files) == sum(commit < stop for commit in commits)
        receipt = import_exports(home, [given])
        assert receipt.total.adds_up
        assert receipt.total.known == found.history + 20
        assert whole(home) == expected
        assert not list(home.temp_dir.iterdir())


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A file of so many rows that DuckDB writes them to the warehouse before the commit."""
    path = tmp_path / "StreamingHistory0.json"
    with duckdb.connect() as db:
        db.execute(
            f"""copy (
                select
                    strftime(timestamp '2015-01-01' + to_minutes(i), '%Y-%m-%d %H:%M') as "endTime",
                    'Band ' || i % 997 as "artistName", 'Song ' || i as "trackName", 180000 as "msPlayed"
                from range({N_LARGE}) as numbers (i)
            ) to '{path}' (format json, array true)"""
        )
    return path


def assert_the_next_import_does_the_rest(settings: Settings, given: Path) -> None:
    receipt = import_exports(settings, [given])
    assert receipt.total.adds_up
    assert receipt.total.kept + receipt.total.known == N_LARGE
    assert stored_in(settings).history == N_LARGE


def test_before_a_large_file_is_committed(large: Path, tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path / "home", threads=2)
    victims(settings.home, large, "staged").communicate()
    assert settings.database_path.stat().st_size > N_LARGE, "rows are in the file already"
    assert assert_whole_files_only(settings).history == 0
    assert_the_next_import_does_the_rest(settings, large)


@pytest.mark.long
@pytest.mark.parametrize("seconds", [number / 400 for number in range(12)])
def test_while_a_large_file_is_committed(large: Path, tmp_path: Path, seconds: float) -> None:
    settings = load_settings(home=tmp_path / "home", threads=2)
    process = victims(settings.home, large, "commit")
    assert process.stdout
    assert process.stdout.readline() == "commit\n"
    time.sleep(seconds)
    process.kill()
    process.communicate()
    assert assert_whole_files_only(settings).history in (0, N_LARGE)
    assert_the_next_import_does_the_rest(settings, large)
