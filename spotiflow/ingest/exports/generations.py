"""The generations of Spotify's exports: which keys their records have, and what to call them.

Only the keys named here are ever read from a record. IP addresses, user agents, user names and coordinates
are not among them, so they cannot reach a table.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from spotiflow.ingest.files.file_kinds import (
    Content,
    content_of,
    decoded,
    is_history_name,
    is_wrapped,
    keys_of,
)
from spotiflow.ingest.history.reader import Form

EXTENDED_KEYS = (
    "ts",
    "platform",
    "ms_played",
    "conn_country",
    "master_metadata_track_name",
    "master_metadata_album_artist_name",
    "master_metadata_album_album_name",
    "spotify_track_uri",
    "episode_name",
    "episode_show_name",
    "spotify_episode_uri",
    "audiobook_title",
    "audiobook_uri",
    "audiobook_chapter_uri",
    "audiobook_chapter_title",
    "reason_start",
    "reason_end",
    "shuffle",
    "skipped",
    "offline",
    "offline_timestamp",
    "incognito_mode",
)
ACCOUNT_KEYS = (
    "endTime",
    "msPlayed",
    "artistName",
    "trackName",
    "podcastName",
    "episodeName",
    "audiobookName",
    "chapterName",
    "authorName",
)
RECORD_KEYS = EXTENDED_KEYS + ACCOUNT_KEYS
PRIVATE_KEYS = (
    "username",
    "ip_addr",
    "ip_addr_decrypted",
    "user_agent_decrypted",
    "city",
    "region",
    "metro_code",
    "longitude",
    "latitude",
)


@dataclass(frozen=True, kw_only=True)
class Generation(Form):
    """What the records of one file are: source `extended` or `account`, and only by its name audio or video.

    shape: how DuckDB is to read the file; `wrapped` is a list inside an object or a list.
    """

    shape: Literal["array", "newline_delimited", "wrapped"]


def generation_of(name: str, head: bytes) -> Generation | None:
    """Tell the generation of a file from its first bytes, of an empty list by its name; None: no history."""
    content = content_of(head)
    stem = PurePosixPath(name).name.lower()
    is_empty = content is Content.EMPTY_LIST and is_history_name(name)
    if content not in (Content.EXTENDED, Content.ACCOUNT) and not is_empty:
        return None
    text = decoded(head).lstrip("\ufeff \t\r\n")
    keys = frozenset[str]() if is_empty else keys_of(text)
    is_account = content is Content.ACCOUNT or (is_empty and stem.startswith("streaminghistory"))
    return Generation(
        source="account" if is_account else "extended",
        name=_account_form(keys) if is_account else _extended_form(keys),
        medium="video" if "video" in stem else "audio",
        shape="wrapped" if is_wrapped(text) else "array" if text.startswith("[") else "newline_delimited",
    )


def _account_form(keys: frozenset[str]) -> str:
    for key, form in (("podcastName", "podcasts"), ("audiobookName", "audiobooks"), ("trackName", "music")):
        if key in keys:
            return form
    return "empty"


def _extended_form(keys: frozenset[str]) -> str:
    if {"city", "latitude", "metro_code"} & keys:
        return "2021 form"
    if {"username", "ip_addr_decrypted", "user_agent_decrypted"} & keys:
        return "2022 form"
    if {"audiobook_title", "audiobook_chapter_uri"} & keys:
        return "2025 form"
    return "2024-11 form" if keys else "empty"
