"""Whether an export seems to be another person's: two histories of the same days that share hardly a play."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from spotiflow.ingest.history.sources import names

# One shared day, at the border of two files, proves nothing; exports of one person share nearly all plays.
LEAST_DAYS = 7
MOST_KNOWN_SHARE = 0.2
_ON_KNOWN_DAYS = """
with
    history as (
        select source, cast(played_at as date) as day, run_id = $run_id as is_new
        from raw.listening_history
        where listener_id = $listener and list_contains($exports, source) and content_type = 'track'
    ),
    earlier as (select distinct source, day from history where not is_new)
select count(distinct day), count(*) from history semi join earlier using (source, day) where is_new
"""


@dataclass(frozen=True)
class Strange:
    """What an import says of days that earlier ones of its kind tell of: so many new plays, so many known."""

    days: int
    new: int
    known: int


def strange_plays(db: duckdb.DuckDBPyConnection, listener_id: str, run_id: str, known: int) -> Strange | None:
    """Return what makes a finished import seem to be of somebody else, None where nothing does.

    `known` is how many of its rows earlier imports had stored.
    """
    values = {"listener": listener_id, "run_id": run_id, "exports": names(is_export=True)}
    days, new = db.execute(_ON_KNOWN_DAYS, values).fetchone() or (0, 0)
    if days < LEAST_DAYS or known > MOST_KNOWN_SHARE * (new + known):
        return None
    return Strange(days, new, known)
