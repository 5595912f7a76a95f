"""What a player submits, in the words of the ListenBrainz API: checked as a whole, and only what is read kept.

One bad listen makes the whole request bad, as it does at ListenBrainz: a client sends the rest again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spotiflow.core.errors import InputError
from spotiflow.ingest.files.characters import ODD_CHARACTERS
from spotiflow.ingest.scrobbles.times import DAYS_AHEAD, FIRST_SECOND

SINGLE, IMPORT, PLAYING_NOW = "single", "import", "playing_now"
KINDS = (SINGLE, IMPORT, PLAYING_NOW)
MOST_LISTENS = 1000
# As ListenBrainz has them, so that no client meets a limit here that it does not know from there.
MOST_LISTEN_CHARACTERS = 10_240
MOST_BODY_BYTES = 10_240_000
MOST_NAME_CHARACTERS = 2_000
# Of what else players tell, this is read; the rest (paths, tags, ids of other services) is not kept.
_TEXTS = ("submission_client", "media_player", "music_service", "listening_from", "isrc", "spotify_id")
_NUMBERS = ("duration_ms", "duration", "ms_played")
_LONGEST_SECONDS = 86_400


@dataclass(frozen=True)
class Submission:
    """A request that is in order: its kind, and its listens as they are kept."""

    kind: str
    listens: tuple[dict[str, Any], ...]


def read_submission(body: bytes) -> Submission:
    """Return what a body submits. Raises InputError, in the words of a sentence, for what is not in order."""
    document = _parsed(body)
    kind, payload = document.get("listen_type"), document.get("payload")
    if kind not in KINDS:
        raise _wrong("JSON document requires a valid listen_type key: single, import or playing_now.")
    if not isinstance(payload, list) or not payload:
        raise _wrong("JSON document requires a list of one or more listens under the key payload.")
    if kind != IMPORT and len(payload) > 1:
        raise _wrong(f"A request of the type {kind} holds one listen, not {len(payload):,}.")
    if len(payload) > MOST_LISTENS:
        raise _wrong(f"Too many listens: {len(payload):,}, and at most {MOST_LISTENS:,} come in one request.")
    latest = time.time() + DAYS_AHEAD * 86_400
    is_now = kind == PLAYING_NOW
    return Submission(
        kind, tuple(_listen(item, number, latest, is_now) for number, item in enumerate(payload, 1))
    )


def name_of_client(listen: Mapping[str, Any]) -> str:
    """Return the program that submitted a listen, nothing where it does not say."""
    info = listen["track_metadata"].get("additional_info", {})
    told = (info.get(key) for key in ("submission_client", "media_player", "listening_from"))
    return next((str(name) for name in told if name), "")


def seconds_of(listen: Mapping[str, Any]) -> float | None:
    """Return how long the track of a listen is, where that is told."""
    info = listen["track_metadata"].get("additional_info", {})
    found = info["duration_ms"] / 1000 if "duration_ms" in info else info.get("duration")
    return found if found and 0 < found <= _LONGEST_SECONDS else None


def _wrong(message: str) -> InputError:
    return InputError(message, hint="The ListenBrainz API describes what a request looks like.")


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise _wrong("Cannot parse JSON document: it is not complete, or no JSON in UTF-8.") from error
    if not isinstance(document, dict):
        raise _wrong("JSON document is no object with the keys listen_type and payload.")
    return document


def _listen(item: Any, number: int, latest: float, is_now: bool) -> dict[str, Any]:
    if not isinstance(item, dict) or not isinstance(item.get("track_metadata"), dict):
        raise _wrong(f"Listen {number} has no track_metadata.")
    try:
        size = len(json.dumps(item, ensure_ascii=False))
    except RecursionError:
        size = MOST_LISTEN_CHARACTERS + 1
    if size > MOST_LISTEN_CHARACTERS:
        raise _wrong(f"Listen {number} is too large: at most {MOST_LISTEN_CHARACTERS:,} characters.")
    track = item["track_metadata"]
    kept: dict[str, Any] = {} if is_now else {"listened_at": _time(item.get("listened_at"), number, latest)}
    if is_now and item.get("listened_at") is not None:
        raise _wrong("What plays now has no listened_at.")
    kept["track_metadata"] = {
        "artist_name": _name(track, "artist_name", number),
        "track_name": _name(track, "track_name", number),
    }
    if track.get("release_name"):
        kept["track_metadata"]["release_name"] = _name(track, "release_name", number)
    if info := _info(track.get("additional_info"), number):
        kept["track_metadata"]["additional_info"] = info
    return kept


def _time(value: Any, number: int, latest: float) -> int:
    try:
        if isinstance(value, bool | None):
            raise TypeError
        seconds = int(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise _wrong(f"Listen {number} has no listened_at that is a whole number of seconds.") from error
    if not FIRST_SECOND <= seconds <= latest:
        raise _wrong(f"Listen {number} has a listened_at before 2002 or in the future.")
    return seconds


def _name(track: Mapping[str, Any], key: str, number: int) -> str:
    value = track.get(key)
    if not isinstance(value, str) or not value.strip():
        raise _wrong(f"Listen {number} has no {key}.")
    if len(value) > MOST_NAME_CHARACTERS:
        raise _wrong(f"Listen {number} has a {key} of more than {MOST_NAME_CHARACTERS:,} characters.")
    if not _is_text(value):
        raise _wrong(f"Listen {number} has characters in its {key} that no text has.")
    return value


def _is_text(value: str) -> bool:
    """Whether a text can be stored: no NUL or other control, and nothing that UTF-8 cannot write."""
    plain = value.replace("\t", "").replace("\r", "").replace("\n", "")
    return not ODD_CHARACTERS.search(plain) and _is_utf8(value)


def _is_utf8(value: str) -> bool:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _info(info: Any, number: int) -> dict[str, Any]:
    """Return what is read of the rest; what is not of its kind there is left out, as nothing hangs on it."""
    if info is None:
        return {}
    if not isinstance(info, dict):
        raise _wrong(f"Listen {number} has an additional_info that is no object.")
    kept: dict[str, Any] = {
        key: info[key] for key in _TEXTS if isinstance(info.get(key), str) and _is_text(info[key])
    }
    kept |= {key: found for key in _NUMBERS if (found := _number(info.get(key))) is not None}
    address = info.get("origin_url")
    # Where it was played may be private; only an address of Spotify's tells which track it is.
    if isinstance(address, str) and "open.spotify.com" in address[:40] and _is_text(address):
        kept["origin_url"] = address
    names = info.get("artist_names")
    if isinstance(names, list) and names and all(isinstance(name, str) and _is_text(name) for name in names):
        kept["artist_names"] = names
    return kept


def _number(value: Any) -> float | None:
    try:
        found = float(value) if not isinstance(value, bool | None) else None
    except (TypeError, ValueError, OverflowError):
        return None
    if found is None or not 0 <= found <= 1e12:
        return None
    return int(found) if found == int(found) else found
