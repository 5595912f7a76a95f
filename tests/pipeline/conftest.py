"""The fake Spotify and the command line in this process, as the tests of polling have them."""

from __future__ import annotations

import pytest

from tests.ingest.spotify.conftest import (
    logged_in,
    run,
    settings,
    spotify,
)


@pytest.fixture(autouse=True)
def _no_long_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPOTIFLOW_RETRY_SECONDS", "0.01")


__all__ = ["logged_in", "run", "settings", "spotify"]
