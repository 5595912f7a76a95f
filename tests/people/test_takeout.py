"""A takeout holds what one listener has put in, and nothing of anybody else; its draft stays in its lane."""

from __future__ import annotations

import json
import os
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from spotiflow.core.errors import SpotiflowError
from spotiflow.core.settings import Settings
from spotiflow.ingest.exports import import_exports
from spotiflow.ingest.listeners import add_listener
from spotiflow.ingest.spotify.spool import Batch, spool
from spotiflow.people.forget.traces import holds
from spotiflow.people.forget.words import Words
from spotiflow.people.takeout import take_out
from spotiflow.warehouse.known_copies import known_copies, remember_copy
from tests.ingest import builders as b


@pytest.fixture
def two(settings: Settings, tmp_path: Path) -> Settings:
    """A home with anna and bert, each with plays, a poll that waits, and settings that name both."""
    for name in ("anna", "bert"):
        add_listener(settings, name, time_zone="UTC")
        plays = [b.play(n, master_metadata_album_artist_name=f"Band of {name}") for n in range(3)]
        import_exports(settings, [b.write(tmp_path / name / "endsong_0.json", plays)], listener_id=name)
        spool(settings, Batch(name, [{"of": name}], {"calls": [], "backoffs": []}))
    (settings.inbox_dir / "spotify-1.unreadable").write_text('{"listener_id": "anna", "ite')
    settings.config_path.write_text('on_alert = "https://hooks.example.org/SECRETHOOK"\n')
    return replace(settings, on_alert="https://hooks.example.org/SECRETHOOK", default_listener="bert")


def test_nothing_of_anybody_else_is_in_it(two: Settings, tmp_path: Path) -> None:
    take_out(two, tmp_path / "anna.zip", listener_id="anna")
    with zipfile.ZipFile(tmp_path / "anna.zip") as archive:
        archive.extractall(tmp_path / "taken")
        waiting = [name for name in archive.namelist() if name.startswith("waiting/")]
    for path in (tmp_path / "taken").rglob("*"):
        assert path.is_dir() or not holds(path, Words(("bert", "SECRETHOOK"), ("Band of bert",))), path
    assert len(waiting) == 2
    assert json.loads((tmp_path / "taken" / "settings.json").read_text())["min_play_seconds"] == 30
    (poll,) = (tmp_path / "taken" / "waiting").glob("*.json")
    assert json.loads(poll.read_text())["items"] == [{"of": "anna"}]


def test_the_draft_takes_the_place_of_nothing(two: Settings, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs.txt"
    theirs.write_text("mine")
    draft = tmp_path / f".anna.zip-{os.getpid()}.takeout-draft"
    draft.symlink_to(theirs)
    with pytest.raises(SpotiflowError, match="cannot be written"):
        take_out(two, tmp_path / "anna.zip", listener_id="anna")
    assert theirs.read_text() == "mine"
    assert draft.is_symlink()


def test_what_a_kill_left_is_swept(two: Settings, tmp_path: Path) -> None:
    dead, alive = 2**22 + 1, os.getppid()
    left = [tmp_path / f".{name}.zip-{pid}.takeout-draft" for name, pid in (("a", dead), ("b", alive))]
    foreign = tmp_path / f".c.zip-{dead}.takeout-draft"
    for path in (*left, foreign):
        path.write_text("x")
    for path in left:
        remember_copy(two, "takeout", path, ["anna"])
    take_out(two, tmp_path / "anna.zip", listener_id="anna")
    assert not left[0].exists()
    assert left[1].exists(), "its process is at work still"
    assert foreign.exists(), "nobody wrote down that it is ours"
    assert str(tmp_path / "anna.zip") in {copy.path for copy in known_copies(two)}
