"""What training reads from the warehouse: silver tables and the registry, over one short connection."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import duckdb
import pandas as pd

from core.database import open_warehouse
from core.errors import NotFoundError, SpotiflowError
from core.settings import Settings
from ml.catalogue import split_id_of
from ml.features import AUDIO_FEATURES
from ml.forecasts import LEAST_PLAYS_A_DAY
from ml.registry import Registry, read_registry

KAGGLE, LISTENING, FEATURES = (
    "silver.kaggle_tracks",
    "silver.listening_with_features",
    "silver.track_features",
)
_CATALOGUE_COLUMNS = (
    "track_id",
    "track_name",
    "primary_artist",
    "duration_ms",
    "explicit",
    "track_genres",
    "is_simulated",
    *AUDIO_FEATURES,
)
_PLAY_COLUMNS = ("play_id", "listener_id", "track_id", "played_at", "listening_date", "is_measured")
_FEATURE_COLUMNS = ("track_id", "is_measured", *AUDIO_FEATURES)
_NO_METRICS = "select null::varchar as model, null::varchar as version where false"
_SPLIT = "select track_id, artist_group, fold from ml.catalogue_split where split_id = ? order by track_id"
_MEASURED = f"from {LISTENING} where is_measured and valence is not null and energy is not null"
_PLAYS = f"""
    select listener_id, play_id::varchar as play_id, track_id, valence, energy {_MEASURED}
    order by listener_id, played_at, play_id
"""
_DAYS = f"""
    select listener_id, listening_date, avg(valence) as valence, avg(energy) as energy {_MEASURED}
    group by listener_id, listening_date having count(*) >= ? order by listener_id, listening_date
"""
_LISTENERS = f"select listener_id, bool_or(is_simulated) from {LISTENING} group by 1 order by 1"
_TRACKS = f"""
    select tracks.track_id, tracks.track_name, tracks.primary_artist as artist_name, tracks.track_genre,
        tracks.duration_ms, tracks.explicit, {", ".join(f"features.{name}" for name in AUDIO_FEATURES)}
    from {FEATURES} as features inner join silver.tracks as tracks using (track_id)
    where features.is_measured order by tracks.track_id
"""


@dataclass(frozen=True)
class Sources:
    """What decides whether there is anything to do.

    metrics: ml.model_metrics, oldest first. catalogue_hash, listening_hash: None where there is nothing.
    missing: why there is no catalogue, as the error a user would see.
    """

    registry: Registry
    metrics: pd.DataFrame
    catalogue_hash: str | None
    listening_hash: str | None
    missing: SpotiflowError | None


@dataclass(frozen=True)
class Tables:
    """The rows to learn from and to predict; a frame is None where there is nothing to read.

    catalogue: silver.kaggle_tracks. frozen_split: its stored split, empty the first time. plays: plays with
    measured valence and energy, in order of time. tracks: measured tracks. days: daily means per listener.
    listeners: for each listener whether it is simulated.
    """

    catalogue: pd.DataFrame | None
    frozen_split: pd.DataFrame | None
    plays: pd.DataFrame | None
    tracks: pd.DataFrame | None
    days: pd.DataFrame | None
    listeners: dict[str, bool]


def read(settings: Settings, is_wanted: Callable[[Sources], bool]) -> tuple[Sources, Tables | None]:
    """Read what decides, and where `is_wanted` says so the rows too; the file is closed afterwards."""
    with open_warehouse(settings, read_only=True) as db:
        existing = {
            f"{schema}.{table}"
            for schema, table in db.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        }
        sources = _read_sources(db, existing)
        return sources, _read_tables(db, existing, sources) if is_wanted(sources) else None


def _read_sources(db: duckdb.DuckDBPyConnection, existing: set[str]) -> Sources:
    catalogue_hash = listening_hash = None
    if KAGGLE in existing:
        catalogue_hash = _hash(db, KAGGLE, _CATALOGUE_COLUMNS)
    if {LISTENING, FEATURES} <= existing:
        parts = [_hash(db, LISTENING, _PLAY_COLUMNS), _hash(db, FEATURES, _FEATURE_COLUMNS)]
        listening_hash = "-".join(part[:16] for part in parts if part) or None
    missing = None if catalogue_hash else _no_catalogue(db, existing)
    has_ml = "ml.model_versions" in existing
    registry = read_registry(db) if has_ml else Registry([], [])
    metrics = db.execute("select * from ml.model_metrics order by created_at" if has_ml else _NO_METRICS).df()
    return Sources(registry, metrics, catalogue_hash, listening_hash, missing)


def _hash(db: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str]) -> str | None:
    """Hash the rows of a table in any order; None for an empty one."""
    text = ", ".join(f"coalesce({column}::varchar, '')" for column in columns)
    found = db.execute(
        f"select count(*), sum(md5_number_lower(concat_ws(chr(31), {text}))::hugeint) from {table}"
    ).fetchone()
    if found is None or not found[0]:
        return None
    return hashlib.sha256(f"{table}:{found[0]}:{found[1]}".encode()).hexdigest()[:32]


def _no_catalogue(db: duckdb.DuckDBPyConnection, existing: set[str]) -> SpotiflowError:
    loaded = "raw.kaggle_tracks" in existing and db.execute("from raw.kaggle_tracks limit 1").fetchone()
    if loaded:
        return NotFoundError(
            "The catalogue is loaded, but the tables that models learn from are not built yet.",
            hint="Build them first: spotiflow build",
        )
    return NotFoundError(
        "There is no catalogue of tracks with audio features, from which models learn.",
        hint="Load the Kaggle Spotify Tracks file: spotiflow ingest kaggle PATH",
    )


def _read_tables(db: duckdb.DuckDBPyConnection, existing: set[str], sources: Sources) -> Tables:
    catalogue = split = plays = tracks = days = None
    listeners: dict[str, bool] = {}
    if sources.catalogue_hash:
        catalogue = db.execute(f"select {', '.join(_CATALOGUE_COLUMNS)} from {KAGGLE}").df()
        split_id = split_id_of(sources.catalogue_hash)
        split = db.execute(_SPLIT, [split_id]).df() if "ml.catalogue_split" in existing else None
    if sources.listening_hash:
        plays, days = db.execute(_PLAYS).df(), db.execute(_DAYS, [LEAST_PLAYS_A_DAY]).df()
        tracks = db.execute(_TRACKS).df() if "silver.tracks" in existing else None
        listeners = dict(db.execute(_LISTENERS).fetchall())
    return Tables(catalogue, split, plays, tracks, days, listeners)
