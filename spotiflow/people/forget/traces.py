"""Whether a file holds words of somebody: its bytes, what is packed in it, the rows of a table in it."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import duckdb

from spotiflow.people.forget.words import Words

BLOCK = 4 * 1024**2
# What unpacks to more is not searched, and said to be so.
MOST_BYTES = 8 * 1024**3
MOST_DEPTH = 3
_PACKED: dict[bytes, Callable[[IO[bytes]], Any]] = {
    b"\x1f\x8b": lambda stream: gzip.GzipFile(fileobj=stream),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
}
_ZIP, _PARQUET, _DUCKDB = b"PK\x03\x04", b"PAR1", b"DUCK"
# Packed in a way that is not read here.
_CLOSED = (b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\x28\xb5\x2f\xfd")
_NAMED_AS_PACKED = frozenset({".zip", ".gz", ".parquet", ".duckdb", ".db", ".skops", ".wal", ".bz2", ".xz"})
_UNREADABLE = (OSError, EOFError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error, lzma.LZMAError,
               NotImplementedError, duckdb.Error)  # fmt: skip


class NotSearchableError(Exception):
    """What is in a file cannot be told."""


def holds(path: Path, words: Words) -> bool:
    """Whether any of the words stand in a file, packed or not. Raises NotSearchableError."""
    try:
        with path.open("rb") as stream:
            if _search(stream, words, path, MOST_DEPTH):
                return True
    except _UNREADABLE as error:
        raise NotSearchableError(type(error).__name__) from error
    return False


def _search(stream: IO[bytes], words: Words, path: Path | None, depth: int) -> bool:
    head = stream.read(16)
    stream.seek(0)
    if head.startswith(_CLOSED) or depth == 0:
        raise NotSearchableError("packed")
    if path and head.startswith(_PARQUET):
        return _in_parquet(path, words)
    if path and head[8:12] == _DUCKDB:
        return _in_warehouse(path, words)
    if head.startswith(_ZIP):
        return _in_zip(stream, words, depth)
    for magic, opened in _PACKED.items():
        if head.startswith(magic):
            with opened(stream) as content:
                return _in_stream(content, words)
    if path and path.suffix in _NAMED_AS_PACKED:
        raise NotSearchableError("not of the form its name says")
    return _in_stream(stream, words)


def _in_stream(stream: IO[bytes], words: Words) -> bool:
    """Search block by block; each begins with the end of the one before."""
    n_bytes, end = 0, b""
    while block := stream.read(BLOCK):
        n_bytes += len(block)
        if n_bytes > MOST_BYTES:
            raise NotSearchableError("too large")
        if words.stand_in(end + block):
            return True
        end = block[-words.longest :]
    return False


def _in_zip(stream: IO[bytes], words: Words, depth: int) -> bool:
    with zipfile.ZipFile(stream) as archive:
        if words.stand_in("\n".join(archive.namelist()).encode()):
            return True
        for member in archive.infolist():
            with archive.open(member) as content:
                head = content.read(16)
            if head.startswith((_ZIP, _PARQUET, *_PACKED)) or head[8:12] == _DUCKDB:
                if _in_member(archive, member, words, depth):
                    return True
                continue
            with archive.open(member) as content:
                if _in_stream(content, words):
                    return True
    return False


def _in_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, words: Words, depth: int) -> bool:
    """Search an archive in an archive, in memory; a table in it would have to be written down first."""
    if member.file_size > 64 * BLOCK:
        raise NotSearchableError("too large")
    content = archive.read(member)
    if content.startswith(_PARQUET) or content[8:12] == _DUCKDB:
        raise NotSearchableError("a table in an archive")
    return _search(io.BytesIO(content), words, None, depth - 1)


def _in_parquet(path: Path, words: Words) -> bool:
    with duckdb.connect() as db:
        table = f"read_parquet('{_quoted(path)}')"
        columns = db.execute(f"describe select * from {table}").fetchall()
        return any(_in_column(db, table, column[0], column[1], words) for column in columns)


def _in_warehouse(path: Path, words: Words) -> bool:
    with duckdb.connect() as db:
        db.execute(f"attach '{_quoted(path)}' as found (read_only)")
        columns = db.execute(
            """select 'found."' || schema_name || '"."' || table_name || '"', column_name, data_type
            from duckdb_columns() where database_name = 'found'"""
        ).fetchall()
        return any(_in_column(db, table, name, kind, words) for table, name, kind in columns)


def _in_column(db: duckdb.DuckDBPyConnection, table: str, name: str, kind: str, words: Words) -> bool:
    if kind not in ("VARCHAR", "VARCHAR[]"):
        return False
    column = f'"{name.replace(chr(34), chr(34) * 2)}"'
    values = f"unnest({column})" if kind.endswith("[]") else column
    wanted = [*words.names, *words.texts]
    found = db.execute(
        f"select 1 from (select {values} as value from {table}) where value in (select unnest(?)) limit 1",
        [wanted],
    ).fetchone()
    return found is not None


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
