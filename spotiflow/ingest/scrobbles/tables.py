"""Last.fm's CSV files as JSON lines. They are small, and a CSV that is damaged keeps its row numbers so."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

from spotiflow.ingest.files.file_kinds import HEAD_BYTES, encoding_of
from spotiflow.ingest.files.repair import Repair

BARE_COLUMNS = ["artist", "album", "track", "utc_time"]
_READ = ("artist", "album", "track", "uts", "utc_time")


def write_lines(source: Path, target: Path, *, has_header: bool) -> Repair | None:
    """Write each row of a CSV to `target` as JSON; a row that cannot be read as `null`.

    Returns what had to be mended, None where nothing had. A row with more cells than there are columns is
    marked as `overfull`: a comma in a name without quotes may have moved everything.
    """
    found = Repair()
    with source.open("rb") as stream:
        encoding = encoding_of(stream.read(HEAD_BYTES))
    found.encoding = None if "8" in encoding else encoding
    with (
        source.open(encoding=encoding, errors="surrogateescape", newline="") as table,
        target.open("w", encoding="utf-8") as lines,
    ):
        rows = _rows(table)
        names = _names(next(rows, None)) if has_header else BARE_COLUMNS
        for row in rows:
            if row == []:
                continue
            found.rows += 1
            found.broken += row is None
            lines.write(f"{_line(names, row, found)}\n")
    return found if found.broken or found.encoding else None


def _rows(table: Iterator[str]) -> Iterator[list[str] | None]:
    reader = csv.reader(table)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield None


def _names(header: list[str] | None) -> list[str]:
    return [cell.strip().strip("\ufeff").lower() for cell in header or []]


def _line(names: list[str], row: list[str] | None, found: Repair) -> str:
    if row is None:
        return "null"
    cells = {name: _plain(cell, found) for name, cell in zip(names, row, strict=False) if name in _READ}
    return json.dumps(cells | ({"overfull": True} if len(row) > len(names) else {}), ensure_ascii=False)


def _plain(cell: str, found: Repair) -> str:
    """Read bytes that are no UTF-8 as Latin-1, which is what they are in practice."""
    plain = re.sub("[\udc80-\udcff]", lambda match: chr(ord(match[0]) - 0xDC00), cell)
    if plain != cell:
        found.encoding = "Latin-1"
    return re.sub("[\x00\ud800-\udfff]", "", plain)
