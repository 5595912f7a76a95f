"""`spotiflow sql`: one reading statement, its rows, and how they are printed."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import Any, Literal, TypeVar

import duckdb
from rich.console import RenderableType
from rich.text import Text

from spotiflow.core.background import Background
from spotiflow.core.errors import InputError, UsageError
from spotiflow.core.interruption import exit_code_of_interruption, leave
from spotiflow.core.safe_text import safe_json
from spotiflow.core.settings import Settings
from spotiflow.core.words import clean
from spotiflow.report.drawing.grid import Grid
from spotiflow.warehouse.database import open_warehouse

STYLES = ("table", "csv", "json", "md")
READING = ("SELECT", "EXPLAIN", "PRAGMA", "CALL", "MULTI")
CHUNK = 10_000
# Rows a terminal shows; the rest is counted.
TABLE_ROWS = 50
# So many bytes of an answer are kept in memory, the rest in a file; so long DuckDB may take to stop, seconds.
SPOOLED, GRACE = 64 * 1024**2, 1.0

Result = TypeVar("Result")
Chunks = Iterable[list[tuple[Any, ...]]]


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
    with _answer(settings, query) as answer:
        rows, n_rows = list[tuple[Any, ...]](), 0
        for chunk in answer.chunks:
            n_rows += len(chunk)
            rows += chunk if limit is None else chunk[: limit - len(rows)]
        return SqlResult(answer.columns, answer.types, tuple(rows), n_rows)


def write_rows(settings: Settings, query: str, style: str, write: Callable[[str], object]) -> None:
    """Run one statement as `run_sql` does and write its rows as `csv`, `json` or `md`, some at a time.

    They go through a file without a name, so that the warehouse is free again however slowly they are read.
    Raises UsageError for another style.
    """
    if style not in WRITERS:
        raise UsageError(f"There is no format '{style}'.", hint=f"Choose one of {', '.join(STYLES)}.")
    with SpooledTemporaryFile(SPOOLED, "w+", encoding="utf-8", newline="") as passing:
        with _answer(settings, query) as answer:
            passing.writelines(WRITERS[style](answer.columns, answer.chunks))
        passing.seek(0)
        while text := passing.read(SPOOLED // 64):
            write(text)


@dataclass(frozen=True)
class _Answer:
    columns: tuple[str, ...]
    types: tuple[str, ...]
    chunks: Iterator[list[tuple[Any, ...]]]


@contextmanager
def _answer(settings: Settings, query: str) -> Iterator[_Answer]:
    """Run one reading statement and yield its rows, which are read while the file is held."""
    statement = _heard(lambda: _one_reading_statement(query))
    with open_warehouse(settings, read_only=True) as db:
        db.execute("set enable_external_access = false")
        db.execute("set lock_configuration = true")
        try:
            cursor = _heard(lambda: db.execute(statement), db.interrupt)
            description = cursor.description or []
            columns = _distinct([str(column[0]) for column in description])
            yield _Answer(columns, tuple(str(column[1]) for column in description), _chunks(cursor))
        except duckdb.Error as error:
            raise _refusal(error) from error


def _chunks(cursor: duckdb.DuckDBPyConnection) -> Iterator[list[tuple[Any, ...]]]:
    while chunk := _heard(lambda: cursor.fetchmany(CHUNK)):
        yield chunk


def _heard(call: Callable[[], Result], stop: Callable[[], object] = lambda: None) -> Result:
    """Run a call of DuckDB's so that Ctrl+C is heard; while it plans a query only our end stops it."""
    running = Background(call)
    try:
        return running.result()
    except KeyboardInterrupt:
        stop()
        with suppress(TimeoutError, duckdb.Error):
            running.result(GRACE)
        if not running.is_done:
            leave(exit_code_of_interruption() or 130)
        raise


def _one_reading_statement(query: str) -> duckdb.Statement:
    try:
        statements = duckdb.extract_statements(as_unicode(query))
    except duckdb.Error as error:
        raise _refusal(error) from error
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


def as_unicode(query: str | bytes) -> str:
    """Return a query as text. Raises UsageError where its bytes are no UTF-8."""
    try:
        given = query.encode("utf-8", "surrogateescape") if isinstance(query, str) else query
        return given.decode("utf-8-sig")
    except UnicodeError as error:
        raise UsageError(
            "The query is no UTF-8 text; nothing was run.",
            hint="Save it as UTF-8, or convert it: iconv -f LATIN1 -t UTF-8 query.sql | spotiflow sql",
        ) from error


def _refusal(error: duckdb.Error) -> InputError:
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


def format_rows(result: SqlResult) -> RenderableType:
    """Return the rows as a renderable that fits the terminal."""
    if result.columns == ("explain_key", "explain_value"):
        return Text("\n".join(str(row[1]) for row in result.rows), no_wrap=True, overflow="crop")
    return Grid(result.columns, result.types, result.rows, result.n_rows)


def _as_csv(columns: tuple[str, ...], chunks: Chunks) -> Iterator[str]:
    yield _csv([columns])
    for chunk in chunks:
        rows = [["" if value is None else value for value in row] for row in chunk]
        text = _csv(rows)
        # The module leaves a lone carriage return unquoted, which readers take for the end of a line.
        yield _csv(rows, csv.QUOTE_ALL) if "\r" in text else text


def _csv(rows: Iterable[Iterable[Any]], quoting: Literal[0, 1] = csv.QUOTE_MINIMAL) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=quoting).writerows(rows)
    return text.getvalue()


def _as_json(columns: tuple[str, ...], chunks: Chunks) -> Iterator[str]:
    between = "[\n"
    for chunk in chunks:
        for row in chunk:
            record = dict(zip(columns, map(plain, row), strict=True))
            lines = json.dumps(record, ensure_ascii=False, indent=2, allow_nan=False).replace("\n", "\n  ")
            yield f"{between}  {safe_json(lines)}"
            between = ",\n"
    yield "[]\n" if between == "[\n" else "\n]\n"


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


def _as_markdown(columns: tuple[str, ...], chunks: Chunks) -> Iterator[str]:
    def line(cells: Iterable[object]) -> str:
        texts = (clean("" if cell is None else cell).replace("|", "\\|") for cell in cells)
        return "| " + " | ".join(texts) + " |\n"

    yield line(columns) + line(["---"] * len(columns))
    for chunk in chunks:
        yield "".join(map(line, chunk))


WRITERS = {"csv": _as_csv, "json": _as_json, "md": _as_markdown}
