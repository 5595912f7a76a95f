"""No description, page or sentence says how a person is, but for the page that explains why."""

from __future__ import annotations

import pytest

from tests.paths import ROOT
from tests.wording import FORBIDDEN

# It says what is not claimed, names the research and, not triggered by any data, where to find help.
EXPLAINS = ROOT / "docs" / "wellbeing.md"
PLACES = {
    "descriptions": sorted((ROOT / "dbt_project").rglob("*.*")),
    "pages": [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))],
    "sentences": [
        path
        for folder in ("commands", "core", "ingest", "ml", "pipeline", "report")
        for path in sorted((ROOT / folder).rglob("*.py"))
    ],
}


@pytest.mark.parametrize("kind", PLACES)
def test_words_are_about_music_never_about_a_persons_state(kind: str) -> None:
    texts = [
        path for path in PLACES[kind] if path.suffix in (".sql", ".yml", ".md", ".py") and path != EXPLAINS
    ]
    assert len(texts) > 8
    for path in texts:
        found = FORBIDDEN.search(path.read_text(encoding="utf-8"))
        assert found is None, (path.relative_to(ROOT), found)


def test_the_page_that_explains_names_help() -> None:
    assert "116 123" in EXPLAINS.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "text",
    ["You are sad.", "your mood this week", "a symptom", "Depression risk", "wellbeing score", "therapy",
     "diagnosis", "your listening is unhappy", "you feel low", "an anxious week"],
)  # fmt: skip
def test_what_is_forbidden_is_found(text: str) -> None:
    assert FORBIDDEN.search(text)


@pytest.mark.parametrize(
    "text", ["diagnostic branch", "your listening was quieter", "Mood of the music, not you"]
)
def test_what_is_allowed_is_not(text: str) -> None:
    assert not FORBIDDEN.search(text)
