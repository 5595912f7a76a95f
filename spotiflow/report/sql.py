"""`spotiflow sql`: one reading statement, its rows, and how they are printed."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass
from typing import Any

import duckdb
from rich.console import RenderableType
from rich.text import Text

from spotiflow.core.errors import InputError, UsageError
from spotiflow.core.settings import Settings
from spotiflow.core.words import clean
from spotiflow.report.drawing.grid import Grid
from spotiflow.warehouse.database import open_warehouse

STYLES = ("table", "csv", "json", "md")
READING = ("SELECT", "EXPLAIN", "PRAGMA", "CALL", "MULTI")
CHUNK = 10_000
# Rows a terminal shows; the rest is counted.
TABLE_ROWS = 50


@dataclass(frozen=True)
class SqlResult:
    """What a statement returned. `n_rows` counts all rows, `rows` holds at most the asked number."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    n_rows: int

    @property
    def n_hidden(self) -> int:
        """Rows that were counted but not kept."""
        return self.n_rows - len(self.rows)


def run_sql(settings: Settings, query: str, limit: int | None = None) -> SqlResult:
    """Run one reading statement; unqualified names are looked up in gold, silver, bronze, raw.

    Keeps at most `limit` rows and counts the rest. The file is opened read-only, and the statement can
    touch no other file: what is not a query is refused.
    Raises UsageError for no statement, several or a writing one; InputError with the reason and near names
    when DuckDB refuses it; as `core.database.connect`.
    """
    statement = _one_reading_statement(query)
    with open_warehouse(settings, read_only=True) as db:
        db.execute("set enable_external_access = false")
        db.execute("set lock_configuration = true")
        try:
            cursor = db.execute(statement)
            description = cursor.description or []
            rows = cursor.fetchall() if limit is None else cursor.fetchmany(limit)
            n_rows = len(rows) + (0 if limit is None else _count_rest(cursor))
        except duckdb.Error as error:
            raise _in_words(error) from error
    return SqlResult(
        columns=_distinct([str(column[0]) for column in description]),
        types=tuple(str(column[1]) for column in description),
        rows=tuple(rows),
        n_rows=n_rows,
    )


def _count_rest(cursor: duckdb.DuckDBPyConnection) -> int:
    n_rows = 0
    while chunk := cursor.fetchmany(CHUNK):
        n_rows += len(chunk)
    return n_rows


def _one_reading_statement(query: str) -> duckdb.Statement:
    try:
        statements = duckdb.extract_statements(query)
    except duckdb.Error as error:
        raise _in_words(error) from error
    if len(statements) != 1:
        found = "no statement" if not statements else f"{len(statements)} statements"
        raise UsageError(
            f"Expected one SQL statement, found {found}; nothing was run.",
            hint="Give one query, for example: spotiflow sql 'select * from top_artists limit 10'.",
        )
    kind = statements[0].type.name
    if kind not in READING:
        raise UsageError(
            f"{kind} is refused: this command only reads the warehouse.",
            hint="Ask with a select; save rows with --csv, --json or --md and your shell's '>'.",
        )
    return statements[0]


def _in_words(error: duckdb.Error) -> InputError:
    """Return the first line of what DuckDB says as a sentence, its suggestions as the hint."""
    text = str(error)
    first = re.sub(r"^[\w ]+ Error: ", "", text.splitlines()[0]).rstrip(".!")
    near = _near_names(text)
    hint = f"Did you mean {' or '.join(near)}?" if near else "See the tables with: spotiflow tables [NAME]."
    if "disabled by configuration" in text or "configuration has been locked" in text:
        first = "Files and settings outside the warehouse are out of reach for this command"
        hint = "Query tables of the warehouse; see them with: spotiflow tables."
    return InputError(f"{clean(first)}.", hint=hint)


def _near_names(text: str) -> list[str]:
    found = re.search(r'(?:Did you mean|Candidate bindings:) (?P<names>"[^\n]+)', text)
    names = re.findall(r'"([^"]+)"', found["names"]) if found else []
    return [name for name in names if not name.startswith(("pg_", "duckdb_", "sqlite_"))][:3]


def _distinct(names: list[str]) -> tuple[str, ...]:
    """Number the repeats of a column name, so that a JSON object keeps them all."""
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return tuple(result)


def format_rows(result: SqlResult, style: str = "table") -> RenderableType:
    """Return the rows as a renderable that fits the terminal, or as plain text (`csv`, `json`, `md`).

    Plain text is to be written as it is, not through rich. Raises UsageError for another style.
    """
    if style == "table" and result.columns == ("explain_key", "explain_value"):
        return Text("\n".join(str(row[1]) for row in result.rows), no_wrap=True, overflow="crop")
    if style == "table":
        return Grid(result.columns, result.types, result.rows, result.n_rows)
    makers = {"csv": _as_csv, "json": _as_json, "md": _as_markdown}
    if style not in makers:
        raise UsageError(f"There is no format '{style}'.", hint=f"Choose one of {', '.join(STYLES)}.")
    return makers[style](result)


def _as_csv(result: SqlResult) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(result.columns)
    writer.writerows([["" if value is None else value for value in row] for row in result.rows])
    return text.getvalue()


def _as_json(result: SqlResult) -> str:
    records = [dict(zip(result.columns, map(plain, row), strict=True)) for row in result.rows]
    return json.dumps(records, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def plain(value: Any) -> Any:
    """Return a value of DuckDB as JSON knows it: times in ISO 8601, no NaN, everything else as text."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _as_markdown(result: SqlResult) -> str:
    def line(cells: list[str]) -> str:
        return "| " + " | ".join(clean(cell).replace("|", "\\|") for cell in cells) + " |\n"

    rule = line(["---"] * len(result.columns))
    rows = [line(["" if value is None else str(value) for value in row]) for row in result.rows]
    return line(list(result.columns)) + rule + "".join(rows)
