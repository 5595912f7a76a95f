"""`recommend` for 0, 1 and 200 plays, without a catalogue."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from spotiflow.core.settings import Settings
from tests.conftest import command_line


@pytest.fixture(scope="module")
def home(small_warehouse: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the warehouse of three listeners, as recommending writes into it."""
    copy = tmp_path_factory.mktemp("thin") / "home"
    shutil.copytree(small_warehouse.home, copy)
    return copy


@pytest.mark.parametrize(("listener", "n_rows"), [("newcomer", 1), ("beginner", 10)])
def test_known_tracks_are_recommended_without_a_catalogue(home: Path, listener: str, n_rows: int) -> None:
    done = command_line(home)("recommend", "--listener", listener, "-n", "20", "--json")
    found = json.loads(done.stdout)
    assert len(found["rows"]) == n_rows
    assert {row["kind"] for row in found["rows"]} == {"again"}
    assert "spotiflow ingest kaggle" in found["notes"][0]


def test_without_plays_there_is_a_sentence(home: Path) -> None:
    done = command_line(home)("recommend", "--listener", "nobody", check=False)
    assert done.returncode == 1
    assert "no plays yet" in done.stderr


def test_a_playlist_takes_measured_tracks(home: Path) -> None:
    done = command_line(home)("recommend", "--listener", "beginner", "--playlist", "calm", check=False)
    assert done.returncode == 1
    assert "30" in done.stderr
    assert "spotiflow ingest kaggle" in done.stderr


def test_without_a_warehouse_it_says_where_to_begin(tmp_path: Path) -> None:
    done = command_line(tmp_path / "none")("recommend", check=False)
    assert done.returncode == 1
    assert "spotiflow run" in done.stderr
