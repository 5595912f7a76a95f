"""Take in tables of audio features: each file in one transaction, stored values kept up to date."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import duckdb

from spotiflow.core.console import log, progress
from spotiflow.core.errors import InputError, UsageError
from spotiflow.core.settings import Settings
from spotiflow.core.transactions import transaction
from spotiflow.ingest.features.coverage import coverage_of
from spotiflow.ingest.features.reading import read_features
from spotiflow.ingest.features.results import FeatureCounts, FeatureFile, FeatureReceipt
from spotiflow.ingest.files.containers import DamagedEntryError, Entry, open_container
from spotiflow.ingest.files.file_kinds import Content
from spotiflow.ingest.files.inputs import WANTED, InputKind, kind_of, wrong_input
from spotiflow.ingest.files.local_copy import local_copy
from spotiflow.ingest.files.table_headers import FEATURES
from spotiflow.ingest.ingest_runs import begin_run, finish_run
from spotiflow.warehouse.database import open_warehouse
from spotiflow.warehouse.run_log import utc_now
from spotiflow.warehouse.temp_folder import temp_folder

_SAME = " and ".join(
    f"coalesce(found.{name}, stored.{name}) is not distinct from stored.{name}" for name in FEATURES
)
# A value that a file does not have leaves the one that is stored; of two rows for a track the later counts.
_JUDGE = f"""
create or replace temp table judged as
select
    found.row_number,
    case
        when found.reason is not null then 'rejected'
        when not found.is_last then 'known'
        when stored.track_id is null then 'new'
        when {_SAME} then 'known'
        else 'changed'
    end as outcome,
    found.track_id,
    found.provider,
    {", ".join(f"coalesce(found.{name}, stored.{name}) as {name}" for name in FEATURES)}
from (
    select *, row_number() over (
        partition by reason is null, track_id, provider order by row_number desc
    ) = 1 as is_last
    from incoming
) as found
left join raw.track_features as stored
    on found.track_id = stored.track_id and found.provider = stored.provider
"""
_STORE = (
    """
    delete from raw.track_features as stored
    where exists (
        select 1 from judged
        where judged.track_id = stored.track_id and judged.provider = stored.provider and outcome = 'changed'
    )
    """,
    """
    insert into raw.track_features by name
    select * exclude (row_number, outcome), $now as fetched_at
    from judged
    where outcome in ('new', 'changed')
    order by row_number
    """,
)
_REJECT = """
insert into raw.rejected_rows
select $run_id, $file_name, row_number, reason, record from incoming where reason is not null
union all
select
    $run_id, $file_name, (select count(*) from incoming) + row_number() over (order by line),
    'line ' || line || ': ' || reason, record
from malformed
"""
_STORE_FILE = """
insert into raw.ingest_files values (
    $run_id, null, $file_name, $sha256, 'features', 'features', null, null, $read, $kept, $known, 0, 0, 0, 0,
    $rejected, $status
)
"""


def import_features(settings: Settings, paths: Sequence[Path | str]) -> FeatureReceipt:
    """Take in audio features from CSV or Parquet files with track ids, zips and folders of them too.

    A column `provider` says who measured them; without it they are stored as `file`. A value that cannot be
    read or lies outside its feature's range is left out, and a row without any other is rejected. Taking in the
    same file again changes nothing.

    Raises InputError when a path has no such table (nothing is stored then), WarehouseBusyError, HomeError.
    """
    if not paths:
        raise UsageError("No path was given.", hint="Example: spotiflow ingest features my_features.csv.")
    began = time.monotonic()
    with ExitStack() as stack:
        entries = [entry for path in paths for entry in _tables_in(Path(path), stack)]
        temp = stack.enter_context(temp_folder(settings))
        db = stack.enter_context(open_warehouse(settings))
        run_id = str(uuid.uuid4())
        begin_run(db, run_id, "features", ", ".join(Path(path).name for path in paths))
        try:
            with progress("Reading audio features", total=len(entries)) as advance:
                files = []
                for entry in entries:
                    files.append(_take_in(db, run_id, entry, temp))
                    advance(1)
        except BaseException:
            finish_run(db, run_id, "failed")
            raise
        finish_run(db, run_id, "partial" if any(file.problem for file in files) else "ok")
        return FeatureReceipt(run_id, tuple(files), coverage_of(db), time.monotonic() - began)


def _tables_in(path: Path, stack: ExitStack) -> list[Entry]:
    container = stack.enter_context(open_container(path))
    wanted = (Content.FEATURES, Content.CATALOGUE, Content.PARQUET)
    tables = [entry for entry in container.entries if entry.content() in wanted]
    kind = kind_of(container)
    if not tables or kind not in (InputKind.FEATURES, InputKind.KAGGLE):
        raise wrong_input(path, kind, [WANTED[InputKind.FEATURES]])
    return tables


def _take_in(db: duckdb.DuckDBPyConnection, run_id: str, entry: Entry, temp: Path) -> FeatureFile:
    try:
        with local_copy(entry, temp) as (copy, digest):
            read_features(db, copy)
            sha256 = digest.result()
    except DamagedEntryError as error:
        raise InputError(f"{entry.name} cannot be unpacked.", hint="Download it again.") from error
    except (duckdb.ProgrammingError, duckdb.DataError, UnicodeDecodeError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"{entry.name} cannot be read: {reason}", hint="Export the table again.") from error
    file = _judged(db, entry.name)
    _store(db, run_id, file, sha256)
    log.info("%s: %s", entry.name, file.counts)
    return file


def _judged(db: duckdb.DuckDBPyConnection, name: str) -> FeatureFile:
    db.execute(_JUDGE)
    found: dict[str, int] = dict(
        db.execute("select outcome, count(*) from judged group by outcome").fetchall()
    )
    reasons: Counter[str] = Counter(
        dict(
            db.execute(
                """select reason, count(*)
                from (select reason from incoming union all select reason from malformed)
                where reason is not null group by reason"""
            ).fetchall()
        )
    )
    left_out = dict(
        db.execute(
            """select why, count(*) from (select unnest(left_out) as why from incoming where reason is null)
            group by why"""
        ).fetchall()
    )
    counts = FeatureCounts(
        new=found.get("new", 0),
        changed=found.get("changed", 0),
        known=found.get("known", 0),
        rejected=reasons.total(),
    )
    return FeatureFile(name, counts, reasons, Counter(left_out))


def _store(db: duckdb.DuckDBPyConnection, run_id: str, file: FeatureFile, sha256: str) -> None:
    names: dict[str, Any] = {"run_id": run_id, "file_name": file.file_name}
    counts = file.counts
    with transaction(db):
        db.execute(_STORE[0])
        db.execute(_STORE[1], {"now": utc_now()})
        db.execute(_REJECT, names)
        sums = {
            "read": counts.read,
            "kept": counts.stored,
            "known": counts.known,
            "rejected": counts.rejected,
            "status": "nothing kept" if file.problem else "ok",
        }
        db.execute(_STORE_FILE, names | sums | {"sha256": sha256})
