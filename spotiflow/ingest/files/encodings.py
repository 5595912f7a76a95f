"""Tables that are not UTF-8: Excel writes UTF-16 as `Unicode text` and Windows-1252 as CSV."""

from __future__ import annotations

import codecs
import shutil
from pathlib import Path

from spotiflow.ingest.files.file_kinds import HEAD_BYTES, encoding_of

BLOCK = 1024**2


def of_windows(byte: int) -> str:
    """Return the character that a byte which is no UTF-8 stands for in practice."""
    return bytes([byte]).decode("cp1252", errors="ignore") or chr(byte)


def _bytes_of_windows(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(map(of_windows, error.object[error.start : error.end])), error.end


codecs.register_error("windows", _bytes_of_windows)


def in_utf8(path: Path) -> Path:
    """Return the path of the same text in UTF-8: itself, or a copy beside it."""
    with path.open("rb") as stream:
        encoding = encoding_of(stream.read(HEAD_BYTES))
    if encoding == "utf-8-sig" and _is_utf8(path):
        return path
    copy = path.with_suffix(".utf8")
    with (
        path.open(encoding=encoding, errors="windows", newline="") as text,
        copy.open("w", encoding="utf-8", newline="") as target,
    ):
        shutil.copyfileobj(text, target, BLOCK)
    return copy


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as stream:
        try:
            while block := stream.read(BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True
