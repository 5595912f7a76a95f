"""What a file is, judged by its first bytes: content first, name second."""

from __future__ import annotations

import codecs
import json
import re
from enum import StrEnum
from pathlib import PurePosixPath

from spotiflow.ingest.files.table_headers import (
    PLAYER_LOG,
    feature_columns,
    has_features,
    is_catalogue,
    is_scrobble_header,
    is_scrobble_row,
    table_of,
)

HEAD_BYTES = 65_536
# Rows of a scrobble file without a header lack the time now and then, but not so many in a row.
SCROBBLE_LINES = 50
# Rows looked at to tell what is in columns without a known name.
SAMPLE_ROWS = 5


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
# {"streams": [{ or {"user": "x", "streams": [{ or [[{
_WRAPPED = re.compile(
    r'\{\s*(?:"[^"]{1,80}"\s*:\s*(?:"[^"]*"|[\d.]+|true|false|null)\s*,\s*)*"[^"]{1,80}"\s*:\s*\[\s*[\[{]|\[\s*\['
)
_KEY = re.compile(r'"((?:[^"\\]|\\.){1,80})"\s*:')
_FIRST_KEY = re.compile(r'"((?:[^"\\]|\\.){1,80})')
_EXTENDED_PROOF = frozenset({"ms_played", "spotify_track_uri", "master_metadata_track_name", "reason_end"})
_ACCOUNT_PROOF = frozenset({"msPlayed", "trackName", "podcastName", "audiobookName", "artistName"})

# Which keys the scrobbles of each tool have; the first that fits counts.
SCROBBLE_PROOFS = {
    "listenbrainz": frozenset({"listened_at", "track_metadata"}),
    "koito": frozenset({"listened_at", "track", "artists", "aliases"}),
    "lastfm": frozenset({"uts", "artist"}),
    "lastfm_data": frozenset({"unixtimestamp", "track", "artist"}),
    "pano": frozenset({"timeMs", "track", "artist"}),
    "maloja": frozenset({"time", "track", "artists", "title"}),
    "lastfmstats": frozenset({"albumId", "date", "track", "artist"}),
}


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


def scrobble_kind(keys: frozenset[str]) -> str | None:
    """Tell which tool kept scrobbles that have these keys, at any depth; None for other things."""
    return next((kind for kind, proof in SCROBBLE_PROOFS.items() if proof <= keys), None)


def scrobble_content(keys: frozenset[str]) -> Content | None:
    """Tell which scrobbles records with these keys, at any depth, come from, or None."""
    kind = scrobble_kind(keys)
    if kind is None:
        return None
    return Content.LISTENBRAINZ if "listened_at" in SCROBBLE_PROOFS[kind] else Content.LASTFM


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
    if sum(char < " " and char not in "\t\r\n\f" for char in text) > len(text) // 100:
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
    """Keys of the records of a list, of a list inside an object, or of one record per line."""
    if text.startswith("[") or _WRAPPED.match(text):
        return keys_of(text)
    try:
        record = json.loads(text.splitlines()[0], strict=False)
    except (ValueError, RecursionError):
        return frozenset()
    return frozenset(record) if isinstance(record, dict) else frozenset()


def is_wrapped(text: str) -> bool:
    """Whether the records of a JSON file are in a list inside an object, or in several lists inside a list."""
    return _WRAPPED.match(text) is not None


def _table_content(text: str) -> Content:
    if text.startswith(PLAYER_LOG):
        return Content.LASTFM
    table = table_of(text, SCROBBLE_LINES)
    if is_catalogue(table.header):
        return Content.CATALOGUE
    if is_scrobble_header(table.header) or any(map(is_scrobble_row, (table.header, *table.rows))):
        return Content.LASTFM
    if has_features(feature_columns(table.header, table.rows[:SAMPLE_ROWS])):
        return Content.FEATURES
    return Content.CSV if len(table.header) > 1 and table.rows and len(table.rows[0]) > 1 else Content.TEXT
