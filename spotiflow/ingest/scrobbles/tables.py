"""Tables of scrobbles as JSON lines. They are small, and a table that is damaged keeps its row numbers so."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from spotiflow.ingest.files.encodings import of_windows
from spotiflow.ingest.files.file_kinds import HEAD_BYTES, decoded, encoding_of
from spotiflow.ingest.files.repair import Repair
from spotiflow.ingest.files.table_headers import BARE_COLUMNS, PLAYER_LOG, scrobble_columns, table_of

# artist, album, track, number on the album, length in seconds, L for listened or S for skipped, time.
LOG_COLUMNS = ("artist", "album", "track", "number", "length", "rating", "time", "mbid")
_READ = ("artist", "album", "track", "length", "rating")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
# 26/02/2019 08:34:33 +00:00, 2/26/2019 8:34 AM, 31.01.2018 04:58:59: which number is the day, the file tells.
_DATE = re.compile(
    r"(\d{1,2})([-./])(\d{1,2})[-./](\d{4}),?[ T]"
    r"(\d{1,2}):(\d{2})(?::(\d{2}))?(?: ?([AaPp])[Mm])?( ?(?:Z|[+-]\d{2}:?\d{2}))?"
)
_ZONE = re.compile(r" ?([+-]\d{2}):?(\d{2})$")


def write_lines(source: Path, target: Path, *, has_header: bool) -> Repair | None:
    """Write each row of a table to `target` as JSON; a row that cannot be read as `null`.

    Returns what had to be mended, None where nothing had. A row with more cells than there are columns is
    marked as `overfull`: a comma in a name without quotes may have moved everything.
    """
    found = Repair()
    with source.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    encoding, text = encoding_of(head), decoded(head)
    found.encoding = None if "8" in encoding else encoding
    first = table_of(text)
    is_log = text.lstrip("\ufeff").startswith(PLAYER_LOG)
    with (
        source.open(encoding=encoding, errors="surrogateescape", newline="") as table,
        target.open("w", encoding="utf-8") as lines,
    ):
        rows = _rows(table, "\t" if is_log else first.separator, is_log=is_log)
        for _ in range(first.skipped):
            next(rows, None)
        names = _names(rows, first.header, has_header=has_header, is_log=is_log)
        is_month_first = _is_month_first(source, encoding)
        for row in rows:
            if row == []:
                continue
            found.rows += 1
            found.broken += row is None
            lines.write(f"{_line(names, row, found, is_month_first=is_month_first)}\n")
    return found if found.broken or found.encoding else None


def _rows(table: Iterator[str], separator: str, *, is_log: bool) -> Iterator[list[str] | None]:
    # A log has no quotes: those that stand in it are part of a name.
    reader = (
        csv.reader(
            (line for line in table if not line.startswith("#")), delimiter=separator, quoting=csv.QUOTE_NONE
        )
        if is_log
        else csv.reader(table, delimiter=separator)
    )
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield None


def _names(
    rows: Iterator[list[str] | None], first: Sequence[str], *, has_header: bool, is_log: bool
) -> Sequence[str]:
    if is_log:
        return LOG_COLUMNS
    if has_header:
        header = next(rows, None)
        return scrobble_columns(header or [])
    return BARE_COLUMNS if len(first) > len(BARE_COLUMNS[:4]) else BARE_COLUMNS[:4]


def _line(names: Sequence[str], row: list[str] | None, found: Repair, *, is_month_first: bool) -> str:
    if row is None:
        return "null"
    told = [(name, _plain(cell, found)) for name, cell in zip(names, row, strict=False)]
    cells = {name: cell for name, cell in reversed(told) if name in _READ}
    times = [cell.strip() for name, cell in told if name == "time" and cell.strip()]
    seconds = next((time for time in times if _NUMBER.fullmatch(time)), None)
    clock = next((time for time in times if not _NUMBER.fullmatch(time)), None)
    cells |= {"uts": seconds} if seconds else {}
    cells |= {"utc_time": _as_iso(clock, is_month_first=is_month_first)} if clock else {}
    return json.dumps(cells | ({"overfull": True} if len(row) > len(names) else {}), ensure_ascii=False)


def _is_month_first(source: Path, encoding: str) -> bool:
    """Whether dates with slashes have the month first: an American clock, or a day that is no month says so."""
    with source.open(encoding=encoding, errors="replace") as lines:
        for line in lines:
            for first, mark, second, _, _, _, _, half, _ in _DATE.findall(line):
                if mark == "/" and (half or int(second) > 12):
                    return True
                if mark == "/" and int(first) > 12:
                    return False
    return False


def _as_iso(clock: str, *, is_month_first: bool) -> str:
    """Return a date written in numbers as ISO 8601; any other text as it is."""
    # As DuckDB reads a zone: +02:00 right behind the time.
    clock = _ZONE.sub(r"\1:\2", clock)
    found = _DATE.fullmatch(clock)
    if not found:
        return clock
    first, mark, second, year, hour, minute, seconds, half, zone = found.groups()
    day, month = (second, first) if mark == "/" and is_month_first else (first, second)
    hour = int(hour) % 12 + (12 if half in "Pp" else 0) if half else int(hour)
    try:
        moment = datetime(int(year), int(month), int(day), hour, int(minute), int(seconds or 0))
    except ValueError:
        return clock
    return f"{moment:%Y-%m-%d %H:%M:%S}"[: None if seconds else 16] + (zone or "").strip()


def _plain(cell: str, found: Repair) -> str:
    """Read bytes that are no UTF-8 as Windows-1252, which is what they are in practice."""
    plain = re.sub("[\udc80-\udcff]", lambda match: of_windows(ord(match[0]) - 0xDC00), cell)
    if plain != cell:
        found.encoding = "Windows-1252"
    return re.sub("[\x00\ud800-\udfff]", "", plain)
