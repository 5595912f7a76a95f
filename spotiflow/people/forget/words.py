"""How somebody may stand in words and bytes: their names, and texts that only their rows have."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cache, cached_property

# Shorter names stand in any picture or model by chance, so there only words around them tell.
LEAST_IN_BYTES = 4
_WIDE = ("utf-16-be", "utf-16-le", "utf-32-le")


@dataclass(frozen=True)
class Words:
    """Names, found wherever no letter or digit goes on, in any case; texts, found as they are."""

    names: tuple[str, ...]
    texts: tuple[str, ...] = field(default=())

    @cached_property
    def needles(self) -> tuple[bytes, ...]:
        """The texts as bytes: as they are, and as JSON or numpy write them."""
        found = [form for text in self.texts for form in (text.encode(), _as_json(text), *_wide(text))]
        return tuple(dict.fromkeys(found))

    @cached_property
    def longest(self) -> int:
        """Bytes of the longest of them, with what is looked at around a name."""
        return max(map(len, [*self.needles, *(name.encode(_WIDE[-1]) for name in self.names)]), default=0) + 8

    def stand_in(self, content: bytes | memoryview) -> bool:
        """Whether any of them stands in these bytes."""
        block = bytes(content)
        if any(needle in block for needle in self.needles):
            return True
        names = [name for name in self.names if len(name) >= LEAST_IN_BYTES or b"\0" not in block]
        return bool(names) and _pattern(tuple(names)).search(block) is not None

    def equal(self, value: str) -> bool:
        """Whether a value is one of them."""
        return value in self.names or value in self.texts

    def sql(self, words: str) -> str:
        """Return the SQL condition that `words` hold one of the names."""
        names = "|".join(re.escape(name) for name in self.names).replace("'", "''")
        return f"coalesce(regexp_matches({words}, '(^|[^\\pL\\pN])({names})($|[^\\pL\\pN])', 'i'), false)"


@cache
def _pattern(names: tuple[str, ...]) -> re.Pattern[bytes]:
    """Return what finds one of the names, in any case.

    In the wide characters of numpy the next text follows at once, so there the end of a name cannot be told.
    """
    forms = [rb"(?<![A-Za-z0-9])(?:" + _either(names, "utf-8") + rb")(?![A-Za-z0-9])"]
    forms += [_either(names, form) for form in _WIDE]
    return re.compile(b"|".join(forms), re.IGNORECASE)


def _either(names: tuple[str, ...], form: str) -> bytes:
    return b"|".join(re.escape(name.encode(form)) for name in names)


def _as_json(text: str) -> bytes:
    return json.dumps(text)[1:-1].encode()


def _wide(text: str) -> tuple[bytes, ...]:
    return tuple(text.encode(form) for form in _WIDE)
