"""The values an audio feature can have, by Spotify's definition of it."""

from __future__ import annotations

import math
from typing import Any

_UNIT = ("danceability", "energy", "valence", "acousticness", "instrumentalness", "speechiness", "liveness")
# Loudness of a few masters lies above 0 dB; a tempo of 0 means that no beat was found, a key of -1 no key.
RANGES: dict[str, tuple[float, float]] = {
    **dict.fromkeys(_UNIT, (0.0, 1.0)),
    "loudness": (-70.0, 10.0),
    "tempo": (0.0, 300.0),
    "time_signature": (0, 7),
    "key": (-1, 11),
    "mode": (0, 1),
}
WHOLE = frozenset({"time_signature", "key", "mode"})
# What writers of tables put where they have no value.
EMPTY_WORDS = ("", "nan", "null", "none", "na", "n/a")


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


def wrong_value_sql() -> str:
    """SQL of the same rule: `<name>_text` holds what was read, `<name>` the number in it."""
    whens = []
    for name, (low, high) in RANGES.items():
        whole = f" or {name} <> round({name})" if name in WHOLE else ""
        whens.append(f"when {name}_text is not null and {name} is null then '{name} is no number'")
        whens.append(
            f"when {name} not between {low} and {high}{whole} then '{name} not between {low:g} and {high:g}'"
        )
    return "\n".join(whens)
