"""How one setting is read; each reader raises ValueError or TypeError that says what it expects."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off"})
REDIRECT = re.compile(r"http://127\.0\.0\.1(?::(\d{1,5}))?/[\w./~-]*")
# What a listener can be called; it is part of names of files.
LISTENER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
# Words that mean something else in tables and commands; a listener of that name would be mixed up with
# it: 'all' are everybody's rows in the rankings.
NOT_LISTENERS = frozenset({"all", "simulated", "catalogue", "none", "null"})
MEMORY = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]i?B)", re.IGNORECASE)
_UNITS = {
    f"{letter}{kind}": base**n
    for n, letter in enumerate("KMGT", 1)
    for kind, base in (("B", 1000), ("IB", 1024))
}
LEAST_MEMORY, MOST_MEMORY = 100 * 1000**2, 64 * 1000**4
ON_THIS_MACHINE = re.compile(r"http://127\.0\.0\.1:\d{1,5}")


@dataclass(frozen=True)
class Source:
    """A file or folder that every run looks at, and whose history it is; None means the default."""

    path: Path
    listener: str | None = None
    time_zone: str | None = None


def read_text(value: Any) -> str:
    """Read a text without blanks around it."""
    if not isinstance(value, str | Path) or "\0" in str(value):
        raise TypeError("expected a text")
    return str(value).strip()


def read_bool(value: Any) -> bool:
    """Read yes or no in any of the usual words."""
    word = str(value).strip().lower()
    if word in TRUE_WORDS | FALSE_WORDS:
        return word in TRUE_WORDS
    raise ValueError("expected true or false")


def count(least: int, most: int) -> Callable[[Any], int]:
    """Return a reader of whole numbers in a range."""

    def read(value: Any) -> int:
        try:
            number = int(str(value).strip())
        except ValueError:
            number = least - 1
        if not least <= number <= most:
            raise ValueError(f"expected a whole number, {least:,} to {most:,}")
        return number

    return read


def number(least: float, most: float, *, or_none_under: float = 0.0) -> Callable[[Any], float]:
    """Return a reader of numbers in a range; with `or_none_under` 0 is one too, and nothing else below it."""

    def read(value: Any) -> float:
        try:
            found = float(value)
        except ValueError:
            found = math.nan
        # What is no number is in no range.
        is_off = found == 0 and or_none_under > 0
        if not (is_off or max(least, or_none_under) <= found <= most):
            off = "0 to leave it out, or " if or_none_under else ""
            raise ValueError(f"expected {off}a number, {max(least, or_none_under):g} to {most:g}")
        return found

    return read


def read_memory(value: Any) -> str:
    """Read how much memory DuckDB may take, as DuckDB reads it."""
    found = MEMORY.fullmatch(str(value).strip())
    if found is None or not LEAST_MEMORY <= float(found[1]) * _UNITS[found[2].upper()] <= MOST_MEMORY:
        raise ValueError('expected an amount such as "2GB", 100MB to 64TB')
    return f"{found[1]}{found[2]}"


def read_place(value: Any, known: Collection[str]) -> str:
    """Read the address of a service: a known one, or a stand-in on this machine."""
    # A token goes wherever this points.
    if value in known or ON_THIS_MACHINE.fullmatch(str(value)):
        return str(value)
    raise ValueError("expected http://127.0.0.1:PORT")


def read_listener(value: Any) -> str:
    """Read the name of a listener."""
    if not LISTENER_NAME.fullmatch(str(value)):
        raise ValueError("expected up to 40 letters, digits, dots, dashes and underscores")
    if str(value).lower() in NOT_LISTENERS:
        raise ValueError("expected a name, found a word that means something else here")
    return str(value)


def read_redirect(value: Any) -> str:
    """Read the address on this machine to which Spotify sends the browser back after a login."""
    address = str(value).strip()
    if re.match(r"(?i)https?://localhost\b", address):
        raise ValueError(
            "Spotify refuses localhost since 27 November 2025; expected http://127.0.0.1:8888/callback, "
            "here and in the settings of your app"
        )
    found = REDIRECT.fullmatch(address)
    if found is None or not 0 < int(found[1] or 8888) < 65_536:
        raise ValueError("expected an address on this machine such as http://127.0.0.1:8888/callback")
    return address


def read_sources(value: Any) -> tuple[Source, ...]:
    """Read paths: a list, or in the environment a text with the separator of PATH."""
    given = value.split(os.pathsep) if isinstance(value, str) else value
    if not isinstance(given, list):
        raise TypeError("expected a list of paths")
    return tuple(_read_source(one) for one in given if one != "")


def _read_source(given: Any) -> Source:
    table = {"path": given} if isinstance(given, str) else given
    known = {field.name for field in fields(Source)}
    if not isinstance(table, dict) or "path" not in table or not set(table) <= known:
        raise TypeError('expected paths, or tables like {path = "...", listener = "anna"}')
    given_texts = [word for word in table.values() if word is not None]
    if not all(isinstance(word, str) and word and "\0" not in word for word in given_texts):
        raise TypeError("expected texts for the path, listener and time_zone of each")
    path = Path(table["path"]).expanduser().absolute()
    return Source(path, table.get("listener"), table.get("time_zone"))


def read_time(value: Any) -> str:
    """Read a time of day as HH:MM, or nothing."""
    if value and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", str(value)):
        raise ValueError("expected a time of day such as 00:30, or nothing")
    return str(value)
