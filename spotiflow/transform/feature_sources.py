"""Where the audio features in the built tables come from, asked of the tables themselves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import duckdb

SYNTHETIC_MODEL = "my_tracks_features_bronze_synthetic"
_TRACKS_BY_SOURCE = (
    "select feature_source, count(distinct track_id) from silver.track_features group by feature_source"
)
_MEASURED_SHARE = "select avg(is_measured::int) from silver.listening_with_features"


@dataclass(frozen=True)
class FeatureSources:
    """Tracks by the source of their features, the share of plays that are measured, and how many tracks have
    synthetic features; what a partial build has no table for is empty.
    """

    tracks: dict[str, int] = field(default_factory=dict)
    measured_share: float | None = None
    synthetic: int | None = None


def read_feature_sources(db: duckdb.DuckDBPyConnection) -> FeatureSources:
    """Ask the tables there are."""
    share = _rows(db, _MEASURED_SHARE)
    return FeatureSources(
        tracks={str(source): int(n) for source, n in _rows(db, _TRACKS_BY_SOURCE)},
        measured_share=float(share[0][0]) if share and share[0][0] is not None else None,
        synthetic=count_synthetic(db),
    )


def count_synthetic(db: duckdb.DuckDBPyConnection) -> int | None:
    """Count the tracks that have synthetic features; None before they were built."""
    found = _rows(db, f"select count(*) from bronze.{SYNTHETIC_MODEL}")
    return int(found[0][0]) if found else None


def _rows(db: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    try:
        return db.execute(sql).fetchall()
    except duckdb.CatalogException:
        return []
