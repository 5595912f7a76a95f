"""What stays of a path that names somebody who was forgotten: enough not to take the file in again."""

from __future__ import annotations

import hashlib

# The same in SQL.
DIGEST_SQL = "'forgotten:' || sha256({0})"


def digest_of(path: str) -> str:
    """Return what stands for such a path."""
    return f"forgotten:{hashlib.sha256(path.encode('utf-8', 'surrogateescape')).hexdigest()}"
