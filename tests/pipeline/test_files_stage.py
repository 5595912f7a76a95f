"""The stage `files`: what is new is taken in once, whatever else lies there."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from spotiflow.core.setting_readers import Source
from spotiflow.core.settings import Settings
from spotiflow.ingest.spotify.state import read_state
from spotiflow.pipeline.results import RunResult
from spotiflow.pipeline.run import choose, run_line
from spotiflow.pipeline.stage import Job
from spotiflow.pipeline.watch.status import read_status
from spotiflow.warehouse.database import open_warehouse, prepare_home
from tests.ingest import builders as b
from tests.ingest import scrobble_builders as s


@pytest.fixture
def home(settings: Settings) -> Settings:
    prepare_home(settings)
    return settings


def run_files(settings: Settings, paths: Sequence[Path] = ()) -> RunResult:
    return run_line(Job(settings, lambda _: None, paths), choose(["files"]))


def status_of(result: RunResult) -> tuple[str, int, str]:
    [outcome] = result.stages
    return outcome.status, result.exit_code, outcome.detail


def old(path: Path) -> Path:
    """Make a file look as if it had arrived an hour ago."""
    hour_ago = time.time() - 3600
    os.utime(path, (hour_ago, hour_ago))
    return path


def n_plays(settings: Settings) -> int:
    with open_warehouse(settings, read_only=True) as db:
        row = db.execute("select count(*) from raw.listening_history").fetchone()
    assert row
    return int(row[0])


def test_what_lies_in_the_inbox_is_taken_in_once_and_stays_there(home: Settings) -> None:
    package = old(b.extended_package(home.inbox_dir / "my_spotify_data.zip"))
    assert status_of(run_files(home)) == ("ok", 0, "my_spotify_data.zip")
    assert n_plays(home) == 27
    assert status_of(run_files(home)) == ("skipped", 0, "1 known files, none new")
    assert package.exists()


def test_a_persons_own_file_that_is_called_like_a_poll_is_read_or_named(home: Settings) -> None:
    old(b.write(home.inbox_dir / "spotify-2024.json", [b.play(1)]))
    old(b.write(home.inbox_dir / "spotify-notes.json", b'{"mine": 1}'))
    status, code, detail = status_of(run_files(home))
    assert (status, code, n_plays(home)) == ("partial", 1, 1)
    assert "spotify-notes.json refused" in detail


def test_a_poll_that_cannot_be_read_is_named_once_by_the_run_and_stays_in_the_status(home: Settings) -> None:
    name = "spotify-20260101T000000000000-00000000-0000-0000-0000-000000000001"
    (home.inbox_dir / f"{name}.json").write_text("{")
    read_state(home)  # What status asks first sets it aside.
    old(home.inbox_dir / f"{name}.unreadable")
    assert status_of(run_files(home))[:2] == ("partial", 1)
    assert [row["path"] for row in read_status(home).refused] == [str(home.inbox_dir / f"{name}.unreadable")]
    assert status_of(run_files(home))[0] == "skipped"


def test_a_file_of_which_nothing_was_kept_is_tried_again(home: Settings) -> None:
    ahead = [b.play(1, ts="2999-01-01T00:00:00Z")]
    old(b.write(home.inbox_dir / "endsong_0.json", ahead))
    for _ in range(2):
        status, code, detail = status_of(run_files(home))
        assert (status, code, detail) == ("partial", 1, "endsong_0.json without use")
    assert "clock" in read_status(home).refused[0]["detail"]


def test_a_new_warehouse_takes_everything_in_again(home: Settings) -> None:
    old(b.extended_package(home.inbox_dir / "my_spotify_data.zip"))
    run_files(home)
    home.database_path.unlink()
    assert status_of(run_files(home))[0] == "ok"
    assert n_plays(home) == 27


def test_a_bad_file_stops_no_other_and_is_told_of_once(home: Settings) -> None:
    old(b.write(home.inbox_dir / "a-notes.txt", b"nothing of it"))
    old(b.write(home.inbox_dir / "recenttracks.csv", s.ghan([s.ghan_row(1)])))
    result = run_files(home)
    assert status_of(result) == ("partial", 1, "a-notes.txt refused; recenttracks.csv")
    assert result.stages[0].hint
    assert n_plays(home) == 1
    assert status_of(run_files(home))[:2] == ("skipped", 0)
    old(b.extended_package(home.inbox_dir / "a-notes.txt"))
    assert status_of(run_files(home))[:2] == ("ok", 0)


def test_a_file_on_its_way_is_left_for_the_next_run(home: Settings) -> None:
    whole = b.extended_package(home.inbox_dir / "whole.zip").read_bytes()
    (home.inbox_dir / "whole.zip").write_bytes(whole[: len(whole) // 2])
    assert status_of(run_files(home)) == ("ok", 0, "whole.zip may still be arriving")
    (home.inbox_dir / "whole.zip").write_bytes(whole)
    assert status_of(run_files(home)) == ("ok", 0, "whole.zip")


def test_sources_of_config_toml(home: Settings, tmp_path: Path) -> None:
    downloads = tmp_path / "Downloads"
    downloads.mkdir()
    old(b.write(downloads / "holiday.png", b"\x89PNG\r\n\x1a\n"))
    old(b.extended_package(downloads / "my_spotify_data.zip"))
    gone = tmp_path / "unplugged"
    settings = replace(home, sources=(Source(downloads), Source(gone)))
    status, code, detail = status_of(run_files(settings))
    assert (status, code) == ("partial", 1)
    assert detail.startswith("holiday.png left alone (a picture); my_spotify_data.zip; ")
    assert detail.endswith("unplugged is not there")
    settings = replace(home, sources=(Source(downloads),))
    assert status_of(run_files(settings)) == ("skipped", 0, "2 known files, none new")


def test_a_source_that_cannot_be_looked_at_is_named(home: Settings, tmp_path: Path) -> None:
    long = tmp_path / ("a" * 300)
    status, code, detail = status_of(run_files(replace(home, sources=(Source(long),))))
    assert (status, code) == ("partial", 1)
    assert detail.endswith("cannot be looked at (File name too long)")


def test_a_source_belongs_to_its_listener(home: Settings, tmp_path: Path) -> None:
    from spotiflow.ingest.listeners import add_listener

    add_listener(home, "anna", display_name=None, time_zone="UTC", simulated=False)
    package = old(b.extended_package(tmp_path / "anna.zip"))
    run_files(replace(home, sources=(Source(package, "anna", "Europe/Paris"),)))
    with open_warehouse(home, read_only=True) as db:
        assert db.execute("select distinct listener_id from raw.listening_history").fetchall() == [("anna",)]


def test_given_paths_are_read_even_if_known(home: Settings, tmp_path: Path) -> None:
    package = b.extended_package(tmp_path / "my_spotify_data.zip")
    for _ in range(2):
        assert status_of(run_files(home, [package])) == ("ok", 0, "1 given")
    assert n_plays(home) == 27
