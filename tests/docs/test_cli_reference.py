from __future__ import annotations

from spotiflow import cli
from tests.docs.reference import REFERENCE, reference


def test_the_page_says_what_the_help_says() -> None:
    assert REFERENCE.read_text(encoding="utf-8") == reference(cli.app), "write it anew: make reference"
