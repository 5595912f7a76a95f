"""Which stretches of time each source tells of, and which rows give way to a fuller one because of it.

The models `source_coverage` and `covered_plays` know the rule; here they are asked of raw rows, right after an
import.
"""

from __future__ import annotations

from collections import Counter

import duckdb

from spotiflow.ingest.history.sources import names
from spotiflow.transform.rendering import model_sql

_HISTORY = {"listening_history_bronze": "select * from raw.listening_history where listener_id = $listener"}


def islands_sql() -> str:
    """Return a query for what each source of `$listener` covers, as `silver.source_coverage` has it."""
    return model_sql("source_coverage", _HISTORY)


def covered_rows(db: duckdb.DuckDBPyConnection, listener_id: str) -> Counter[str]:
    """Count the rows of each source that are duplicates because a fuller source covers their time."""
    weaker = db.execute(
        "select 1 from raw.listening_history where listener_id = ? and list_contains(?, source) limit 1",
        [listener_id, names(is_whole=True)[2:]],
    )
    if weaker.fetchone() is None:
        return Counter()
    counted = db.execute(
        f"""select source, count(*)
        from ({model_sql("covered_plays", _HISTORY)}) as covered
        join raw.listening_history using (play_id)
        group by source""",
        {"listener": listener_id},
    )
    return Counter(dict(counted.fetchall()))
