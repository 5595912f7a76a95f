"""The forms in which scrobbles come, told apart by the first bytes of a file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal

from spotiflow.ingest.files.file_kinds import Content, content_of, decoded
from spotiflow.ingest.files.table_headers import is_scrobble_header

Source = Literal["lastfm", "listenbrainz"]
Shape = Literal["array", "newline_delimited", "unstructured", "table", "bare_table"]


@dataclass(frozen=True)
class Form:
    """What the records of one file are: their source, how to call the form, and how it is to be read.

    A `table` is a CSV with a header, a `bare_table` one without.
    """

    source: Source
    name: str
    shape: Shape

    @property
    def is_table(self) -> bool:
        """Whether the file is a CSV."""
        return self.shape in ("table", "bare_table")


def form_of(head: bytes) -> Form | None:
    """Tell the form of a file from its first bytes; None where it holds no scrobbles."""
    content = content_of(head)
    text = decoded(head).lstrip("\ufeff \t\r\n")
    if content is Content.LISTENBRAINZ:
        return Form("listenbrainz", "JSON", _json_shape(text))
    if content is not Content.LASTFM:
        return None
    if text.startswith(("[", "{")):
        return Form("lastfm", "JSON", _json_shape(text))
    if is_scrobble_header(text.splitlines()[0]):
        return Form("lastfm", "CSV", "table")
    return Form("lastfm", "CSV without header", "bare_table")


def _json_shape(text: str) -> Shape:
    if text.startswith("["):
        return "array"
    try:
        json.loads(text.splitlines()[0], strict=False)
    except (ValueError, RecursionError):
        return "unstructured"
    return "newline_delimited"
