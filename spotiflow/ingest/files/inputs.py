"""What a person gave us: every path typed by its content, and the sentence for a path that is wrong."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import duckdb

from spotiflow.core.console import printable
from spotiflow.core.errors import InputError
from spotiflow.ingest.files.containers import (
    Container,
    DamagedEntryError,
    Entry,
    open_container,
)
from spotiflow.ingest.files.file_kinds import HEAD_BYTES, Content, decoded, is_history_name
from spotiflow.ingest.files.table_headers import feature_columns, has_features, table_of


class InputKind(StrEnum):
    """What a path is. The first four can be taken in; the value finishes the sentence "it is ..."."""

    EXPORT = "a Spotify data export"
    KAGGLE = "the Kaggle Spotify Tracks Dataset"
    SCROBBLES = "a history of Last.fm or ListenBrainz"
    FEATURES = Content.FEATURES.value
    OTHER_ZIP = "a zip archive without streaming history or catalogue"
    NESTED_ZIP = "a zip archive that holds another zip archive"
    FOLDER_OF_ZIPS = "a folder that holds a zip archive and no streaming history"
    OTHER_FOLDER = "a folder without streaming history"
    EMPTY_FOLDER = "an empty folder"
    EMPTY_LIST = Content.EMPTY_LIST.value
    OTHER_JSON = Content.JSON.value
    HALF_JSON = Content.HALF_JSON.value
    OTHER_CSV = Content.CSV.value
    PDF = Content.PDF.value
    IMAGE = Content.IMAGE.value
    HTML = Content.HTML.value
    LFS_POINTER = Content.LFS_POINTER.value
    ARCHIVE = Content.ARCHIVE.value
    PARQUET = "a Parquet file without audio features"
    DATABASE = Content.DATABASE.value
    EMPTY = Content.EMPTY.value
    TEXT = Content.TEXT.value
    BINARY = Content.BINARY.value


@dataclass(frozen=True)
class Wanted:
    """What a command takes, for the sentence about a path that is something else.

    expected: finishes the sentence "expected ...". columns: what a table of it has to hold. in_json: where a
    JSON file of it has what is wanted.
    """

    expected: str
    columns: str = ""
    in_json: str = ""


_EXPORT_NAMES = "History is in StreamingHistory*.json, endsong*.json or Streaming_History*.json."
WANTED = {
    InputKind.EXPORT: Wanted(
        "the zip Spotify sent, its folder or its streaming history files", _EXPORT_NAMES, _EXPORT_NAMES
    ),
    InputKind.KAGGLE: Wanted(
        "Kaggle's archive.zip or the dataset.csv in it",
        "The catalogue has track_id, artists, track_name and 12 audio features as columns.",
    ),
    InputKind.SCROBBLES: Wanted(
        "scrobbles of Last.fm (CSV, JSON), ListenBrainz (zip, JSON, JSONL) or a tool that keeps the same",
        "Scrobbles have an artist, a track and a time as columns.",
    ),
    InputKind.FEATURES: Wanted(
        "a CSV or Parquet file with a column of Spotify track ids and audio features",
        "A table of features has Spotify track ids (column track_id) and features such as energy.",
    ),
}
_HINTS = {
    InputKind.EXPORT: "This is for: spotiflow ingest export PATH (or spotiflow run PATH).",
    InputKind.KAGGLE: "This is for: spotiflow ingest kaggle PATH (or spotiflow run PATH).",
    InputKind.SCROBBLES: "This is for: spotiflow ingest scrobbles PATH (or spotiflow run PATH).",
    InputKind.FEATURES: "This is for: spotiflow ingest features PATH (or spotiflow run PATH).",
    InputKind.NESTED_ZIP: "Unpack the outer archive and give the inner one.",
    InputKind.FOLDER_OF_ZIPS: "Give the zip itself, or several one after the other.",
    InputKind.LFS_POINTER: "Fetch the file itself: git lfs pull, or download it in the browser.",
    InputKind.HTML: "A download that needs a login often saves the login page; download it in the browser.",
    InputKind.HALF_JSON: "Download the export again: this file is not complete.",
    InputKind.EMPTY: "Download it again: nothing arrived.",
    InputKind.EMPTY_FOLDER: "Unpack the zip into it, or give the zip itself.",
    InputKind.ARCHIVE: "Unpack it and give the folder.",
}
_MOST_COLUMNS = 12
_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_OTHER_HINT = "Ask for your data at https://www.spotify.com/account/privacy and give the zip that arrives."


def identify(path: Path) -> InputKind:
    """Tell what `path` is, by content first.

    Raises InputError when it does not exist, cannot be read, or is a zip outside the limits.
    """
    with open_container(path) as container:
        return kind_of(container)


def require(path: Path, *wanted: InputKind) -> InputKind:
    """Return what `path` is when that is one of `wanted`; otherwise raise InputError with a sentence."""
    kind = identify(path)
    if kind not in wanted:
        raise wrong_input(path, kind, [WANTED[one] for one in wanted])
    return kind


def wrong_input(path: Path, found: InputKind, wanted: Collection[Wanted]) -> InputError:
    """Say what was found, what was expected and what to do."""
    expected = ", or ".join(one.expected for one in wanted)
    hint = _HINTS.get(found, _OTHER_HINT)
    if found is InputKind.OTHER_CSV:
        hint = " ".join(one.columns for one in wanted if one.columns)
    if found is InputKind.OTHER_JSON:
        hint = " ".join(one.in_json for one in wanted if one.in_json)
    header = _header_of(path) if found is InputKind.OTHER_CSV else ""
    return InputError(f"{path} is {found}{header}; expected {expected}.", hint=hint or _OTHER_HINT)


def _header_of(path: Path) -> str:
    """Say which columns a CSV has and what separates them."""
    try:
        with path.open("rb") as stream:
            table = table_of(decoded(stream.read(HEAD_BYTES)))
    except OSError:
        return ""
    shown = [printable(name.strip())[:40] for name in table.header[:_MOST_COLUMNS]]
    more = f" and {len(table.header) - _MOST_COLUMNS} more" if len(table.header) > _MOST_COLUMNS else ""
    return f" with the columns {', '.join(shown)}{more}, separated by {_SEPARATORS.get(table.separator, 'others')}"


def kind_of(container: Container) -> InputKind:
    """Tell what an open container is. Raises InputError where nothing in it can be read."""
    contents = _contents(container)
    if _is_export(container, contents):
        return InputKind.EXPORT
    if Content.LASTFM in contents or Content.LISTENBRAINZ in contents:
        return InputKind.SCROBBLES
    if container.kind == "file":
        return _file_kind(container.entries[0], contents[0]) if contents else InputKind.BINARY
    if contents.count(Content.CATALOGUE) == 1:
        return InputKind.KAGGLE
    if Content.FEATURES in contents:
        return InputKind.FEATURES
    if container.kind == "folder":
        if container.left_out["zip inside"]:
            return InputKind.FOLDER_OF_ZIPS
        is_empty = not contents and not container.others
        return InputKind.EMPTY_FOLDER if is_empty else InputKind.OTHER_FOLDER
    return InputKind.NESTED_ZIP if container.left_out["zip inside"] else InputKind.OTHER_ZIP


def first_bytes(container: Container, entry: Entry) -> tuple[bytes, str]:
    """Return the first bytes of an entry, or none and why it cannot be read.

    Raises InputError where it is the only file that was given.
    """
    try:
        return entry.head(), ""
    except DamagedEntryError:
        return b"", "cannot be unpacked: the archive is damaged there"
    except InputError as error:
        if container.kind == "file":
            raise
        return b"", "cannot be read: " + error.message.rpartition(": ")[2].rstrip(".")


def _contents(container: Container) -> list[Content]:
    """Tell what each entry is; one of several that cannot be read says nothing of the others."""
    contents: list[Content] = []
    refusals: list[InputError] = []
    for entry in container.entries:
        try:
            contents.append(entry.content())
        except InputError as error:
            contents.append(Content.BINARY)
            refusals.append(error)
    if refusals and len(refusals) == len(contents):
        raise refusals[0]
    return contents


def _is_export(container: Container, contents: list[Content]) -> bool:
    if Content.EXTENDED in contents or Content.ACCOUNT in contents:
        return True
    named = zip(container.entries, contents, strict=True)
    return any(content is Content.EMPTY_LIST and is_history_name(entry.name) for entry, content in named)


def _file_kind(entry: Entry, content: Content) -> InputKind:
    if content is Content.PARQUET:
        # A Parquet file names its columns at its end, not in its first bytes.
        columns = parquet_columns(entry.path) if entry.path else []
        return InputKind.FEATURES if has_features(feature_columns(columns)) else InputKind.PARQUET
    return _FILES[content]


def parquet_columns(path: Path) -> list[str]:
    """Return the columns of a Parquet file; none where it is damaged."""
    with duckdb.connect() as db:
        try:
            rows = db.execute("select name from parquet_schema(?) where num_children is null", [str(path)])
            return [row[0] for row in rows.fetchall()]
        except duckdb.Error:
            return []


_FILES = {
    Content.CATALOGUE: InputKind.KAGGLE,
    Content.ZIP: InputKind.OTHER_ZIP,
    **{content: InputKind(content.value) for content in Content if content.value in set(InputKind)},
}
