"""A stamp that tells whoever keeps a copy of the warehouse in memory to drop it: somebody was forgotten."""

from __future__ import annotations

from spotiflow.core.files import write_private
from spotiflow.core.settings import Settings
from spotiflow.warehouse.run_log import utc_now

STAMP = "memory-copies"


def drop_copies(settings: Settings) -> None:
    """Have every copy in memory dropped that was made before now. Raises OSError."""
    write_private(settings.home / STAMP, f"dropped at {utc_now().isoformat()}\n")


def dropped_at(settings: Settings) -> int:
    """Return when that was asked for last, 0 for never; only to be compared."""
    try:
        return (settings.home / STAMP).stat().st_mtime_ns
    except OSError:
        return 0
