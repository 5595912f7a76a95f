"""Warehouses with a known truth, each built once for all tests and workers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import BuildOnce
from tests.dbt import history, listeners
from tests.dbt.project import build_dbt, copy_home

STATISTICS = ("+gold.diagnostic", "+gold.cognitive", "+gold.prescriptive", "+household_overlap")


@pytest.fixture(scope="session")
def built(build_once: BuildOnce) -> Path:
    """A home with a history from several sources, all layers built; for reading only."""

    def make(home: Path) -> None:
        history.write(home)
        build_dbt(home, DBT_WRITE_JSON="true")

    return build_once("history", make)


@pytest.fixture
def own(built: Path, tmp_path: Path) -> Path:
    """A copy of it that the test may change."""
    return copy_home(built, tmp_path / "own")


@pytest.fixture(scope="session")
def studied(build_once: BuildOnce) -> Path:
    """A home with one listener of each kind and the branches that compare; for reading only."""

    def make(home: Path) -> None:
        listeners.write(home, listeners.some())
        build_dbt(home, "--select", *STATISTICS)

    return build_once("listeners", make)
