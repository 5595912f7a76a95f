"""Whether a file holds words of somebody: its bytes, what is packed in it, the rows of a table in it."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, Any

import duckdb

from spotiflow.people.forget.words import Words

BLOCK = 4 * 1024**2
# What unpacks to more is not searched, and said to be so.
MOST_BYTES = 8 * 1024**3
MOST_DEPTH = 4
# An archive in an archive is unpacked in memory, a larger one not searched.
MOST_IN_MEMORY = 64 * BLOCK
_PACKED: dict[bytes, Callable[[IO[bytes]], Any]] = {
    b"\x1f\x8b": lambda stream: gzip.GzipFile(fileobj=stream),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
}
_ZIP, _PARQUET, _DUCKDB, _TAR = b"PK\x03\x04", b"PAR1", b"DUCK", b"ustar"
# So many bytes tell what a file is.
_HEAD = 512
# Packed in a way that is not read here.
_CLOSED = (b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\x28\xb5\x2f\xfd")
_NAMED_AS_PACKED = frozenset({".zip", ".gz", ".parquet", ".duckdb", ".db", ".skops", ".wal", ".bz2", ".xz"})
_UNREADABLE = (OSError, EOFError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error, lzma.LZMAError,
               tarfile.TarError, NotImplementedError, duckdb.Error)  # fmt: skip


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
    head = stream.read(_HEAD)
    stream.seek(0)
    if head.startswith(_CLOSED) or depth == 0:
        raise NotSearchableError("packed")
    if _is_table(head):
        return _in_table(path, head, words)
    for magic, opened in _PACKED.items():
        if head.startswith(magic):
            with opened(stream) as content:
                return _in_content(content, words, depth)
    if _is_tar(head):
        return _in_tar(stream, words, depth)
    # A zip may stand at the end of something else, as in one that unpacks itself.
    if head.startswith(_ZIP) or zipfile.is_zipfile(stream):
        return _in_zip(stream, words, depth)
    if path and path.suffix in _NAMED_AS_PACKED:
        raise NotSearchableError("not of the form its name says")
    stream.seek(0)
    return _in_stream(stream, words)


def _is_table(head: bytes) -> bool:
    return head.startswith(_PARQUET) or head[8:12] == _DUCKDB


def _is_tar(head: bytes) -> bool:
    return head[257:262] == _TAR


def _in_content(content: IO[bytes], words: Words, depth: int) -> bool:
    """Search what was packed: text as it comes; what is packed once more, or a table, whole and in memory."""
    head = content.read(_HEAD)
    content.seek(0)
    if not (head.startswith((_ZIP, *_PACKED, *_CLOSED)) or _is_tar(head) or _is_table(head)):
        return _in_stream(content, words)
    unpacked = content.read(MOST_IN_MEMORY + 1)
    if len(unpacked) > MOST_IN_MEMORY:
        raise NotSearchableError("too large")
    return _search(io.BytesIO(unpacked), words, None, depth - 1)


def _in_table(path: Path | None, head: bytes, words: Words) -> bool:
    # It would have to be written down first, where it might stay.
    if path is None:
        raise NotSearchableError("a table in an archive")
    return _in_parquet(path, words) if head.startswith(_PARQUET) else _in_warehouse(path, words)


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
        return _in_any(map(archive.open, archive.infolist()), words, depth)


def _in_tar(stream: IO[bytes], words: Words, depth: int) -> bool:
    with tarfile.open(fileobj=stream) as archive:
        if words.stand_in("\n".join(archive.getnames()).encode("utf-8", "surrogateescape")):
            return True
        members = (archive.extractfile(member) for member in archive.getmembers() if member.isfile())
        return _in_any((member for member in members if member), words, depth)


def _in_any(members: Iterable[IO[bytes]], words: Words, depth: int) -> bool:
    """Search all of an archive; that one of it cannot be searched counts only where nothing is found."""
    closed = None
    for member in members:
        try:
            with member as content:
                if _in_content(content, words, depth):
                    return True
        except NotSearchableError as error:
            closed = error
    if closed:
        raise closed
    return False


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
