"""Rows whose names, ids and flags are odd; most are plays all the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.ingest import builders as b
from tests.ingest.grid.cases import (
    NO_END,
    NO_RECORD,
    NOT_COMPLETE,
    Case,
    bad_rows,
    kept,
    replaced,
)
from tests.ingest.grid.letters import ALBUM, ARTIST, TITLE


@bad_rows
def unknown_keys() -> Iterator[Case]:
    names = [
        "",
        " ",
        "a",
        "id",
        "TS2",
        "ms_Played",
        "ts\u0000",
        "💿",
        "a.b",
        "$",
        "*",
        "__proto__",
        "constructor",
    ]
    names += ["play_id", "listener_id", "source", "run_id", "reason", "select", "x" * 500, "new_in_2027"]
    for turn, value in enumerate(("text", {"deep": [1, {"deeper": None}]})):
        for number, name in enumerate(names):
            yield kept(100 * turn + number, {"track_name": f"Song {100 * turn + number}"}, **{name: value})


@bad_rows
def missing_keys() -> Iterator[Case]:
    keys = [key for key in b.play() if key not in ("ts", "platform")]
    for number, key in enumerate(keys):
        record = b.play(500 + number)
        del record[key]
        yield Case(json.dumps(record))
    for number in range(len(keys)):
        record = b.play(600 + number)
        for name in keys[: number + 1]:
            del record[name]
        yield Case(json.dumps(record))
    for number in range(6):
        yield Case(json.dumps({"platform": "x", TITLE: f"Song {number}"}), NO_END)


@bad_rows
def duplicate_keys() -> Iterator[Case]:
    """The first value counts, whichever reader had to take the file."""
    keys = [key for key in b.play() if key not in ("ts", "platform", TITLE)]
    for turn, again in enumerate(("null", "[]", "7")):
        for number, key in enumerate(keys):
            place = 100 * turn + number
            record = json.dumps(b.play(place))
            twice = f'{record[:-1]}, "{key}": {again}, "{TITLE}": "Another"}}'
            yield Case(twice, None, {"track_name": f"Song {place}", "track_id": f"{place:022d}"})


@bad_rows
def elements_that_are_no_record() -> Iterator[Case]:
    values: list[Any] = [
        0,
        1,
        -1,
        1.5,
        1e100,
        10**30,
        True,
        False,
        "",
        "text",
        '{"ts": 1}',
        [],
        [1],
        [[]],
        [None],
    ]
    values += ["\u0000", "x" * 1000, [{"ts": "2023-01-01T00:00:00Z"}], "[", "]", "{", "}", ",", '"', "\\"]
    for value in values * 2:
        yield Case(json.dumps(value), NO_RECORD)
    for _ in range(4):
        yield Case("null", NOT_COMPLETE)


@bad_rows
def flags_of_a_wrong_type() -> Iterator[Case]:
    for turn, key in enumerate(("shuffle", "skipped", "incognito_mode")):
        column = {"incognito_mode": "is_private_session"}.get(key, key)
        values: list[tuple[str, bool | None]] = [
            ("null", None),
            ('""', None),
            ('"maybe"', None),
            ("[]", None),
            ("{}", None),
            ("2.5", None),
        ]
        values += [("[true]", None), ('"wahr"', None), ("true", True), ("false", False), ('"true"', True)]
        values += [('"False"', False), ("1", True), ("0", False), ('"yes"', True), ('"no"', False)]
        for number, (raw, value) in enumerate(values):
            yield Case(replaced(100 * turn + number, key, raw), None, {column: value})


@bad_rows
def ids_that_are_none() -> Iterator[Case]:
    whole = [f"spotify:track:{number:022d}" for number in range(3)]
    odd = [
        "spotify:track:",
        "spotify:track",
        "spotify",
        ":",
        "::",
        "spotify::",
        "track",
        "0",
        "null",
        "spotify:track:ä",
    ]
    odd += [
        "spotify:track:a b",
        "spotify:track:a:b",
        "SPOTIFY:TRACK:x",
        "spotify:artist:0123",
        "spotify:album:0123",
    ]
    odd += [
        "https://open.spotify.com/track/0123",
        "spotify:track:../../x",
        "spotify:track:%00",
        "spotify:user:me",
    ]
    odd += [
        "spotify:track:a\n",
        "\nspotify:track:a",
        " spotify:track:a",
        "spotify:track:a ",
        "spotify:track:'; --",
    ]
    for number, uri in enumerate(odd):
        stored = {"track_id": None, "content_uri": uri, "content_type": "track"}
        yield kept(number, stored, spotify_track_uri=uri)
        nameless = dict.fromkeys((TITLE, ARTIST, ALBUM))
        yield kept(100 + number, stored | {"track_name": None}, spotify_track_uri=uri, **nameless)
    for number, uri in enumerate(whole):
        yield kept(200 + number, {"track_id": uri[14:]}, spotify_track_uri=uri)


@bad_rows
def local_files() -> Iterator[Case]:
    odd = [
        "",
        ":",
        "::",
        ":::",
        "a",
        "a:b",
        "a:b:c",
        "a:b:c:d",
        "a:b:c:-1",
        "a:b:c:1e3",
        "a:b:c:99999999999999999999",
    ]
    odd += [
        "%",
        "%zz:%ff:%00",
        "%ff%fe",
        "+:+:+:+",
        "%2B:%3A:%25:7",
        "ä:ö:ü:7",
        "💿:💿:💿:7",
        "a" * 3000,
        "%" * 3000,
    ]
    for turn, names in enumerate(({}, {TITLE: "Named", ARTIST: "Named too"})):
        for number, rest in enumerate(odd):
            record = b.local_file(100 * turn + number, spotify_track_uri=f"spotify:local:{rest}", **names)
            stored = {"content_type": "local", "track_id": None}
            yield Case(json.dumps(record), None, stored | ({"track_name": "Named"} if names else {}))
    yield Case(json.dumps(b.local_file(300)), None, {"track_name": "Café 300", "duration_ms": 215_000})


@bad_rows
def several_kinds_at_once() -> Iterator[Case]:
    """Music goes before audiobooks, those before podcasts; what has no name at all is kept as unknown."""
    for number in range(16):
        has_track, has_book, has_episode, has_names = (bool(number & bit) for bit in (1, 2, 4, 8))
        for turn in range(3):
            record = b.play_2025(100 * turn + number) | b.NO_TRACK
            record |= {"spotify_track_uri": b.track_uri(number)} if has_track else {}
            record |= {"audiobook_uri": f"spotify:show:{number}"} if has_book else {}
            record |= {"spotify_episode_uri": f"spotify:episode:{number}"} if has_episode else {}
            record |= {TITLE: f"Song {number}"} if has_names else {}
            kinds = [
                ("track", has_track),
                ("audiobook", has_book),
                ("episode", has_episode),
                ("track", has_names),
            ]
            kind = next((kind for kind, is_there in kinds if is_there), "unknown")
            yield Case(json.dumps(record), None, {"content_type": kind})


@bad_rows
def private_fields_of_any_kind() -> Iterator[Case]:
    keys = [
        "ip_addr",
        "ip_addr_decrypted",
        "username",
        "user_agent_decrypted",
        "city",
        "latitude",
        "longitude",
    ]
    values = [b.PRIVATE_VALUES[0], [b.PRIVATE_VALUES[0]], {"a": b.PRIVATE_VALUES[0]}, None, 7, "x" * 100]
    for turn, value in enumerate(values):
        for number, key in enumerate(keys):
            yield kept(100 * turn + number, {"track_name": f"Song {100 * turn + number}"}, **{key: value})


@bad_rows
def empty_text_everywhere() -> Iterator[Case]:
    """An empty text says as little as null does."""
    keys = [key for key, value in b.play().items() if key not in ("ts", "platform", "ip_addr", "ms_played")]
    columns = {TITLE: "track_name", ARTIST: "artist_name", ALBUM: "album_name", "conn_country": "country"}
    for turn in range(3):
        for number, key in enumerate(keys):
            place = 100 * turn + number
            stored: dict[str, Any] = {columns[key]: None} if key in columns else {"content_type": "track"}
            yield kept(place, stored, **{key: ""})
