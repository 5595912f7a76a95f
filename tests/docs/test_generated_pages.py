"""Pages that are made from the code say what the code says."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from spotiflow.core.settings import Settings
from tests.docs.generate import PAGES
from tests.docs.settings_page import meaning_of_each


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_page_says_what_the_code_says(page: Path) -> None:
    assert page.read_text(encoding="utf-8") == PAGES[page](), "write it anew: make reference"


def test_every_setting_is_explained() -> None:
    assert set(meaning_of_each()) == {field.name for field in dataclasses.fields(Settings)}
