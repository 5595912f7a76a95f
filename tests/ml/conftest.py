"""A catalogue and a listener in a real warehouse, trained once for all tests of a worker."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from spotiflow.core.settings import Settings, load_settings
from spotiflow.ml.show.results import TrainResult
from spotiflow.ml.train import train
from tests.ml.builders import catalogue_rows, play_rows, write_silver


@pytest.fixture(scope="session")
def rows() -> pd.DataFrame:
    """A catalogue of 1,500 tracks by 300 artists."""
    return catalogue_rows()


@pytest.fixture(scope="session")
def trained_once(tmp_path_factory: pytest.TempPathFactory, rows: pd.DataFrame) -> tuple[Path, TrainResult]:
    """A home with that catalogue and 800 plays over 100 days, and what its first training said."""
    settings = load_settings(home=tmp_path_factory.mktemp("trained") / "home")
    write_silver(settings, rows, play_rows(rows, 800), rows)
    return settings.home, train(settings)


@pytest.fixture
def trained(trained_once: tuple[Path, TrainResult], tmp_path: Path) -> Settings:
    """A private copy of the trained home."""
    shutil.copytree(trained_once[0], tmp_path / "home")
    return load_settings(home=tmp_path / "home", lock_wait_seconds=0.5)
