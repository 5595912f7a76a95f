"""What a generated case is: a record as it stands in a file, and what has to become of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.ingest import builders as b

NO_END = "no end time"
NO_DATE = "end time is no date"
OUT_OF_TIME = "end time before 2006 or in the future"
NO_NUMBER = "ms_played is no number"
NEGATIVE = "negative ms_played"
TOO_LONG = "ms_played longer than a week"
NO_RECORD = "no record of a stream"
NOT_COMPLETE = "no complete JSON record"


@dataclass(frozen=True)
class Case:
    """One record of a file. reason: why it is rejected, None where it is kept with the `stored` columns."""

    text: str
    reason: str | None = None
    stored: dict[str, Any] = field(default_factory=dict)


Class = Callable[[], Iterable[Case]]
CLASSES: dict[str, Class] = {}


def bad_rows(make: Class) -> Class:
    """Register a class of cases under the name of its function."""
    CLASSES[make.__name__] = make
    return make


def kept(number: int, stored: dict[str, Any] | None = None, **changes: Any) -> Case:
    """A play with some values exchanged that is to be kept."""
    return Case(json.dumps(b.play(number, **changes)), None, stored or {})


def rejected(number: int, reason: str, **changes: Any) -> Case:
    """A play with some values exchanged that is to be rejected."""
    return Case(json.dumps(b.play(number, **changes)), reason)


def replaced(number: int, key: str, raw: str) -> str:
    """A play in which the value of one key is this JSON text, whatever it is."""
    record = json.dumps(b.play(number, **{key: "PLACEHOLDER"}))
    return record.replace('"PLACEHOLDER"', raw)


# Values no play has, as JSON text.
NOT_TEXT = [
    "true", "false", "[]", "{}", "[1]", '["2023-01-01T00:00:00Z"]', '{"a": 1}', '{"$date": "2023-01-01"}',
    "[[]]", "[null]", '{"": ""}', "[true, false]",
]  # fmt: skip
