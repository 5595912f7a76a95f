"""A table of any query in the width there is: columns that do not fit are named, not squeezed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from spotiflow.core.words import clean, encodable, fit

GAP = 2
WIDEST_CELL = 40
NUMBERS = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|BIGNUM|DECIMAL\(.*\)")


class Grid:
    """Rows of a query: numbers to the right, long texts cut, one record downwards where it is too wide."""

    def __init__(
        self,
        columns: Sequence[str],
        types: Sequence[str],
        rows: Sequence[Sequence[Any]],
        n_rows: int,
    ) -> None:
        """Keep the rows; `n_rows` says how many the query has in all."""
        self.columns = [clean(column) for column in columns]
        self.is_number = [bool(NUMBERS.fullmatch(kind)) for kind in types]
        self.cells = [[_cell(value) for value in row] for row in rows]
        self.n_rows = n_rows

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield header, rows and what was left out."""
        for line in self._lines(options):
            line.plain = encodable(line.plain, options.encoding)
            yield line

    def _lines(self, options: ConsoleOptions) -> Iterator[Text]:
        if not self.columns:
            yield Text("Done; the statement returns no rows.", style="dim")
            return
        ellipsis = ".." if options.ascii_only else "…"
        widths = self._widths(options.max_width)
        n_shown = _how_many_fit(widths, options.max_width)
        if n_shown < len(widths) and len(self.cells) == 1:
            yield from self._downwards(options.max_width, ellipsis)
            return
        yield self._line(self.columns, widths[:n_shown], "bold", ellipsis)
        for row in self.cells:
            yield self._line(row, widths[:n_shown], "", ellipsis)
        yield from self._left_out(n_shown)

    def _widths(self, room: int) -> list[int]:
        widths = [cell_len(column) for column in self.columns]
        for row in self.cells:
            widths = [max(width, cell_len(cell)) for width, cell in zip(widths, row, strict=True)]
        if _how_many_fit(widths, room) == len(widths):
            return widths
        return [min(width, WIDEST_CELL) for width in widths]

    def _line(self, cells: Sequence[str], widths: Sequence[int], style: str, ellipsis: str) -> Text:
        parts = []
        for cell, width, is_number in zip(cells, widths, self.is_number, strict=False):
            right = is_number and cell_len(cell) <= width
            parts.append(cell.rjust(width) if right else fit(cell, width, ellipsis))
        return Text((" " * GAP).join(parts).rstrip(), style=style, no_wrap=True, overflow="crop")

    def _downwards(self, width: int, ellipsis: str) -> Iterator[Text]:
        name_width = max(cell_len(column) for column in self.columns)
        for column, cell in zip(self.columns, self.cells[0], strict=True):
            line = Text(fit(column, name_width), style="bold", no_wrap=True, overflow="crop")
            room = max(1, width - name_width - GAP)
            yield line.append(" " * GAP + fit(cell, room, ellipsis).rstrip(), style="not bold")

    def _left_out(self, n_shown: int) -> Iterator[Text]:
        hidden_rows = self.n_rows - len(self.cells)
        if hidden_rows:
            yield Text(f"{hidden_rows:,} more rows; all of them with --csv or --json.", style="dim")
        elif not self.cells:
            yield Text("No rows.", style="dim")
        if n_shown < len(self.columns):
            names = ", ".join(self.columns[n_shown:])
            yield Text(f"Not shown for want of width: {names}.", style="dim")


def _how_many_fit(widths: Sequence[int], room: int) -> int:
    used = -GAP
    for position, width in enumerate(widths):
        used += width + GAP
        if used > room:
            return max(1, position)
    return len(widths)


def _cell(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, float):
        return f"{value:.6g}" if abs(value) < 1e6 else f"{value:.0f}"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, Decimal):
        return f"{value:f}"
    return clean(value)
