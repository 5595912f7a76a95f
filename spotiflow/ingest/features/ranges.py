"""The values an audio feature can have, by Spotify's definition of it."""

from __future__ import annotations

import math
from typing import Any

from spotiflow.core.audio import UNIT_FEATURES

# Loudness of a few masters lies above 0 dB; a tempo of 0 means that no beat was found, a key of -1 no key.
RANGES: dict[str, tuple[float, float]] = {
    **dict.fromkeys(UNIT_FEATURES, (0.0, 1.0)),
    "loudness": (-70.0, 10.0),
    "tempo": (0.0, 300.0),
    "time_signature": (0, 7),
    "key": (-1, 11),
    "mode": (0, 1),
}
WHOLE = frozenset({"time_signature", "key", "mode"})
# What writers of tables put where they have no value.
EMPTY_WORDS = ("", "nan", "null", "none", "na", "n/a")
# C is 0 and B is 11, as Spotify counts; the same tones under their other names, and the wheel of Camelot, where
# A is minor and B is major.
_TONES = {
    **{name: n for n, name in enumerate(("c", "c#", "d", "d#", "e", "f", "f#", "g", "g#", "a", "a#", "b"))},
    "db": 1,
    "eb": 3,
    "gb": 6,
    "ab": 8,
    "bb": 10,
}
MODE_WORDS = {
    **dict.fromkeys(("major", "maj", "dur", "majeur", "mayor"), 1),
    **dict.fromkeys(("minor", "min", "moll", "mineur", "menor", "m"), 0),
}
# What is written where a number belongs: `f#`, `f# minor`, `8a`; to key and, where it tells it, mode.
KEY_WORDS: dict[str, tuple[int, int | None]] = {
    **{name: (key, None) for name, key in _TONES.items()},
    **{
        f"{name}{gap}{word}": (key, mode)
        for name, key in _TONES.items()
        for word, mode in MODE_WORDS.items()
        for gap in ("", " ")
    },
    **{f"{n}a": ((8 + 7 * (n - 1)) % 12, 0) for n in range(1, 13)},
    **{f"{n}b": ((11 + 7 * (n - 1)) % 12, 1) for n in range(1, 13)},
}


def wrong_value(features: dict[str, Any]) -> str | None:
    """Return why a set of features cannot be used, None where it can; a missing value is no fault."""
    for name, (low, high) in RANGES.items():
        value = features.get(name)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return f"{name} is no number"
        if not low <= value <= high or (name in WHOLE and value != int(value)):
            return f"{name} not between {low:g} and {high:g}"
    return None


def wrong_value_sql(name: str) -> str:
    """SQL of the same rule: `<name>_text` holds what was read, `<name>_number` the number in it."""
    low, high = RANGES[name]
    number = f"{name}_number"
    whole = f" or {number} <> round({number})" if name in WHOLE else ""
    return f"""
        case
            when {name}_text is not null and {number} is null then '{name} is no number'
            when {number} not between {low} and {high}{whole} then '{name} not between {low:g} and {high:g}'
        end"""
