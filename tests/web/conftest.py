"""A home with the demo's warehouse and one with small listeners, each behind a server without a socket."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from spotiflow.core.settings import Settings, load_settings
from spotiflow.web.serving.access import new_address
from spotiflow.web.serving.app import make_app
from spotiflow.web.serving.snapshot import Keeper

# The small warehouse is that of the report's tests.
from tests.report.conftest import small_warehouse  # noqa: F401 (a fixture)

PORT = 8765
HERE = f"http://127.0.0.1:{PORT}"


@dataclass(frozen=True)
class Site:
    """A home, what is kept of it in memory, and a browser that was let in."""

    settings: Settings
    keeper: Keeper
    client: TestClient

    def get(self, path: str, status: int = 200) -> str:
        """Return a page, which has to have that status."""
        answer = self.client.get(path)
        assert answer.status_code == status, f"{path}: {answer.status_code}\n{answer.text[:2000]}"
        assert "Traceback" not in answer.text
        return answer.text


def site_of(settings: Settings) -> Site:
    """Return a site on a home."""
    keeper = Keeper(settings)
    client = TestClient(make_app(keeper, PORT), base_url=HERE, raise_server_exceptions=True)
    answer = client.get(new_address(settings, PORT), follow_redirects=False)
    assert answer.status_code == 303
    return Site(settings, keeper, client)


@pytest.fixture(scope="session")
def demo_site(demo_output: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demo: a simulated listener with a catalogue and models."""
    home = tmp_path_factory.mktemp("web") / "home"
    home.mkdir()
    shutil.copyfile(demo_output[0] / "spotiflow.duckdb", home / "spotiflow.duckdb")
    site = site_of(load_settings(home=home, lock_wait_seconds=5.0, threads=2))
    yield site
    site.keeper.close()


@pytest.fixture(scope="session")
def small_site(
    small_warehouse: Settings,  # noqa: F811 (the fixture)
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    """Listeners with 0, 1 and 200 plays, without a catalogue and without models."""
    home = tmp_path_factory.mktemp("small-web") / "home"
    home.mkdir()
    shutil.copyfile(small_warehouse.database_path, home / "spotiflow.duckdb")
    site = site_of(replace(small_warehouse, home=home))
    yield site
    site.keeper.close()
