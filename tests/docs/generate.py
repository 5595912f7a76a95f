"""Write the pages that are made from the code: `python -m tests.docs.generate`, which is `make reference`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from spotiflow.cli import app
from tests.docs.house_picture import PICTURE, house_picture
from tests.docs.reference import REFERENCE, reference
from tests.docs.settings_page import PAGE, settings_page

PAGES: dict[Path, Callable[[], str]] = {
    REFERENCE: lambda: reference(app),
    PAGE: settings_page,
    PICTURE: house_picture,
}

if __name__ == "__main__":
    for place, make in PAGES.items():
        place.write_text(make(), encoding="utf-8")
        sys.stdout.write(f"Written: {place.name}\n")
