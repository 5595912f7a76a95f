"""How much of the music heard has measured audio features."""

from __future__ import annotations

import duckdb

from ingest.features.results import Coverage
from ingest.heard import HEARD

_COVERAGE = f"""
with {HEARD},
tracks as (
    select track_id, count(*) as n_rows from heard where content_type = 'track' group by track_id
),
measured as (
    select track_id from raw.track_features where valence is not null and energy is not null
    union
    select track_id from raw.kaggle_tracks where not is_simulated and track_id is not null
)
select
    count(track_id), count(measured.track_id), coalesce(sum(n_rows), 0)::bigint,
    coalesce(sum(n_rows) filter (where measured.track_id is not null), 0)::bigint
from tracks
left join measured using (track_id)
"""


def coverage_of(db: duckdb.DuckDBPyConnection) -> Coverage:
    """Count tracks, and rows of music with an id or without, and how many of both have measured features."""
    return Coverage(*(db.execute(_COVERAGE).fetchone() or (0, 0, 0, 0)))
