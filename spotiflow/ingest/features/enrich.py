"""Ask a provider for the features of tracks that nobody has measured, the most played first."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb

from spotiflow.core.console import progress
from spotiflow.core.errors import SpotiflowError
from spotiflow.core.settings import Settings
from spotiflow.core.transactions import transaction
from spotiflow.ingest.features.coverage import coverage_of
from spotiflow.ingest.features.ranges import wrong_value
from spotiflow.ingest.features.reccobeats import (
    IDS_PER_CALL,
    PROVIDER,
    Measured,
    ReccoBeats,
)
from spotiflow.ingest.features.results import FetchReceipt
from spotiflow.ingest.files.table_headers import FEATURES
from spotiflow.ingest.tracks.heard import HEARD
from spotiflow.ingest.tracks.recordings import open_recordings, recordings_in
from spotiflow.warehouse.database import open_warehouse
from spotiflow.warehouse.run_log import utc_now

# What a provider does not know today it may know later.
ASK_AGAIN_AFTER = timedelta(days=90)
# One id of a recording is enough, first the one that stands for it; another only where that one is not known.
_KNOWN = "(valence is not null and energy is not null) or provider = $provider"
_WANTED = f"""
with {HEARD},
wanted as (
    select track_id, recording_id, count(*) as n_rows, min(isrc) as isrc
    from heard
    where content_type = 'track' and regexp_full_match(track_id, '[0-9A-Za-z]{{22}}')
    group by all
),
unmeasured as (
    select wanted.*, upper(coalesce(tracks.isrc, wanted.isrc)) as known_isrc,
        sum(n_rows) over (partition by recording_id) as n_plays
    from wanted
    left join (select track_id, min(isrc) as isrc from raw.tracks group by 1) as tracks using (track_id)
    where recording_id not in ({recordings_in("raw.track_features", _KNOWN)})
        and recording_id not in ({recordings_in("raw.kaggle_tracks", "not is_simulated")})
)
select track_id, known_isrc
from unmeasured
where not exists (
    select 1 from raw.missing_features as missing
    where missing.track_id = unmeasured.track_id and provider = $provider and checked_at > $since
        and missing.isrc is not distinct from known_isrc
)
qualify row_number() over (
    partition by recording_id order by track_id = recording_id desc, n_rows desc, track_id
) = 1
order by n_plays desc, track_id
limit $limit
"""


@dataclass(frozen=True)
class _Track:
    track_id: str
    isrc: str | None


def fetch_features(settings: Settings, *, most: int | None = None) -> FetchReceipt:
    """Ask ReccoBeats for up to `most` tracks: by Spotify id, then by ISRC what it did not know by id.

    Only the ids of tracks leave this machine. Each answer is stored before the next is asked for, so a run
    that ends early goes on later; a limit or failure is in `postponed`. What is unknown is asked again after
    90 days, or as soon as an ISRC is known. The warehouse is never open while the provider is asked.
    """
    began = time.monotonic()
    with open_warehouse(settings) as db:
        wanted = _wanted(db, most)
    line = ReccoBeats(settings)
    receipt = FetchReceipt(PROVIDER, len(wanted))
    try:
        with progress("Asking ReccoBeats", total=len(wanted)) as advance:
            for start in range(0, len(wanted), IDS_PER_CALL):
                batch = wanted[start : start + IDS_PER_CALL]
                _ask(settings, line, batch, receipt)
                advance(len(batch))
    except SpotiflowError as error:
        receipt.postponed = error
    with open_warehouse(settings) as db:
        receipt.coverage = coverage_of(db)
    receipt.calls, receipt.seconds = line.calls, time.monotonic() - began
    return receipt


def _wanted(db: duckdb.DuckDBPyConnection, most: int | None) -> list[_Track]:
    values = {
        "provider": PROVIDER,
        "since": utc_now() - ASK_AGAIN_AFTER,
        "limit": most if most is not None else 2**31,
    }
    open_recordings(db)
    return [_Track(*row) for row in db.execute(_WANTED, values).fetchall()]


def _ask(settings: Settings, line: ReccoBeats, batch: list[_Track], receipt: FetchReceipt) -> None:
    """Ask for one batch and store what came; nothing of it where a call fails."""
    by_id = {found.track_id: found for found in line.features_of([track.track_id for track in batch])}
    isrcs = sorted({track.isrc for track in batch if track.isrc and track.track_id not in by_id})
    by_isrc = {found.isrc: found for found in line.features_of(isrcs)} if isrcs else {}
    found: dict[str, Measured] = {}
    for track in batch:
        measured = by_id.get(track.track_id) or (by_isrc.get(track.isrc) if track.isrc else None)
        if measured is None:
            continue
        if wrong_value(measured.features) or not any(v is not None for v in measured.features.values()):
            receipt.unusable += 1
            continue
        found[track.track_id] = measured
    _store(settings, [track for track in batch if track.track_id not in found], found)
    receipt.found_by_id += sum(track_id in by_id for track_id in found)
    receipt.found_by_isrc += sum(track_id not in by_id for track_id in found)
    receipt.missing += len(batch) - len(found)


def _store(settings: Settings, missing: list[_Track], found: dict[str, Measured]) -> None:
    now = utc_now()
    with open_warehouse(settings) as db, transaction(db):
        for track_id, measured in found.items():
            _store_found(db, track_id, measured, now)
        for track in missing:
            _forget_missing(db, track.track_id)
            db.execute(
                "insert into raw.missing_features values (?, ?, ?, ?)",
                [track.track_id, PROVIDER, track.isrc, now],
            )


def _store_found(db: duckdb.DuckDBPyConnection, track_id: str, measured: Measured, now: datetime) -> None:
    _forget_missing(db, track_id)
    values = [measured.features[name] for name in FEATURES]
    db.execute("delete from raw.track_features where track_id = ? and provider = ?", [track_id, PROVIDER])
    db.execute(
        f"insert into raw.track_features values ({', '.join('?' * (len(FEATURES) + 3))})",
        [track_id, PROVIDER, *values, now],
    )


def _forget_missing(db: duckdb.DuckDBPyConnection, track_id: str) -> None:
    db.execute("delete from raw.missing_features where track_id = ? and provider = ?", [track_id, PROVIDER])
