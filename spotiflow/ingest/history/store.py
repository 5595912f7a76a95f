"""From `incoming` to the raw tables: one transaction per file, so a kill leaves whole files only."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import duckdb

from spotiflow.core.transactions import transaction
from spotiflow.ingest.files.characters import clean_incoming
from spotiflow.ingest.files.repair import Repair
from spotiflow.ingest.history.results import NOTHING_KEPT, Counts, FileReceipt, nothing_kept
from spotiflow.ingest.history.sources import SOURCES, rank_sql
from spotiflow.warehouse.run_log import utc_now

# What a source says of a play besides what makes it that play.
_CLOCK = (
    *("started_at", "started_at_source", "device_started_at"),
    *("ended_at", "played_at", "ended_at_precision"),
)
_WORDS = (
    *("content_uri", "track_id", "isrc", "track_name", "artist_name", "album_name"),
    *("platform", "country", "reason_start", "reason_end"),
)
_FACTS = ("content_type", "duration_ms", "shuffle", "skipped", "offline", "is_private_session")
_DETAILS = (*_CLOCK, *_WORDS, *_FACTS)

# Rows that are stored already: from an earlier import, another file of this one, or higher up in this file.
_FIND_KNOWN = """
create or replace temp table known as
with
    plays as (select play_id, row_number from incoming where reason is null and not is_skipped),
    stored as (
        select play_id, bool_and(run_id = $run_id) as is_twice
        from raw.listening_history
        where play_id in (select play_id from plays)
        group by play_id
    ),
    repeated as (
        select play_id, min(row_number) as first_row from plays group by play_id having count(*) > 1
    )
select row_number, coalesce(stored.is_twice, true) as is_twice
from plays
left join stored using (play_id)
left join repeated using (play_id)
where stored.play_id is not null or row_number > first_row
"""

_STORE_PLAYS = f"""
insert into raw.listening_history by name
select
    play_id, ms_played, {", ".join(_DETAILS)}, $listener_id as listener_id, $source as source,
    $file_name as file_name, $run_id as run_id, $now as ingested_at
from incoming
where reason is null and not is_skipped
    and not exists (select 1 from known where known.row_number = incoming.row_number)
"""


def _weights(table: str, rank: str) -> dict[str, str]:
    """SQL by detail for what is compared of two versions of a play; the greater is kept.

    To say something beats to say nothing, the nearer source the other one, the greater text the smaller: what
    stays must not hang on which version came first. Times are kept together, those of a clock before others.
    """
    clock = ", ".join(f"'{name}': {table}.{name}" for name in _CLOCK)
    has_clock = f"{table}.started_at_source = 'offline_timestamp'"
    weights = {"clock": f"{{'says': {has_clock}, 'near': -({rank}), 'is_there': true, 'value': {{{clock}}}}}"}
    for name in (*_WORDS, *_FACTS):
        column, says = f"{table}.{name}", f"{table}.{name} is not null"
        if name in _WORDS:
            says = f"coalesce(lower(trim({column})) not in ('', 'none', 'unknown'), false)"
        elif name == "content_type":
            # A video file lists songs too.
            says = f"{column} not in ('video', 'unknown')"
        weights[name] = (
            f"{{'says': {says}, 'near': -({rank}), 'is_there': {column} is not null, 'value': {column}}}"
        )
    return weights


def _keep_best_sql(rank: int) -> str:
    """SQL that lets known plays take from `incoming`, of a source of this rank, what it says better."""
    new, old = _weights("incoming", str(rank)), _weights("stored", rank_sql("stored.source"))
    taken = {
        name: f"case when best.{name} > {old[name]} then best.{name}.value else stored.{name} end"
        for name in (*_WORDS, *_FACTS)
    }
    for name in _CLOCK:
        taken[name] = (
            f"case when best.clock > {old['clock']} then best.clock.value.{name} else stored.{name} end"
        )
    is_other = " or ".join(f"incoming.{name} is distinct from stored.{name}" for name in _DETAILS)
    return f"""
    update raw.listening_history as stored
    set
        source = case when {rank} < {rank_sql("stored.source")} then $source else stored.source end,
        {", ".join(f"{name} = {value}" for name, value in taken.items())}
    from (
        select play_id, {", ".join(f"max({weight}) as {name}" for name, weight in new.items())}
        from incoming
        semi join known using (row_number)
        join raw.listening_history as stored using (play_id)
        -- The same play ends in the same second, and is told of by its end or its start, a week before at
        -- most. Without this a large history would be read once for each file.
        where stored.played_at between $first - interval 8 day and $last + interval 8 day
            and (stored.source <> $source or {is_other})
        group by play_id
    ) as best
    where stored.play_id = best.play_id and (
        {rank} < {rank_sql("stored.source")} or {" or ".join(f"best.{name} > {old[name]}" for name in new)}
    )
    """


_STORE_REJECTED = """
insert into raw.rejected_rows (run_id, file_name, row_number, reason, record)
select $run_id, $file_name, row_number, reason, record
from incoming
where reason is not null
order by row_number
"""

_COUNT = """
with judged as (
    select
        *,
        case
            when reason is not null then 'rejected'
            when is_skipped then 'skipped'
            when known.row_number is not null then 'known'
            when content_type = 'episode' then 'podcast'
            when content_type in ('audiobook', 'video') then content_type
            else 'kept'
        end as outcome
    from incoming
    left join known using (row_number)
)
select
    count(*) as read,
    count(*) filter (where outcome = 'kept') as kept,
    count(*) filter (where outcome = 'known') as known,
    count(*) filter (where outcome = 'podcast') as podcast,
    count(*) filter (where outcome = 'audiobook') as audiobook,
    count(*) filter (where outcome = 'video') as video,
    count(*) filter (where outcome = 'skipped') as skipped,
    count(*) filter (where outcome = 'rejected') as rejected,
    count(*) filter (where outcome = 'known' and is_twice) as known_twice,
    count(*) filter (where outcome = 'kept' and coalesce(ms_played >= $min_ms, $counts_unknown)) as plays,
    count(*) filter (where outcome not in ('rejected', 'skipped', 'known') and is_private_session) as private,
    min(played_at) filter (where reason is null) as covered_from,
    max(played_at) filter (where reason is null) as covered_to
from judged
"""

_STORE_FILE = """
insert into raw.ingest_files by name
select
    $run_id as run_id, $listener_id as listener_id, $file_name as file_name, $sha256 as sha256, $kind as kind,
    $content_type as content_type, $covered_from as covered_from, $covered_to as covered_to,
    $read as rows_read, $kept as rows_kept, $known as rows_known, $podcast as rows_podcast,
    $audiobook as rows_audiobook, $video as rows_video, $skipped as rows_skipped, $rejected as rows_rejected,
    $status as status
"""


@dataclass(frozen=True)
class Origin:
    """Where the rows in `incoming` come from and whose they are."""

    run_id: str
    listener_id: str
    file_name: str
    package: str
    source: str
    form: str
    medium: str
    sha256: str
    min_play_seconds: int


def store_file(db: duckdb.DuckDBPyConnection, origin: Origin, mended: Repair | None) -> FileReceipt:
    """Store what `incoming` holds: new plays, rejected rows and the counts, or nothing of them.

    `mended` is what a second reader found where the file was damaged.
    """
    with transaction(db):
        return add_file(db, origin, mended)


def add_file(db: duckdb.DuckDBPyConnection, origin: Origin, mended: Repair | None) -> FileReceipt:
    """Store as `store_file` does, inside a transaction of the caller."""
    with_names = {"run_id": origin.run_id, "file_name": origin.file_name}
    n_cleaned = clean_incoming(db)
    db.execute(_FIND_KNOWN, {"run_id": origin.run_id})
    receipt = _receipt(db, origin, mended, n_cleaned)
    db.execute(_STORE_PLAYS, with_names | _constants(origin))
    if receipt.counts.known:
        span = {"first": receipt.covered_from, "last": receipt.covered_to}
        db.execute(_keep_best_sql(SOURCES[origin.source].rank), {"source": origin.source, **span})
    if receipt.counts.rejected:
        db.execute(_STORE_REJECTED, with_names)
    db.execute(_STORE_FILE, _file_row(origin, receipt))
    return receipt


def _constants(origin: Origin) -> dict[str, Any]:
    return {"listener_id": origin.listener_id, "source": origin.source, "now": utc_now()}


def _receipt(
    db: duckdb.DuckDBPyConnection, origin: Origin, mended: Repair | None, n_cleaned: int
) -> FileReceipt:
    counts_unknown = not SOURCES[origin.source].tells_lengths
    cursor = db.execute(_COUNT, {"min_ms": origin.min_play_seconds * 1000, "counts_unknown": counts_unknown})
    names = [column[0] for column in cursor.description or []]
    found: dict[str, Any] = dict(zip(names, cursor.fetchone() or (), strict=True))
    counts = Counts(**{name: found[name] for name in Counts.__dataclass_fields__})
    why = db.execute(
        "select reason, count(*) from incoming where reason is not null group by reason"
    ).fetchall()
    reasons = Counter[str](dict(why))
    notes = [mended.note] if mended and mended.note else []
    if n_cleaned:
        notes.append(f"cleaned: {n_cleaned:,} rows had control characters or endless texts in their names")
    mended_problem = mended.problem if mended else None
    problem = nothing_kept(counts.read, counts.rejected, reasons) or mended_problem
    return FileReceipt(
        file_name=origin.file_name,
        package=origin.package,
        source=origin.source,
        form=origin.form,
        status="damaged" if mended_problem else NOTHING_KEPT if problem else "ok",
        counts=counts,
        known_twice=found["known_twice"],
        plays=found["plays"],
        short=counts.kept - found["plays"],
        private=found["private"],
        covered_from=found["covered_from"],
        covered_to=found["covered_to"],
        reasons=reasons,
        problem=problem,
        note="; ".join(notes) or None,
    )


def _file_row(origin: Origin, receipt: FileReceipt) -> dict[str, Any]:
    return {
        "run_id": origin.run_id,
        "listener_id": origin.listener_id,
        "file_name": origin.file_name,
        "sha256": origin.sha256,
        "kind": origin.source,
        "content_type": origin.medium,
        "covered_from": receipt.covered_from,
        "covered_to": receipt.covered_to,
        "status": receipt.status,
        "read": receipt.counts.read,
        **receipt.counts.parts,
    }
