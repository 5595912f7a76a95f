"""The pages in a real browser: only our own requests, no error of the script, no sideways scroll on a phone."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from playwright.sync_api import Page, sync_playwright

from spotiflow.web.pages import PAGES
from spotiflow.web.serving.access import new_address
from spotiflow.web.serving.app import make_app
from spotiflow.web.serving.server import Place, listening
from tests.web.conftest import Site

CHROMIUM = shutil.which("chromium")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PATHS = [path for path in PAGES if "{" not in path]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="needs chromium: apt-get install chromium"),
]


@pytest.fixture(scope="module")
def address(demo_site: Site) -> Iterator[str]:
    """An address that opens the demo's dashboard once, served for real."""
    with listening(Place(port=0)) as sock:
        port = sock.getsockname()[1]
        app = make_app(demo_site.keeper, port)
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield new_address(demo_site.settings, port)
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def phone(address: str) -> Iterator[Page]:
    """A window of a phone's width that was let in."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.goto(address)
        yield page
        browser.close()


@pytest.mark.parametrize("path", PATHS)
def test_a_page_on_a_phone(phone: Page, path: str) -> None:
    here = phone.url.split("/", 3)[:3]
    origin = "/".join(here)
    asked: list[str] = []
    errors: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    phone.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    phone.on("pageerror", lambda error: errors.append(str(error)))
    answer = phone.goto(origin + path)
    assert answer is not None
    assert answer.status == 200
    assert phone.locator("main").count() == 1
    assert [url for url in asked if not url.startswith((f"{origin}/", "data:", "blob:"))] == []
    assert errors == []
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
