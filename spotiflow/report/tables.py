"""`spotiflow tables [NAME]`: what the warehouse holds, read from the comments in the file itself."""

from __future__ import annotations

import difflib
import re
from dataclasses import asdict, dataclass
from typing import Any

import duckdb
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from spotiflow.core.errors import NotFoundError
from spotiflow.core.settings import Settings
from spotiflow.core.words import clean, count
from spotiflow.warehouse.database import open_warehouse

LAYERS = ("gold", "silver", "bronze", "raw", "ml")
LAYER_TITLES = {
    "gold": "gold: answers",
    "silver": "silver: cleaned and joined",
    "bronze": "bronze: typed, nothing dropped",
    "raw": "raw: as it came",
    "ml": "ml: models and what they predicted",
}
ALL_TABLES = """
    select schema_name, table_name, comment, false as is_view from duckdb_tables()
    where not internal and schema_name in ('gold', 'silver', 'bronze', 'raw', 'ml')
    union all
    select schema_name, view_name, comment, true from duckdb_views()
    where not internal and schema_name in ('gold', 'silver', 'bronze', 'raw', 'ml')
"""
COLUMNS = """
    select column_name, data_type, comment from duckdb_columns()
    where schema_name = ? and table_name = ? order by column_index
"""


@dataclass(frozen=True)
class Column:
    """One column: its type as DuckDB names it, and its description with the unit."""

    name: str
    type: str
    description: str


@dataclass(frozen=True)
class TableSummary:
    """One table: `rows` is None where the table cannot be read, `grain` is what one row stands for."""

    layer: str
    name: str
    rows: int | None
    question: str
    grain: str
    notes: str
    is_view: bool


@dataclass(frozen=True)
class TableDescription:
    """One table with its columns in order."""

    table: TableSummary
    columns: tuple[Column, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the table with its columns as `--json` prints it."""
        return {**asdict(self.table), "columns": [asdict(column) for column in self.columns]}

    def render(self) -> RenderableType:
        """Return the table for the terminal: what it answers, its grain, its columns."""
        return render_table(self)


@dataclass(frozen=True)
class TableList:
    """Tables of a warehouse, layer by layer; `n_hidden` were left out because nobody asks them directly."""

    tables: tuple[TableSummary, ...]
    n_hidden: int = 0

    def to_dict(self) -> list[dict[str, Any]]:
        """Return the list as `--json` prints it."""
        return [asdict(table) for table in self.tables]

    def render(self) -> RenderableType:
        """Return the list for the terminal, one block per layer."""
        return render_tables(self)


def list_tables(settings: Settings, *, everything: bool = False) -> TableList:
    """Return the tables that answer questions (gold), by name.

    With `everything`, or while there is no gold, every table, layer by layer from gold to ml.
    Raises as `core.database.connect` with read_only.
    """
    with open_warehouse(settings, read_only=True) as db:
        rows = _sorted(db.execute(ALL_TABLES).fetchall())
        answers = [row for row in rows if row[0] == "gold"]
        wanted = rows if everything or not answers else answers
        return TableList(tuple(_summary(db, *row) for row in wanted), len(rows) - len(wanted))


def describe_table(settings: Settings, name: str) -> TableDescription:
    """Return one table, found as `spotiflow sql` finds it: `layer.name`, or the first layer that has it.

    Raises NotFoundError with the nearest names; otherwise as `core.database.connect` with read_only.
    """
    with open_warehouse(settings, read_only=True) as db:
        rows = _sorted(db.execute(ALL_TABLES).fetchall())
        wanted = name.strip().lower()
        for row in rows:
            if wanted in (row[1].lower(), f"{row[0]}.{row[1]}".lower()):
                columns = db.execute(COLUMNS, [row[0], row[1]]).fetchall()
                described = tuple(Column(column, kind, text or "") for column, kind, text in columns)
                return TableDescription(_summary(db, *row), described)
    raise _unknown(name, [(row[0], row[1]) for row in rows])


def _sorted(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(rows, key=lambda row: (LAYERS.index(row[0]), row[1]))


def _summary(
    db: duckdb.DuckDBPyConnection, layer: str, name: str, comment: str | None, is_view: bool
) -> TableSummary:
    question, notes, grain = split_description(comment or "")
    return TableSummary(layer, name, _count_rows(db, layer, name), question, grain, notes, is_view)


def _count_rows(db: duckdb.DuckDBPyConnection, layer: str, name: str) -> int | None:
    """A view of a half-built warehouse may hang on a table that is not there: then None."""
    try:
        row = db.execute(f'select count(*) from "{layer}"."{name}"').fetchone()
    except duckdb.Error:
        return None
    return int(row[0]) if row else None


def split_description(text: str) -> tuple[str, str, str]:
    """Return question, notes and grain of a description: `<question> <notes> Grain: <grain>.`

    The question is everything up to the first question mark or, without one, the first sentence.
    """
    body, _, grain = " ".join(text.split()).partition("Grain:")
    opening = re.match(r"[^?]*\?|.*?\.(?=\s|$)|.*", body.strip())
    question = opening.group() if opening else ""
    return question, body.strip()[len(question) :].strip(), grain.strip().rstrip(".")


def _unknown(name: str, known: list[tuple[str, str]]) -> NotFoundError:
    wanted = name.strip().lower().rpartition(".")[2]
    layers = {table: layer for layer, table in reversed(known)}
    near = difflib.get_close_matches(wanted, layers, n=3, cutoff=0.5)
    near += [table for table in layers if wanted in table and table not in near][: 3 - len(near)]
    hint = f"Did you mean {' or '.join(near)}?" if near else "See all of them with: spotiflow tables."
    if not known:
        hint = "Nothing is built yet; bring your data in first: spotiflow run my_spotify_data.zip."
    return NotFoundError(f"The warehouse has no table '{clean(name)}'.", hint=hint)


def render_tables(page: TableList) -> RenderableType:
    """Return the list for the terminal: what `TableList.render` gives."""
    is_built = any(table.layer in ("gold", "silver") for table in page.tables)
    note = (
        "One of them, with its columns: spotiflow tables NAME"
        if is_built
        else "Nothing is built yet: spotiflow build makes silver and gold."
    )
    if page.n_hidden:
        note += f"\n{page.n_hidden} more that these are made of: spotiflow tables --all"
    return Group(*_blocks(page.tables), Text(note, style="dim"))


def _blocks(tables: tuple[TableSummary, ...]) -> list[RenderableType]:
    blocks: list[RenderableType] = []
    name_width = max((len(table.name) for table in tables), default=0)
    for layer in LAYERS:
        members = [table for table in tables if table.layer == layer]
        if members:
            blocks += [Text(LAYER_TITLES[layer], style="bold green"), _block(members, name_width), Text()]
    return blocks


def _block(members: list[TableSummary], name_width: int) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0), expand=True)
    grid.add_column(width=name_width, no_wrap=True)
    grid.add_column(width=9, justify="right", no_wrap=True)
    grid.add_column(ratio=1)
    for table in members:
        answer = Text(table.question)
        if table.grain:
            answer.append(f"{' ' if table.question else ''}One row per {table.grain}.", style="dim")
        grid.add_row(Text(table.name), Text(count(table.rows)), answer)
    return grid


def render_table(description: TableDescription) -> RenderableType:
    """Return one table for the terminal: what `TableDescription.render` gives."""
    table = description.table
    title = Text(f"{table.layer}.{table.name}", style="bold green")
    title.append(f"  {count(table.rows)} rows{', a view' if table.is_view else ''}", style="not bold default")
    parts: list[RenderableType] = [title]
    parts += [Text(text) for text in (table.question, table.notes) if text]
    if table.grain:
        parts.append(Text(f"One row per {table.grain}.", style="dim"))
    return Group(*parts, Text(), _columns(description.columns))


def _columns(columns: tuple[Column, ...]) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0), expand=True)
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column(ratio=1)
    for column in columns:
        grid.add_row(Text(column.name), Text(_short(column.type)), Text(column.description))
    return grid


def _short(kind: str) -> str:
    """Long type names (structs) would leave no room for the description."""
    return kind.lower() if len(kind) <= 24 else kind.lower()[:23] + "+"
