"""A second reader for files DuckDB refuses whole: cut off, not UTF-8, or damaged in the middle.

It decodes record by record and keeps a record only when it is complete, so one broken row costs one row.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from spotiflow.ingest.files.file_kinds import HEAD_BYTES, encoding_of

READ_CHARACTERS = 1_000_000
# No record is longer: where more than this cannot be decoded, it is broken and not just cut by a block.
MAX_RECORD_CHARACTERS = 1_000_000
_BETWEEN = re.compile(r"[\s,\[\]\ufeff]*")


def _first_of_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object in which the first of several values of a key counts, as it does for DuckDB."""
    return dict(reversed(pairs))


_DECODER = json.JSONDecoder(
    parse_float=str,
    parse_int=str,
    parse_constant=str,
    strict=False,
    object_pairs_hook=_first_of_each,
)


@dataclass
class Repair:
    """What the second reader found. `encoding` is None where the file was UTF-8 throughout."""

    rows: int = 0
    broken: int = 0
    is_cut_off: bool = False
    encoding: str | None = None

    @property
    def is_hopeless(self) -> bool:
        """Whether there is not one complete record."""
        return self.rows == self.broken

    @property
    def problem(self) -> str | None:
        """What of the file is lost, in words; None where nothing is."""
        if not (self.broken or self.is_cut_off):
            return None
        n_kept = self.rows - self.broken
        kept = f"{n_kept:,} complete {'record was' if n_kept == 1 else 'records were'} kept"
        if self.is_cut_off:
            return f"breaks off before its end; {kept}"
        return f"is damaged at {self.broken:,} {'place' if self.broken == 1 else 'places'}; {kept}"

    @property
    def note(self) -> str | None:
        """What else is worth saying."""
        return f"read as {self.encoding}" if self.encoding else None


def ends_with(path: Path, closing: str) -> bool:
    """Whether the last character of a file, less space behind it, is `closing`."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - HEAD_BYTES))
        return stream.read().rstrip().endswith(closing.encode())


def repair(
    source: Path, target: Path, *, closing: str, keys: Collection[str], starts: Collection[str] = ()
) -> Repair:
    """Write the readable records of `source` to `target`, one per line; a broken one as `null`.

    `closing` is the character a complete file ends with. Of a record only `keys` are written; after a broken
    one reading goes on at the next object that begins with one of them or of `starts`.
    Raises OSError where a file cannot be read or written.
    """
    found = Repair()
    record_start = re.compile(r'\{\s*"(?:' + "|".join(map(re.escape, (*keys, *starts))) + r')"\s*:')
    with source.open("rb") as stream, target.open("w", encoding="utf-8", errors="replace") as lines:
        text = _Text(stream)
        for record in _records(text, record_start):
            found.rows += 1
            found.broken += record is None
            lines.write(_line(record, keys) + "\n")
        found.encoding = text.encoding
        found.is_cut_off = text.last_character != closing
    return found


def _line(record: Any, keys: Collection[str]) -> str:
    if isinstance(record, dict):
        record = {key: record[key] for key in keys if key in record}
    return json.dumps(record, ensure_ascii=False)


def _records(text: _Text, record_start: re.Pattern[str]) -> Iterator[Any]:
    """Yield every value of the file in order, None for a stretch that is no JSON."""
    while True:
        text.skip(_BETWEEN)
        if text.is_at_end:
            return
        try:
            yield text.next_value()
        except (ValueError, RecursionError):
            yield None
            text.go_to(record_start)


class _Text:
    """A file as text, decoded and read block by block."""

    def __init__(self, stream: IO[bytes]) -> None:
        head = stream.read(HEAD_BYTES)
        stream.seek(0)
        name = encoding_of(head)
        self._stream = stream
        self._decode = codecs.getincrementaldecoder(name)("surrogateescape" if "8" in name else "replace")
        self._encoding = None if "8" in name else name
        self._buffer = ""
        self._position = 0
        self._is_read = False
        self._has_odd_bytes = False
        self.last_character = ""

    @property
    def encoding(self) -> str | None:
        """What the file is written in, if that is not UTF-8."""
        return "Latin-1" if self._has_odd_bytes else self._encoding

    @property
    def is_at_end(self) -> bool:
        """Whether nothing is left."""
        return self._position >= len(self._buffer) and not self._read_on()

    def skip(self, pattern: re.Pattern[str]) -> None:
        """Go past what the pattern matches here, over block borders too."""
        while True:
            match = pattern.match(self._buffer, self._position)
            self._position = match.end() if match else self._position
            if self._position < len(self._buffer) or not self._read_on():
                return

    def next_value(self) -> Any:
        """Decode one JSON value. Raises ValueError or RecursionError where there is none."""
        while True:
            try:
                value, end = _DECODER.raw_decode(self._buffer, self._position)
            except ValueError:
                too_long = len(self._buffer) - self._position > MAX_RECORD_CHARACTERS
                if too_long or not self._read_on():
                    raise
                continue
            # A number at the end of a block may go on in the next one.
            if end == len(self._buffer) and self._read_on():
                continue
            self._position = end
            return value

    def go_to(self, pattern: re.Pattern[str]) -> None:
        """Go to the next place after this one that the pattern matches, or to the end."""
        start = self._position + 1
        while True:
            match = pattern.search(self._buffer, start)
            if match:
                self._position = match.start()
                return
            # The pattern may lie across the border of two blocks.
            self._position = max(start, len(self._buffer) - 200)
            if not self._read_on():
                self._position = len(self._buffer)
                return
            start = self._position

    def _read_on(self) -> bool:
        """Take in another block and forget what lies behind; return whether there was one."""
        while not self._is_read:
            block = self._stream.read(READ_CHARACTERS)
            self._is_read = not block
            text = self._plain(self._decode.decode(block, final=self._is_read))
            if text:
                self._buffer = self._buffer[self._position :] + text
                self._position = 0
                self.last_character = (text.rstrip() or self.last_character)[-1:]
                return True
        return False

    def _plain(self, text: str) -> str:
        """Read bytes that are no UTF-8 as Latin-1, which is what they are in practice."""
        plain = re.sub("[\udc80-\udcff]", lambda match: chr(ord(match[0]) - 0xDC00), text)
        self._has_odd_bytes |= plain != text
        return plain
