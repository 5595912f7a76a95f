"""How much of the music heard has measured audio features."""

from __future__ import annotations

import duckdb

from spotiflow.ingest.features.results import Coverage
from spotiflow.ingest.tracks.heard import HEARD
from spotiflow.ingest.tracks.recordings import open_recordings, recordings_in

_COVERAGE = f"""
with {HEARD},
tracks as (
    select recording_id as track_id, count(*) as n_rows
    from heard where content_type = 'track' group by recording_id
),
measured(track_id) as (
    {recordings_in("raw.track_features", "valence is not null and energy is not null")}
    union
    {recordings_in("raw.kaggle_tracks", "not is_simulated")}
)
select
    count(track_id), count(measured.track_id), coalesce(sum(n_rows), 0)::bigint,
    coalesce(sum(n_rows) filter (where measured.track_id is not null), 0)::bigint
from tracks
left join measured using (track_id)
"""


def coverage_of(db: duckdb.DuckDBPyConnection) -> Coverage:
    """Count tracks, and rows of music with an id or without, and how many of both have measured features."""
    open_recordings(db)
    return Coverage(*(db.execute(_COVERAGE).fetchone() or (0, 0, 0, 0)))
