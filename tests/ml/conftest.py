"""A catalogue and a listener in a real warehouse, trained once for all tests and workers."""

from __future__ import annotations

import pickle
import shutil
from pathlib import Path

import pandas as pd
import pytest

from spotiflow.core.settings import Settings, load_settings
from spotiflow.ml.show.results import TrainResult
from spotiflow.ml.train import train
from tests.conftest import BuildOnce
from tests.ml.builders import catalogue_rows, play_rows, write_silver


@pytest.fixture(scope="session")
def rows() -> pd.DataFrame:
    """A catalogue of 1,500 tracks by 300 artists."""
    return catalogue_rows()


@pytest.fixture(scope="session")
def trained_once(build_once: BuildOnce, rows: pd.DataFrame) -> tuple[Path, TrainResult]:
    """A home with that catalogue and 800 plays over 100 days, and what its first training said; for reading."""

    def make(home: Path) -> None:
        settings = load_settings(home=home)
        write_silver(settings, rows, play_rows(rows, 800), rows)
        home.with_name("said").write_bytes(pickle.dumps(train(settings)))

    home = build_once("trained", make)
    return home, pickle.loads(home.with_name("said").read_bytes())


@pytest.fixture
def trained(trained_once: tuple[Path, TrainResult], tmp_path: Path) -> Settings:
    """A private copy of the trained home."""
    shutil.copytree(trained_once[0], tmp_path / "home")
    return load_settings(home=tmp_path / "home", lock_wait_seconds=0.5)
