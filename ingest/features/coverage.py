"""How much of the music heard has measured audio features."""

from __future__ import annotations

import duckdb

from ingest.features.results import Coverage

_COVERAGE = """
with heard as (
    select track_id, count(*) as n_rows
    from raw.listening_history
    where content_type = 'track' and track_id is not null
    group by track_id
),
measured as (
    select track_id from raw.track_features where valence is not null and energy is not null
    union
    select track_id from raw.kaggle_tracks where not is_simulated and track_id is not null
)
select
    count(*), count(measured.track_id), coalesce(sum(n_rows), 0)::bigint,
    coalesce(sum(n_rows) filter (where measured.track_id is not null), 0)::bigint
from heard
left join measured using (track_id)
"""


def coverage_of(db: duckdb.DuckDBPyConnection) -> Coverage:
    """Count tracks and rows of history whose Spotify id has features; a simulated catalogue is none."""
    return Coverage(*(db.execute(_COVERAGE).fetchone() or (0, 0, 0, 0)))
