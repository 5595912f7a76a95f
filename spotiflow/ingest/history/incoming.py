"""The temporary table `incoming`: what every reader makes of its file, and the importer stores."""

from __future__ import annotations

from spotiflow.ingest.history.play_id import PLAY_ID_SQL

_COLUMNS = {
    "row_number": "bigint",
    "reason": "varchar",
    "record": "json",
    "is_skipped": "boolean",
    "content_type": "varchar",
    **dict.fromkeys(
        ("content_uri", "track_id", "isrc", "track_name", "artist_name", "album_name"), "varchar"
    ),
    **dict.fromkeys(("started_at", "device_started_at", "ended_at", "played_at"), "timestamp"),
    **dict.fromkeys(("started_at_source", "ended_at_precision"), "varchar"),
    **dict.fromkeys(("ms_played", "duration_ms"), "bigint"),
    **dict.fromkeys(("platform", "country"), "varchar"),
    **dict.fromkeys(("shuffle", "skipped", "offline", "is_private_session"), "boolean"),
    **dict.fromkeys(("reason_start", "reason_end"), "varchar"),
}
_USUAL = {"is_skipped": "false", "content_type": "'track'", "ended_at_precision": "'second'"}


def incoming_sql(records: str) -> str:
    """Return SQL that fills `incoming` for `$listener` from a query with one row per record.

    The query has `row_number` and `reason` (why a record is no play, with the `record` itself), and of a play
    `played_at`, `started_at`, `started_at_source` and what else its source tells. What it does not name is
    empty, a track that ended in a known second.
    """
    empty = ", ".join(f"null::{kind} as {name}" for name, kind in _COLUMNS.items())
    usual = ", ".join(f"coalesce({name}, {value}) as {name}" for name, value in _USUAL.items())
    return f"""
    create or replace temp table incoming as
    select * replace ({usual}), case when reason is null then {PLAY_ID_SQL} end as play_id
    from (select {empty} where false union all by name select * from ({records})) as records,
        (select $listener as listener_id) as listener
    """
