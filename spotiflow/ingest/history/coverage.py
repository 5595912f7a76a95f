"""Which stretches of time each source tells of, and which rows give way to a fuller one because of it.

The rule of `silver.source_coverage` and `silver.covered_plays`, asked of raw rows right after an import.
"""

from __future__ import annotations

from collections import Counter

import duckdb

# A source covers from its first to its last stream of one kind of content; a silence of more than 7 days is
# not covered by it.
ISLANDS = """
days as (
    select
        source,
        case when content_type in ('track', 'local', 'unknown') then 'music' else content_type end
            as content_group,
        cast(played_at as date) as day,
        min(played_at) as first_at,
        max(played_at) as last_at
    from raw.listening_history
    where listener_id = $listener and source in ('simulated', 'extended', 'account', 'api')
    group by all
),
marked as (
    select *, coalesce(first_at - lag(last_at) over by_day > interval 7 day, true) as is_first
    from days
    window by_day as (partition by source, content_group order by day)
),
numbered as (
    select *, count(*) filter (where is_first) over by_day as island
    from marked
    window by_day as (partition by source, content_group order by day)
),
islands as (
    select source, content_group, min(first_at) as covered_from, max(last_at) as covered_to
    from numbered
    group by source, content_group, island
)
"""
_STRONGEST_FIRST = "['simulated', 'extended', 'account', 'api']"
_HAS_WEAKER = """
select 1 from raw.listening_history where listener_id = ? and source in ('account', 'api') limit 1
"""
_COVERED = f"""
with {ISLANDS}
select weaker.source, count(*)
from raw.listening_history as weaker
where listener_id = $listener and source in ('account', 'api') and exists (
    select 1
    from islands
    where list_position({_STRONGEST_FIRST}, islands.source) < list_position({_STRONGEST_FIRST}, weaker.source)
        and content_group = case
            when weaker.content_type in ('track', 'local', 'unknown') then 'music' else weaker.content_type
        end
        and weaker.played_at between covered_from and covered_to
)
group by weaker.source
"""


def covered_rows(db: duckdb.DuckDBPyConnection, listener_id: str) -> Counter[str]:
    """Count the rows of each source that give way because a fuller source covers their time."""
    if db.execute(_HAS_WEAKER, [listener_id]).fetchone() is None:
        return Counter()
    return Counter(dict(db.execute(_COVERED, {"listener": listener_id}).fetchall()))
