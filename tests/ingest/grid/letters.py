"""Rows whose names are odd: letters of every plane, halves of letters, control characters, no text at all."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator

from tests.ingest import builders as b
from tests.ingest.grid.cases import (
    NOT_TEXT,
    Case,
    bad_rows,
    kept,
    replaced,
)

TITLE = "master_metadata_track_name"
ARTIST = "master_metadata_album_artist_name"
ALBUM = "master_metadata_album_album_name"


@bad_rows
def letters_of_every_plane() -> Iterator[Case]:
    for plane in range(17):
        for number, offset in enumerate((0x21, 0x0100, 0x1F3B, 0xFFFB)):
            letter = chr(plane * 0x10000 + offset)
            name = f"a{letter}b" + unicodedata.normalize("NFD", "é")
            place = plane * 10 + number
            if number % 2:
                yield kept(place, {"track_name": name}, **{TITLE: name})
            else:
                record = b.play(place, **{TITLE: name})
                yield Case(json.dumps(record, ensure_ascii=False), None, {"track_name": name})


@bad_rows
def lone_surrogates() -> Iterator[Case]:
    for number, half in enumerate([*range(0xD800, 0xDC00, 48), *range(0xDC00, 0xE000, 48)]):
        text = f'"a\\u{half:04x}b"'
        yield Case(replaced(number, TITLE, text), None, {"track_name": "a?b"})


@bad_rows
def control_characters() -> Iterator[Case]:
    for code in [*range(1, 0x20), 0x7F, 0x80, 0x85, 0x9F, 0x200B, 0x200E, 0x202E, 0x2028, 0x2029, 0xFEFF]:
        name = f"a{chr(code)}b"
        yield kept(code, {"track_name": name}, **{TITLE: name})


@bad_rows
def raw_control_characters() -> Iterator[Case]:
    """Written as they are, which JSON forbids: the second reader takes them."""
    for turn, pattern in enumerate(("a{}b", "{}ab")):
        for code in range(1, 0x20):
            name = pattern.format(chr(code))
            yield Case(replaced(100 * turn + code, TITLE, f'"{name}"'), None, {"track_name": name})


@bad_rows
def names_of_a_wrong_type() -> Iterator[Case]:
    """What is no text is kept as the text it was written as, so that nothing is lost."""
    for turn, (key, column) in enumerate(
        ((TITLE, "track_name"), (ARTIST, "artist_name"), (ALBUM, "album_name"))
    ):
        for number, raw in enumerate([*NOT_TEXT, "1", "-7", "1.5", "12345678901234567890"]):
            yield Case(
                replaced(100 * turn + number, key, raw), None, {"track_id": f"{100 * turn + number:022d}"}
            )
        yield Case(replaced(100 * turn + 99, key, "null"), None, {column: None})


@bad_rows
def very_long_names() -> Iterator[Case]:
    for number in range(44):
        name = "x" * (1 + number * 1500)
        yield kept(number, {"track_name": name}, **{TITLE: name})
