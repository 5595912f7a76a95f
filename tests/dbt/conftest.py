"""One warehouse of a small history with a known truth, built once for all tests and workers."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from tests.dbt import history
from tests.dbt.project import build_dbt, copy_home


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The home of that warehouse, all layers built; for reading only."""
    base = tmp_path_factory.getbasetemp()
    place = (base if worker_id == "master" else base.parent) / "shared-history"
    place.mkdir(exist_ok=True)
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / "done").exists():
            history.write(place / "home")
            build_dbt(place / "home")
            (place / "done").touch()
    return place / "home"


@pytest.fixture
def own(built: Path, tmp_path: Path) -> Path:
    """A copy of it that the test may change."""
    return copy_home(built, tmp_path / "own")
