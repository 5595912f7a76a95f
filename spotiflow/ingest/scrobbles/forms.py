"""The forms in which scrobbles come, told apart by the first bytes of a file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal

from spotiflow.ingest.files.file_kinds import Content, content_of, decoded, keys_of, scrobble_kind
from spotiflow.ingest.files.table_headers import PLAYER_LOG, is_scrobble_header, table_of
from spotiflow.ingest.history.reader import Form

Shape = Literal["array", "newline_delimited", "unstructured", "table", "bare_table"]
# What the files of each tool are called. Koito is a ListenBrainz of one's own; the others keep what Last.fm does.
_NAMES = {
    "listenbrainz": "JSON",
    "koito": "JSON of Koito",
    "lastfm": "JSON",
    "lastfm_data": "JSON of your Last.fm data",
    "pano": "JSON of Pano Scrobbler",
    "maloja": "JSON of Maloja",
    "lastfmstats": "JSON of lastfmstats.com",
}


@dataclass(frozen=True, kw_only=True)
class ScrobbleForm(Form):
    """What the records of one file are, and how it is to be read.

    A `table` is a CSV with a header, a `bare_table` one without. kind: which tool wrote a JSON file.
    """

    shape: Shape
    kind: str = "table"

    @property
    def is_table(self) -> bool:
        """Whether the file is a table."""
        return self.shape in ("table", "bare_table")


def form_of(head: bytes) -> ScrobbleForm | None:
    """Tell the form of a file from its first bytes; None where it holds no scrobbles."""
    content = content_of(head)
    if content not in (Content.LASTFM, Content.LISTENBRAINZ):
        return None
    text = decoded(head).lstrip("\ufeff \t\r\n")
    if text.startswith(("[", "{")):
        kind = scrobble_kind(keys_of(text)) or "lastfm"
        source = "listenbrainz" if content is Content.LISTENBRAINZ else "lastfm"
        return ScrobbleForm(source=source, name=_NAMES[kind], shape=_json_shape(text), kind=kind)
    if text.startswith(PLAYER_LOG):
        return ScrobbleForm(source="lastfm", name="log of a player", shape="bare_table")
    if is_scrobble_header(table_of(text).header):
        return ScrobbleForm(source="lastfm", name="CSV", shape="table")
    return ScrobbleForm(source="lastfm", name="CSV without header", shape="bare_table")


def _json_shape(text: str) -> Shape:
    if text.startswith("["):
        return "array"
    try:
        json.loads(text.splitlines()[0], strict=False)
    except (ValueError, RecursionError):
        return "unstructured"
    return "newline_delimited"
