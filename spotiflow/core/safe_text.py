"""Text that no terminal, log or picture takes for a command: the one place that says what may not pass.

Those are controls (but for line breaks and tabs), marks that turn the direction of what follows, and what is
no character at all: lone surrogates, U+FFFF and its kin, invisible tags.
"""

from __future__ import annotations

import re

REPLACEMENT = "\ufffd"
# The last two of each plane of Unicode.
NO_CHARACTERS = "".join(
    f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
)
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff"
    f"\ufdd0-\ufdef\ufff9-\ufffb\U000e0000-\U000e007f{NO_CHARACTERS}]"
)


def safe(text: str, instead: str = REPLACEMENT) -> str:
    """Return the text with something else for every character that must not be shown."""
    return _UNSAFE.sub(instead, text)


def safe_json(text: str) -> str:
    """Return JSON in which such characters are escaped, so that it says the same as before."""
    return _UNSAFE.sub(lambda found: _escaped(found[0]), text)


def _escaped(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[n]:02x}{units[n + 1]:02x}" for n in range(0, len(units), 2))
