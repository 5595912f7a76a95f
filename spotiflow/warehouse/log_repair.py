"""A damaged write-ahead log beside a good warehouse: everything before the damaged place can be kept.

DuckDB writes a commit to the log first and into the file later. It replays the log when it opens the file,
and opens nothing where an entry of it is damaged; a log that merely ends early it replays up to there.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from spotiflow.core.errors import DamagedLogError, HomeError
from spotiflow.core.files import copy_private
from spotiflow.core.settings import Settings
from spotiflow.warehouse.database import hold
from spotiflow.warehouse.run_lock import only_one


@dataclass(frozen=True)
class CutLog:
    """A log that was cut off: how many of its bytes were kept, and where the whole of it is."""

    bytes_before: int
    bytes_kept: int
    whole: Path

    def __str__(self) -> str:
        """Return what was done in one sentence."""
        return (
            f"The log was kept up to its damaged place ({self.bytes_kept:,} of {self.bytes_before:,} bytes); "
            f"the whole of it is in {self.whole}."
        )


def cut_damaged_log(settings: Settings) -> CutLog | None:
    """Cut the log at its first damaged entry, after a copy of it was made; None where none is damaged.

    Raises NotFoundError without a warehouse, WaitError, WarehouseBusyError, WarehouseError.
    """
    with only_one(settings, "spotiflow doctor --fix"):
        damage = _damage(settings)
        if damage is None:
            return None
        log_file = settings.database_path.with_name(f"{settings.database_path.name}.wal")
        whole = log_file.with_name(f"{log_file.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
        if not log_file.is_file():
            raise HomeError(
                f"{log_file} is no file, so no log can be mended there.",
                hint="Move it away; a log that DuckDB wrote is a file of that name.",
            )
        size = copy_private(log_file, whole)["bytes"]
        # Each cut lies before the one before: this ends.
        while damage is not None:
            kept = min(damage, log_file.stat().st_size - 1)
            os.truncate(log_file, max(0, kept))
            damage = _damage(settings) if kept > 0 else None
        return CutLog(size, max(0, kept), whole)


def _damage(settings: Settings) -> int | None:
    """Return where the log is damaged, in bytes; None for a warehouse that opens."""
    try:
        hold(settings).close()
    except DamagedLogError as error:
        found = re.search(r"byte position (\d+)", str(error.__cause__))
        return int(found[1]) if found else 0
    return None
