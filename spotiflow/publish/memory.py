"""Who is in what was published where: so that `forget` can name it, and a later publication put it right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from spotiflow.core.settings import Settings
from spotiflow.publish.results import PublishResult
from spotiflow.publish.tables import Table
from spotiflow.warehouse.known_copies import FORGOTTEN, KnownCopy, copy_at, remember_copy


def holds_the_forgotten(settings: Settings, target: str, folder: Path) -> bool:
    """Whether what was published to a place before holds somebody who was forgotten since."""
    before = copy_at(settings, target, folder)
    return before is not None and FORGOTTEN in before.listeners


@contextmanager
def remembered(
    settings: Settings, db: duckdb.DuckDBPyConnection, result: PublishResult, tables: Sequence[Table]
) -> Iterator[None]:
    """Write down who will be in a publication before its first byte, and who is in it once it is done.

    Whoever was in it before is out of it when every table that was there has been written again.
    """
    before = copy_at(settings, result.target, result.place) or KnownCopy(result.target, result.place, [])
    now = [name for (name,) in db.execute("select listener_id from raw.listeners order by 1").fetchall()]
    both = list(dict.fromkeys([*before.listeners, *now]))
    planned = sorted({*before.tables, *(table.full_name for table in tables)})
    remember_copy(settings, result.target, result.place, both, tables=planned)
    yield
    written = {published.table for published in result.tables}
    if written.issuperset(before.tables) and result.problem is None:
        after = (copy_at(settings, result.target, result.place) or before).listeners
        # Whoever was forgotten or renamed while it was written is in it all the same, under what they are now.
        changed = [name for name in after if name not in both]
        who = [name for name in now if name in after] + changed
        remember_copy(settings, result.target, result.place, who, tables=sorted(written))
