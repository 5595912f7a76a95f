"""One simulated year for all tests of the simulator, the files of the demo, warehouses of a few people."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest

from spotiflow.core.settings import Settings, load_settings
from spotiflow.people.forget import forget_listener
from spotiflow.simulate import DemoInputs, simulate, write_demo_inputs
from spotiflow.simulate.catalogue import make_world
from spotiflow.simulate.habits import Habits
from spotiflow.simulate.listening import MusicPlays, listen
from spotiflow.simulate.population import Listener, draw_listener
from spotiflow.simulate.world import World
from tests.simulate.warehouses import DAYS, home_with, rows

Row = dict[str, Any]


@dataclass(frozen=True)
class Year:
    """A listener-year as the process made it, before it became files."""

    world: World
    listener: Listener
    plays: MusicPlays

    @property
    def heard(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Which rows are plays of at least 30 s."""
        return self.plays.ms_played >= 30_000


@pytest.fixture(scope="session")
def world() -> World:
    return make_world(np.random.default_rng(1))


@pytest.fixture(scope="session", params=[1, 2, 3])
def year(request: pytest.FixtureRequest, world: World) -> Year:
    rng = np.random.default_rng(request.param)
    listener = draw_listener(rng, world.genres, n_favourites=request.param)
    return Year(world, listener, listen(rng, world, listener, Habits(), first=date(2025, 3, 1), days=365))


@pytest.fixture(scope="session")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> DemoInputs:
    return write_demo_inputs(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="session")
def files(inputs: DemoInputs) -> dict[str, list[Row]]:
    """The JSON files of the export by name, without their folder."""
    with ZipFile(inputs.export_zip) as archive:
        return {
            name.split("/")[1]: json.loads(archive.read(name))
            for name in archive.namelist()
            if name.endswith(".json")
        }


@pytest.fixture(scope="session")
def audio(files: dict[str, list[Row]]) -> list[Row]:
    """All rows of the audio files in file order."""
    return [row for name, rows in files.items() if "Audio" in name for row in rows]


@pytest.fixture(scope="session")
def music(audio: list[Row]) -> list[Row]:
    return [row for row in audio if row["spotify_track_uri"]]


@pytest.fixture(scope="session")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse file with the simulated catalogue and nobody in it; to be copied."""
    settings = load_settings(home=tmp_path_factory.mktemp("catalogue") / "home", threads=2)
    simulate(settings, listeners=1, days=7, seed=0)
    forget_listener(settings, "sim-0-0001")
    return settings.database_path


@pytest.fixture
def ready(catalogue: Path, tmp_path: Path) -> Settings:
    """A warehouse of its own for a test, with the simulated catalogue."""
    return home_with(catalogue, tmp_path / "home")


@pytest.fixture(scope="session")
def three(catalogue: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A warehouse with three simulated listeners; for reading only."""
    settings = home_with(catalogue, tmp_path_factory.mktemp("three") / "home")
    receipt = simulate(settings, listeners=3, days=DAYS, seed=5)
    assert receipt.counts["rows"] == len(rows(settings))
    return settings
