"""Files that only their owner can read, but for those a person asks for in a place of their own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

PRIVATE = 0o077
_asked_for: list[int] = []


def keep_private() -> None:
    """Let every file this process makes be 0600 and every folder 0700."""
    before = os.umask(PRIVATE)
    if not _asked_for:
        _asked_for.append(before)


@contextmanager
def rights_as_usual() -> Iterator[None]:
    """Write with the rights that the person's shell asks for: a picture or table they want to hand on."""
    before = os.umask(_asked_for[0] if _asked_for else PRIVATE)
    try:
        yield
    finally:
        os.umask(before)
