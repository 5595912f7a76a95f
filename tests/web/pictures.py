"""Draw the README's pictures of the pages from the demo: `python -m tests.web.pictures HOME`, in `make pictures`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TypedDict

from spotiflow.core.settings import load_settings
from spotiflow.web.serving.snapshot import Keeper
from tests.paths import ROOT
from tests.web.browser import chromium, served

ASSETS = ROOT / "docs" / "assets"
WIDTH = 1240
# The pages and how much of each is shown: to the end of a row of figures.
PAGES = {"overview": ("/", 1100), "year": ("/year/2026", 1160)}


class Clip(TypedDict):
    """The part of a page that is shown."""

    x: float
    y: float
    width: float
    height: float


def draw(home: Path) -> None:
    """Write each page in both themes."""
    keeper = Keeper(load_settings(home=home))
    with served(keeper) as address, chromium() as browser:
        page = browser.new_page(viewport={"width": WIDTH, "height": 900})
        page.goto(address)
        origin = "/".join(address.split("/", 3)[:3])
        for name, (path, height) in PAGES.items():
            page.goto(origin + path)
            shown: Clip = {"x": 0, "y": 0, "width": WIDTH, "height": height}
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                page.screenshot(path=ASSETS / f"{name}-{scheme}.png", full_page=True, clip=shown)
    keeper.close()


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
