"""docs/questions.md has an entry for every gold table, and every query of it answers on the demo."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
import yaml

from spotiflow.core.settings import load_settings
from spotiflow.report.sql import run_sql
from tests.paths import ROOT
from tests.wording import FORBIDDEN

PAGE = ROOT / "docs" / "questions.md"
GOLD = {path.stem: path for path in (ROOT / "dbt_project" / "models" / "gold").glob("*/*.sql")}
ENTRY = re.compile(
    r"^### `(\w+)`\n\n([^\n]+\?)\n\n```sql\n(.+?)\n```\n\n(.+?)\n\n"
    r"\| ([^\n]+) \|\n\|[-|]+\|\n((?:\|[^\n]*\n?)+)",
    re.MULTILINE | re.DOTALL,
)
# One listener alone has nobody to share with; the rest may find nothing on a history without such a thing.
MAY_BE_EMPTY = {"household_overlap", "listening_anomalies", "mood_state_clusters", "mood_clusters"}


@dataclass(frozen=True)
class Entry:
    """A table's question, its query, the sentence on the answer, and the columns of the example."""

    table: str
    question: str
    sql: str
    answer: str
    columns: tuple[str, ...]
    n_rows: int


ENTRIES = [
    Entry(table, question, sql, answer, tuple(columns.split(" | ")), rows.strip().count("\n") + 1)
    for table, question, sql, answer, columns, rows in ENTRY.findall(PAGE.read_text(encoding="utf-8"))
]


def test_every_gold_table_has_one_entry() -> None:
    assert sorted(entry.table for entry in ENTRIES) == sorted(GOLD)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.table)
def test_an_entry_has_the_tables_question_and_asks_the_table(entry: Entry) -> None:
    (model,) = yaml.safe_load(GOLD[entry.table].with_suffix(".yml").read_text(encoding="utf-8"))["models"]
    assert entry.question == model["config"]["meta"]["question"]
    assert re.search(rf"\bfrom {entry.table}\b", entry.sql)
    assert len(entry.answer) > 20
    assert 1 <= entry.n_rows <= 3


@pytest.mark.slow
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.table)
def test_a_query_answers_on_the_demo_as_the_page_shows(demo_output: tuple[Path, str], entry: Entry) -> None:
    result = run_sql(load_settings(home=demo_output[0], lock_wait_seconds=5.0), entry.sql)
    assert result.columns == entry.columns
    assert result.rows or entry.table in MAY_BE_EMPTY
    if result.rows:
        assert any(value is not None for value in result.rows[0])


@pytest.mark.slow
def test_no_text_in_gold_says_how_a_person_is(demo_output: tuple[Path, str]) -> None:
    """Names of songs are theirs; every other text in gold is ours: reasons, messages, labels, advice."""
    names = re.compile(r"(track|artist|album|example|genre|text)(_|$)|_(track|artist|genre)$")
    with duckdb.connect(str(demo_output[0] / "spotiflow.duckdb"), read_only=True) as db:
        columns = db.execute(
            "select table_name, column_name from duckdb_columns() where schema_name = 'gold' "
            "and data_type = 'VARCHAR'"
        ).fetchall()
        ours = [(table, column) for table, column in columns if not names.search(column)]
        assert len(ours) > 60
        for table, column in ours:
            for (value,) in db.execute(f"select distinct {column} from gold.{table}").fetchall():
                assert not FORBIDDEN.search(value or ""), (table, column, value)
        comments = db.execute(
            """select table_name, comment from duckdb_tables() union all
            select view_name, comment from duckdb_views() union all
            select table_name || '.' || column_name, comment from duckdb_columns() where not internal"""
        ).fetchall()
    assert len(comments) > 500
    for place, comment in comments:
        assert not FORBIDDEN.search(comment or ""), place
