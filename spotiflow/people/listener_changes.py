"""Changes to a listener who has a history already: another name, other time zones."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import duckdb
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from spotiflow.core.errors import UsageError
from spotiflow.core.settings import Settings
from spotiflow.core.transactions import transaction
from spotiflow.ingest.history.play_id import PLAY_ID_SQL
from spotiflow.ingest.listeners import (
    FROM_THE_BEGINNING,
    check_new_name,
    require_listener,
    set_time_zone,
)
from spotiflow.ingest.time_zones import checked_zone
from spotiflow.people.former_names import remember_former_name
from spotiflow.warehouse.database import open_warehouse
from spotiflow.warehouse.known_copies import rename_in_copies

# Dates outside of these are slips of the pen: Spotify was founded in 2006.
FIRST_YEAR, LAST_YEAR = 1971, 2100
# The name is part of what a play is known by, so a later import must find the same ids again.
_NEW_IDS = f"""
create or replace temp table new_ids as
select play_id as old_id, {PLAY_ID_SQL} as new_id
from (select * replace ($new_name as listener_id) from raw.listening_history where listener_id = $name)
"""
_TABLES = """
select schema_name || '.' || table_name
from duckdb_columns()
where schema_name in ('raw', 'ml') and column_name = ? and database_name = current_database()
order by 1
"""


def rename_listener(settings: Settings, name: str, new_name: str) -> int:
    """Give a listener another name in everything stored, with their login; return how many rows changed.

    Built tables have the old name until the next build. Raises NotFoundError for an unknown listener,
    UsageError for a name that is taken or cannot be one.
    """
    with open_warehouse(settings) as db:
        require_listener(db, name)
        check_new_name(db, new_name, instead_of=name)
        with transaction(db):
            db.execute(_NEW_IDS, {"name": name, "new_name": new_name})
            n_rows = sum(_rename_in(db, table, name, new_name) for table in _tables(db, "listener_id"))
            for table in _tables(db, "play_id"):
                db.execute(f"update {table} set play_id = new_id from new_ids where play_id = old_id")
            db.execute(
                """update raw.api_records set record_id = new_id::varchar
                from new_ids where record_id = old_id::varchar"""
            )
    remember_former_name(settings, name, new_name)
    rename_in_copies(settings, name, new_name)
    _move_files(settings, name, new_name)
    return n_rows


def _tables(db: duckdb.DuckDBPyConnection, column: str) -> list[str]:
    return [row[0] for row in db.execute(_TABLES, [column]).fetchall()]


def _rename_in(db: duckdb.DuckDBPyConnection, table: str, name: str, new_name: str) -> int:
    changed = db.execute(f"update {table} set listener_id = ? where listener_id = ?", [new_name, name])
    return int((changed.fetchone() or (0,))[0])


def _move_files(settings: Settings, name: str, new_name: str) -> None:
    """The login, the tokens of players, and what waits to be loaded go along."""
    from dataclasses import replace

    from spotiflow.ingest.spotify.spool import spool, spooled
    from spotiflow.ingest.spotify.token_store import token_path
    from spotiflow.ingest.submissions.spool import rename_in_listens
    from spotiflow.ingest.submissions.tokens import rename_in_tokens

    token = token_path(settings, name)
    if token.exists():
        token.replace(token_path(settings, new_name))
    for path, batch in spooled(settings):
        if batch.listener_id == name and spool(settings, replace(batch, listener_id=new_name)) != path:
            path.unlink(missing_ok=True)
    # Tokens first: what is submitted from here on is of the new name already.
    rename_in_tokens(settings, name, new_name)
    rename_in_listens(settings, name, new_name)


def move_listener(
    settings: Settings, name: str, zone: str, *, since: str | None = None
) -> list[tuple[datetime, str]]:
    """Say where a listener lives: in `zone` from the local date or time `since` on, or else all the time.

    Returns all their zones with the time (UTC) from which each holds. Without `since`, one zone takes the
    place of all. Raises NotFoundError, InputError for an unknown zone, UsageError for a date that is none.
    """
    zone = checked_zone(zone)
    valid_from = _as_utc(since, zone) if since is not None else None
    with open_warehouse(settings) as db:
        require_listener(db, name)
        with transaction(db):
            if valid_from is None:
                db.execute("delete from raw.listener_time_zones where listener_id = ?", [name])
            set_time_zone(db, name, zone, valid_from)
        return db.execute(
            "select valid_from, time_zone from raw.listener_time_zones where listener_id = ? order by 1",
            [name],
        ).fetchall()


def _as_utc(since: str, zone: str) -> datetime:
    try:
        moment: datetime | None = datetime.fromisoformat(since)
    except ValueError:
        moment = None
    if moment is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise UsageError(
            f"'{since}' is no date of this time; expected one such as 2024-03-01.",
            hint="Example: spotiflow listener timezone me Europe/Paris --from 2024-03-01",
        )
    local = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
    return local.astimezone(UTC).replace(tzinfo=None)


def render_zones(zones: list[tuple[datetime, str]]) -> RenderableType:
    """Return the zones of a listener as a table; each holds until the next, the first before it too."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("from (local time)", no_wrap=True)
    table.add_column("time zone", no_wrap=True)
    for position, (since, zone) in enumerate(zones):
        local = since.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)) if since > FROM_THE_BEGINNING else None
        when = "the beginning" if position == 0 or local is None else f"{local:%Y-%m-%d %H:%M}"
        table.add_row(Text(when), Text(zone))
    return table
