"""What training reads from the warehouse, over one short connection that is closed while models are fitted.

A task names the tables whose rows decide whether it is due (`Input`) and what it then reads (`Query`); each
is hashed or read once, however many tasks name it. The ones that several tasks share are here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import duckdb
import numpy as np
import pandas as pd

from spotiflow.core.errors import NotFoundError, SpotiflowError
from spotiflow.core.settings import Settings
from spotiflow.ml.data import learnable
from spotiflow.ml.data.catalogue import split_id_of
from spotiflow.ml.data.features import AUDIO_FEATURES
from spotiflow.ml.data.learnable import FEATURES, LISTENING
from spotiflow.ml.engine.people import People, people_in
from spotiflow.ml.engine.versions import Registry, read_registry
from spotiflow.warehouse.database import open_warehouse

LEAST_PLAYS_A_DAY = 5
LEAST_PLAYS_A_SESSION = 3


@dataclass(frozen=True)
class Input:
    """A table and those of its columns whose content decides whether there is anything to do."""

    table: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Query:
    """A query and the tables it needs; its rows are None where one of them does not exist."""

    sql: str
    needs: tuple[str, ...]


KAGGLE = "silver.kaggle_tracks"
CATALOGUE_INPUT = Input(
    KAGGLE,
    (
        "track_id",
        "track_name",
        "album_name",
        "primary_artist",
        "duration_ms",
        "explicit",
        "track_genres",
        "is_simulated",
        *AUDIO_FEATURES,
    ),
)
PLAYS_INPUT = Input(
    LISTENING,
    ("play_id", "listener_id", "session_id", "track_id", "played_at", "listening_date", "is_measured"),
)
FEATURES_INPUT = Input(FEATURES, ("listener_id", "track_id", "is_measured", *AUDIO_FEATURES))

CATALOGUE = Query(f"select {', '.join(CATALOGUE_INPUT.columns)} from {KAGGLE}", (KAGGLE,))
# The splits of all catalogues so far, by split_id.
SPLITS = Query(
    "select split_id, track_id, artist_group, fold from ml.catalogue_split order by split_id, track_id",
    ("ml.catalogue_split",),
)
_MEASURED = f"from {LISTENING} where is_measured and valence is not null and energy is not null"
# Plays with measured valence and energy, in order of time.
PLAYS = Query(
    f"""
    select listener_id, play_id::varchar as play_id, track_id, valence, energy {_MEASURED}
    order by listener_id, played_at, play_id
    """,
    (LISTENING,),
)
# Daily means per listener, of days with enough measured plays.
DAYS = Query(
    f"""
    select listener_id, listening_date, avg(valence) as valence, avg(energy) as energy {_MEASURED}
    group by listener_id, listening_date having count(*) >= {LEAST_PLAYS_A_DAY}
    order by listener_id, listening_date
    """,
    (LISTENING,),
)
# Means of each session with enough measured plays, in order of time.
SESSIONS = Query(
    f"""
    select listener_id, session_id, min(started_at) as started_at,
        avg(valence) as valence, avg(energy) as energy {_MEASURED}
    group by listener_id, session_id having count(*) >= {LEAST_PLAYS_A_SESSION}
    order by listener_id, started_at, session_id
    """,
    (LISTENING,),
)
LISTENERS = Query(
    f"select listener_id, bool_or(is_simulated) as is_simulated from {LISTENING} group by 1 order by 1",
    (LISTENING,),
)
# Every track of each listener that was measured.
TRACKS = Query(
    f"""
    select tracks.listener_id, tracks.track_id, tracks.track_name, tracks.primary_artist as artist_name,
        tracks.track_genre,
        tracks.duration_ms, tracks.explicit, {", ".join(f"features.{name}" for name in AUDIO_FEATURES)}
    from {FEATURES} as features inner join {learnable.TRACKS} as tracks using (listener_id, track_id)
    where features.is_measured order by tracks.listener_id, tracks.track_id
    """,
    (FEATURES, learnable.TRACKS),
)
_NO_METRICS = "select null::varchar as model, null::varchar as version where false"


@dataclass(frozen=True)
class TaskRun:
    """A row of ml.task_runs: what a task was last made from, and what it had to say."""

    task: str
    digest: str
    notes: list[str]


@dataclass(frozen=True)
class Sources:
    """What decides whether there is anything to do.

    hashes: of the rows of each input, None for an empty or missing table. metrics: ml.model_metrics, oldest
    first. runs: the last run of each task, by name. missing: why there is no catalogue, as the error a user
    would see. n_looks: how often the frozen test of this catalogue was looked at. web_api_content: plays,
    features and names that Spotify's Web API gave. includes_web_api: whether models may learn from those.
    people: who was there.
    """

    registry: Registry
    metrics: pd.DataFrame
    hashes: dict[Input, str | None]
    runs: dict[str, TaskRun] = field(default_factory=dict)
    missing: SpotiflowError | None = None
    n_looks: int = 0
    web_api_content: tuple[int, int, int] = (0, 0, 0)
    includes_web_api: bool = False
    people: People = frozenset()

    @property
    def has_web_api_content(self) -> bool:
        """Whether what is read of listening holds content of Spotify's Web API."""
        return self.includes_web_api and any(self.web_api_content)

    def has(self, *inputs: Input) -> bool:
        """Say whether each of the inputs has rows."""
        return all(self.hashes.get(one) for one in inputs)

    def hash_of(self, *inputs: Input) -> str:
        """Return the hash of one input, or of several together."""
        parts = [self.hashes.get(one) or "-" for one in inputs]
        return parts[0] if len(parts) == 1 else "-".join(part[:16] for part in parts)


Rows = dict[Query, pd.DataFrame | None]


def read(
    settings: Settings, inputs: Iterable[Input], wanted: Callable[[Sources], Iterable[Query]]
) -> tuple[Sources, Rows]:
    """Read what decides, and then the rows of the queries that `wanted` names in view of it.

    Content of Spotify's Web API is among the listening only where the settings let it in.
    """
    with open_warehouse(settings, read_only=True) as db:
        existing = {
            f"{schema}.{table}"
            for schema, table in db.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        }
        lets_in = settings.include_web_api_content
        existing |= learnable.open_views(db, existing, include_web_api=lets_in)
        sources = replace(
            _read_sources(db, existing, dict.fromkeys([CATALOGUE_INPUT, *inputs])),
            web_api_content=learnable.web_api_content(db, existing),
            includes_web_api=lets_in,
            people=people_in(db),
        )
        queries = dict.fromkeys(wanted(sources))
        return sources, {query: _rows(db, existing, query) for query in queries}


def _rows(db: duckdb.DuckDBPyConnection, existing: set[str], query: Query) -> pd.DataFrame | None:
    return rows_of(db, query) if existing.issuperset(query.needs) else None


def rows_of(db: duckdb.DuckDBPyConnection, query: Query) -> pd.DataFrame:
    """Return the rows of a query; an infinite number is a missing one, as nothing can be learned from it."""
    rows = db.execute(query.sql).df()
    for name in rows.columns[[dtype.kind == "f" for dtype in rows.dtypes]]:
        if np.isinf(rows[name].to_numpy()).any():
            rows[name] = rows[name].where(np.isfinite(rows[name]))
    return rows


def _read_sources(db: duckdb.DuckDBPyConnection, existing: set[str], inputs: Iterable[Input]) -> Sources:
    hashes = {one: _hash(db, one) if one.table in existing else None for one in inputs}
    missing = None if hashes[CATALOGUE_INPUT] else _no_catalogue(db, existing)
    if "ml.model_versions" not in existing:
        return Sources(Registry([], []), db.execute(_NO_METRICS).df(), hashes, missing=missing)
    metrics = db.execute("select * from ml.model_metrics order by created_at").df()
    runs = db.execute(
        "select distinct on (task) task, digest, notes from ml.task_runs order by task, created_at desc"
    ).fetchall()
    by_task = {row[0]: TaskRun(*row) for row in runs}
    n_looks = _looks(db, hashes[CATALOGUE_INPUT])
    return Sources(read_registry(db), metrics, hashes, by_task, missing, n_looks)


def _looks(db: duckdb.DuckDBPyConnection, catalogue_hash: str | None) -> int:
    count = "select count(*) from ml.test_looks where split_id = ?"
    found = db.execute(count, [split_id_of(catalogue_hash)]).fetchone() if catalogue_hash else None
    return int(found[0]) if found else 0


def _hash(db: duckdb.DuckDBPyConnection, source: Input) -> str | None:
    """Hash the rows of a table in any order; None for an empty one."""
    text = ", ".join(f"coalesce({column}::varchar, '')" for column in source.columns)
    found = db.execute(
        f"select count(*), sum(md5_number_lower(concat_ws(chr(31), {text}))::hugeint) from {source.table}"
    ).fetchone()
    if found is None or not found[0]:
        return None
    return hashlib.sha256(f"{source.table}:{found[0]}:{found[1]}".encode()).hexdigest()[:32]


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
