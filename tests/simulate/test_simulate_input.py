"""What `ingest simulate` is given: a catalogue of one's own, numbers out of range, names that are taken."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from spotiflow.core.errors import InputError, UsageError
from spotiflow.core.settings import Settings
from spotiflow.ingest.kaggle import load_kaggle
from spotiflow.ingest.listeners import add_listener
from spotiflow.simulate import simulate
from spotiflow.warehouse.database import open_warehouse
from tests.conftest import RunCli
from tests.simulate.warehouses import DAYS, rows


def test_a_loaded_catalogue_is_the_music(settings: Settings, tmp_path: Path) -> None:
    head = "track_id,artists,album_name,track_name,popularity,duration_ms,explicit,danceability,energy,key,"
    head += "loudness,mode,speechiness,acousticness,instrumentalness,liveness,valence,tempo,time_signature,"
    head += "track_genre"
    values = "50,200000,False,0.5,0.5,1,-8,1,0.1,0.1,0.0,0.1,0.5,120,4"
    songs = [f"{'a' * 20}{n:02d},Band {n % 7},Album,Song {n},{values},genre {n % 3}" for n in range(40)]
    (tmp_path / "dataset.csv").write_text("\n".join([head, *songs]))
    load_kaggle(settings, tmp_path / "dataset.csv")
    receipt = simulate(settings, listeners=1, days=DAYS, seed=1)
    assert (receipt.catalogue.tracks, receipt.catalogue.is_simulated, receipt.catalogue.is_new) == (
        40,
        False,
        False,
    )
    ((known, unknown),) = rows(
        settings,
        """select count(*) filter (where starts_with(track_id, 'aaaa')),
            count(*) filter (where not starts_with(track_id, 'aaaa')) from raw.listening_history""",
    )
    assert known > 0
    assert unknown > 0


def test_a_catalogue_without_a_usable_track_is_refused(settings: Settings) -> None:
    with open_warehouse(settings) as db:
        db.execute(
            """insert into raw.kaggle_tracks by name select 1 as row_number, 'x' as track_id,
            false as is_simulated, 'r' as run_id, now()::timestamp as loaded_at"""
        )
    with pytest.raises(InputError, match="no track with names"):
        simulate(settings, listeners=1, days=DAYS, seed=1)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"listeners": 0}, "0 listeners were asked for"),
        ({"listeners": -1}, "-1 listeners"),
        ({"listeners": 10_000}, "expected 1 to 9,999"),
        ({"days": -5}, "-5 days were asked for"),
        ({"days": 10**9}, "expected 7 to 36,600"),
        ({"seed": -1}, "seed is -1"),
        ({"seed": 2**63}, "below 2"),
        ({"effect": "wellbeing"}, "'wellbeing' is no effect; expected everyday, none"),
        ({"start": date(1900, 1, 1)}, "first day is 1900-01-01"),
        ({"start": date(2099, 12, 20)}, "before 2100-01-01"),
        ({"days": 36_600, "start": None}, "first day is 1926"),
    ],
)
def test_nonsense_is_refused_in_a_sentence(settings: Settings, asked: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        simulate(settings, **{"listeners": 1, "days": DAYS, "seed": 1} | asked)
    assert not settings.database_path.exists()


def test_a_name_that_is_taken_is_refused(ready: Settings) -> None:
    add_listener(ready, "sim-1-0002", time_zone="UTC")
    with pytest.raises(UsageError, match="'sim-1-0002' is a person"):
        simulate(ready, listeners=2, days=DAYS, seed=1)
    assert rows(ready, "select count(*) from raw.listening_history") == [(0,)]
    simulate(ready, listeners=1, days=DAYS, seed=1)
    with pytest.raises(UsageError, match="simulated for 40 days from 2026-09-22, not for 50"):
        simulate(ready, listeners=1, days=50, seed=1)


def test_the_command_says_what_is_wrong(run_cli: RunCli) -> None:
    wrong = run_cli("ingest", "simulate", "--seed", "tomato", check=False)
    assert wrong.returncode == 2
    assert "--seed" in wrong.stderr
    wrong = run_cli("ingest", "simulate", "--start", "yesterday", check=False)
    assert wrong.returncode == 2
    wrong = run_cli("ingest", "simulate", "--listeners", "0", check=False)
    assert (wrong.returncode, wrong.stderr.count("\n")) == (2, 2)
