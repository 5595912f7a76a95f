"""The questions of docs/other-tools.md answer something on the demo, and no row twice."""

from __future__ import annotations

import re

from spotiflow.core.settings import Settings
from spotiflow.warehouse.database import open_warehouse
from tests.paths import ROOT

PAGE = (ROOT / "docs" / "other-tools.md").read_text(encoding="utf-8")


def test_its_datasets_have_rows_and_the_columns_its_charts_name(demo_warehouse: Settings) -> None:
    queries = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
    assert len(queries) == 5
    charts = PAGE.split("## 4.")[1].split("Turn off")[0]
    known: set[str] = set()
    with open_warehouse(demo_warehouse, read_only=True) as db:
        for query in queries:
            found = db.execute(query)
            known |= {column[0] for column in found.description or ()}
            rows = found.fetchall()
            assert len(rows) == len(set(rows)) > 1, query
    used = set(re.findall(r"(?:SUM|AVG)\((\w+)\)|`(\w+)`", charts))
    assert {name for pair in used for name in pair if name} <= known
