"""What a file is, judged by its first bytes: content first, name second."""

from __future__ import annotations

import codecs
import json
import re
from enum import StrEnum
from pathlib import PurePosixPath

from spotiflow.ingest.files.table_headers import (cells_of, feature_columns, has_features, is_catalogue, is_scrobble_header, is_scrobble_row,)

HEAD_BYTES = 65_536
# Rows of a scrobble file without a header lack the time now and then, but not so many in a row.
SCROBBLE_LINES = 50


class Content(StrEnum):
    """What the first bytes of a file show; the value finishes the sentence "it is ..."."""

    EXTENDED = "Spotify's extended streaming history"
    ACCOUNT = "the streaming history of Spotify's account data"
    CATALOGUE = "the Kaggle Spotify Tracks Dataset"
    LASTFM = "a history of Last.fm"
    LISTENBRAINZ = "a history of ListenBrainz"
    FEATURES = "a table of audio features"
    EMPTY_LIST = "a JSON file with an empty list"
    JSON = "a JSON file without streaming history"
    HALF_JSON = "a JSON file that breaks off"
    CSV = "another CSV file"
    ZIP = "a zip archive"
    PDF = "a PDF document"
    IMAGE = "a picture"
    HTML = "an HTML page"
    LFS_POINTER = "a Git LFS pointer, not the file it stands for"
    ARCHIVE = "an archive that is no zip"
    PARQUET = "a Parquet file"
    DATABASE = "a database"
    EMPTY = "an empty file"
    TEXT = "a text file"
    BINARY = "a file of unknown type"


HISTORY_NAMES = ("streaminghistory", "streaming_history", "endsong", "endvideo")
_MAGIC: tuple[tuple[bytes, Content], ...] = (
    (b"PK\x03\x04", Content.ZIP),
    (b"PK\x05\x06", Content.ZIP),
    (b"%PDF", Content.PDF),
    (b"\x89PNG", Content.IMAGE),
    (b"\xff\xd8\xff", Content.IMAGE),
    (b"GIF8", Content.IMAGE),
    (b"version https://git-lfs", Content.LFS_POINTER),
    (b"\x1f\x8b", Content.ARCHIVE),
    (b"7z\xbc\xaf", Content.ARCHIVE),
    (b"Rar!", Content.ARCHIVE),
    (b"BZh", Content.ARCHIVE),
    (b"\xfd7zXZ", Content.ARCHIVE),
    (b"SQLite format 3", Content.DATABASE),
    (b"PAR1", Content.PARQUET),
)
_JSON_START = re.compile(r'\[\s*($|["{\[\]\d-]|true|false|null)|\{\s*($|["}])')
_KEY = re.compile(r'"((?:[^"\\]|\\.){1,80})"\s*:')
_FIRST_KEY = re.compile(r'"((?:[^"\\]|\\.){1,80})')
_EXTENDED_PROOF = frozenset({"ms_played", "spotify_track_uri", "master_metadata_track_name", "reason_end"})
_ACCOUNT_PROOF = frozenset({"msPlayed", "trackName", "podcastName", "audiobookName", "artistName"})


def content_of(head: bytes) -> Content:
    """Tell what a file is from its first `HEAD_BYTES` bytes."""
    for magic, content in _MAGIC:
        if head.startswith(magic):
            return content
    if head[8:12] == b"DUCK":
        return Content.DATABASE
    return _text_content(decoded(head), is_whole=len(head) < HEAD_BYTES)


def encoding_of(head: bytes) -> str:
    """Name the encoding of a text by its byte order mark or by where its zero bytes stand."""
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if re.match(rb"[\t\r\n -~]\x00", head):
        return "utf-16-le"
    if re.match(rb"\x00[\t\r\n -~]", head):
        return "utf-16-be"
    return "utf-8-sig"


def decoded(head: bytes) -> str:
    """Return the first bytes as text, whatever they are."""
    return head.decode(encoding_of(head), errors="replace")


def keys_of(text: str) -> frozenset[str]:
    """Return the JSON keys of the first records of `text`, which may be cut anywhere."""
    keys = set(_KEY.findall(text))
    # The very first key of a file cut inside it still tells what the file was going to be.
    first = _FIRST_KEY.search(text)
    return frozenset(keys | ({first[1]} if first else set()))


def history_content(keys: frozenset[str]) -> Content | None:
    """Tell which history records with these keys come from, or None."""
    if "ts" in keys and keys & _EXTENDED_PROOF:
        return Content.EXTENDED
    if "endTime" in keys and keys & _ACCOUNT_PROOF:
        return Content.ACCOUNT
    return None


def scrobble_content(keys: frozenset[str]) -> Content | None:
    """Tell which scrobbles records with these keys, at any depth, come from, or None."""
    if {"listened_at", "track_metadata"} <= keys:
        return Content.LISTENBRAINZ
    if {"uts", "artist"} <= keys:
        return Content.LASTFM
    return None


def is_history_name(name: str) -> bool:
    """Whether a file is named like Spotify's history files; asked only where the content says nothing."""
    return PurePosixPath(name).name.lower().startswith(HISTORY_NAMES)


def _text_content(text: str, *, is_whole: bool) -> Content:
    start = text.lstrip("\ufeff \t\r\n")
    if not start:
        return Content.EMPTY
    if _JSON_START.match(start):
        return _json_content(start, is_whole=is_whole)
    if re.match(r"(?i)<(!doctype|html|head|\?xml|!--)", start):
        return Content.HTML
    if "\x00" in text or sum(char < " " and char not in "\t\r\n\f" for char in text) > len(text) // 100:
        return Content.BINARY
    return _table_content(start)


def _json_content(text: str, *, is_whole: bool) -> Content:
    if re.match(r"\[\s*\]\s*$", text):
        return Content.EMPTY_LIST
    found = history_content(_record_keys(text)) or scrobble_content(keys_of(text))
    if found:
        return found
    if not is_whole:
        return Content.JSON
    try:
        json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return Content.HALF_JSON
    return Content.JSON


def _record_keys(text: str) -> frozenset[str]:
    """Keys of the records of a list, or of one record per line; nothing for one big object."""
    if text.startswith("["):
        return keys_of(text)
    try:
        record = json.loads(text.splitlines()[0], strict=False)
    except (ValueError, RecursionError):
        return frozenset()
    return frozenset(record) if isinstance(record, dict) else frozenset()


def _table_content(text: str) -> Content:
    lines = text.splitlines()
    if is_catalogue(lines[0]):
        return Content.CATALOGUE
    if is_scrobble_header(lines[0]) or any(map(is_scrobble_row, lines[:SCROBBLE_LINES])):
        return Content.LASTFM
    if has_features(feature_columns(cells_of(lines[0]))):
        return Content.FEATURES
    for separator in (",", ";", "\t"):
        if lines[0].count(separator) and len(lines) > 1 and lines[1].count(separator):
            return Content.CSV
    return Content.TEXT
