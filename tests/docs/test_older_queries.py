"""The statements that users of the older pipeline know run as they are, with plain table names."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.conftest import command_line
from tests.paths import ROOT

PAGE = ROOT / "docs" / "coming-from-the-older-pipeline.md"
QUERIES = re.findall(r"^```sql\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.slow
@pytest.mark.parametrize("query", QUERIES, ids=lambda query: " ".join(query.split())[:60])
def test_a_known_statement_answers(demo_output: tuple[Path, str], query: str) -> None:
    rows = json.loads(command_line(demo_output[0])("sql", query, "--json").stdout)
    assert rows
    assert all(any(value is not None for value in row.values()) for row in rows)


def test_the_page_has_the_statements() -> None:
    assert len(QUERIES) >= 9
