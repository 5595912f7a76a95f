"""The life of one play on docs/architecture.md: its record is imported and built, its queries answer so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from spotiflow.core.settings import Settings, load_settings
from spotiflow.warehouse.database import open_warehouse
from tests.conftest import BuildOnce, command_line
from tests.paths import ROOT

pytestmark = pytest.mark.slow

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
RECORD = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
ANSWERS = re.findall(r"```sql\n(.*?)```\n\n((?:\|[^\n]*\n)+)", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def one_play(build_once: BuildOnce) -> Settings:
    def make(home: Path) -> None:
        export = home.parent / "Streaming_History_Audio_2024.json"
        export.write_text(RECORD[0], encoding="utf-8")
        run = command_line(home)
        run("ingest", "export", export, "--time-zone", "Europe/Paris")
        run("build", "--select", "+listening_with_features +top_tracks +mood_time_correlations")

    return load_settings(home=build_once("one-play", make))


@pytest.mark.parametrize(("query", "table"), ANSWERS)
def test_its_queries_answer_as_printed(one_play: Settings, query: str, table: str) -> None:
    with open_warehouse(one_play, read_only=True) as db:
        relation = db.sql(query)
        rows = [relation.columns, *([str(value) for value in row] for row in relation.fetchall())]
    printed = [[cell.strip() for cell in line.strip("|\n").split("|")] for line in table.splitlines()]
    assert rows == [printed[0], *printed[2:]]


def test_every_step_has_its_query() -> None:
    assert len(RECORD) == 1
    assert len(ANSWERS) == PAGE.count("```sql") == 5
