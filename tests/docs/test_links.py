"""Links between pages lead somewhere, and every page of docs is reached from the README."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.paths import ROOT

PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def linked(page: Path) -> set[Path]:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    found = {link for link in LINK.findall(text) if not re.match(r"[a-z]+:", link)}
    return {(page.parent / link).resolve() for link in found}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    assert {str(place) for place in linked(page) if not place.exists()} == set()


def test_every_page_is_reached_from_the_readme() -> None:
    reached = linked(ROOT / "README.md")
    assert {str(page) for page in PAGES if page.parent != ROOT and page.resolve() not in reached} == set()
