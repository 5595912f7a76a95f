"""A dashboard served for real, and the browser of this machine on it."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from playwright.sync_api import Browser, sync_playwright

from spotiflow.web.serving.access import new_address
from spotiflow.web.serving.app import make_app
from spotiflow.web.serving.server import Place, listening
from spotiflow.web.serving.snapshot import Keeper
from tests.paths import ROOT

CHROMIUM = shutil.which("chromium")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
# `make axe` puts it there; it is only read by tests.
AXE = ROOT / ".venv" / "axe" / "node_modules" / "axe-core" / "axe.min.js"


@contextmanager
def served(keeper: Keeper) -> Iterator[str]:
    """Serve the pages on a free port and yield an address that opens them once."""
    with listening(Place(port=0)) as sock:
        port = sock.getsockname()[1]
        app = make_app(keeper, port)
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield new_address(keeper.settings, port)
        server.should_exit = True
        thread.join(10)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Yield the browser."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
