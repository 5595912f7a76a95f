"""Listeners: whose history it is, and which time zone they lived in from when."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import duckdb
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from spotiflow.core.errors import NotFoundError, UsageError
from spotiflow.core.setting_readers import LISTENER_NAME, NOT_LISTENERS
from spotiflow.core.settings import Settings
from spotiflow.ingest.time_zones import checked_zone, system_zone
from spotiflow.warehouse.database import open_warehouse
from spotiflow.warehouse.run_log import utc_now

# The zone of a listener for all time before they moved anywhere.
FROM_THE_BEGINNING = datetime(1970, 1, 1)


@dataclass(frozen=True)
class Listener:
    """One listener. `time_zone` is the latest one, None where none is known; `kind` person or simulated."""

    listener_id: str
    display_name: str | None
    kind: str
    created_at: datetime
    time_zone: str | None
    rows: int

    def to_dict(self) -> dict[str, Any]:
        """Return the listener as `--json` prints it; `created_at` is UTC in ISO 8601."""
        return asdict(self) | {"created_at": self.created_at.isoformat()}


def check_listener(db: duckdb.DuckDBPyConnection, listener_id: str | None, settings: Settings) -> str:
    """Return the listener an import is for, without making anyone.

    Raises NotFoundError when a listener is named that nobody added.
    """
    name = listener_id or settings.default_listener
    if name != settings.default_listener:
        require_listener(db, name, is_import=True)
    return name


def require_listener(db: duckdb.DuckDBPyConnection, name: str, *, is_import: bool = False) -> None:
    """Raise NotFoundError for a listener nobody added; who imports is told how to add them."""
    if _exists(db, name):
        return
    known = ", ".join(
        row[0] for row in db.execute("select listener_id from raw.listeners order by 1").fetchall()
    )
    raise NotFoundError(
        f"There is no listener '{name}'; known are: {known or 'none yet'}.",
        hint=f"Add them first: spotiflow listener add {name}."
        if LISTENER_NAME.fullmatch(name) and is_import
        else "See them all: spotiflow listener list.",
    )


def existing_listener(db: duckdb.DuckDBPyConnection, listener_id: str | None, settings: Settings) -> str:
    """Return the listener asked for, who has to exist; without one the default listener, or the only one.

    Raises NotFoundError for one who does not exist, UsageError where several could be meant.
    """
    known = [listener.listener_id for listener in _all(db)]
    name = listener_id or settings.default_listener
    if listener_id is None and name not in known and known:
        if len(known) == 1:
            return known[0]
        raise UsageError(
            f"Several listeners could be meant: {', '.join(known)}.",
            hint=f"Say whose: --listener {known[0]}.",
        )
    require_listener(db, name)
    return name


def ensure_listener(db: duckdb.DuckDBPyConnection, listener_id: str | None, settings: Settings) -> str:
    """Return the listener an import is for; the default one is made, with the system's zone, when missing.

    Raises NotFoundError when a listener is named that nobody added.
    """
    name = check_listener(db, listener_id, settings)
    if not _exists(db, name):
        make_listener(db, name, display_name=None, kind="person", zone=system_zone())
    return name


def add_listener(
    settings: Settings,
    name: str,
    *,
    display_name: str | None = None,
    simulated: bool = False,
    time_zone: str | None = None,
) -> Listener:
    """Add a listener; without `time_zone` they get the system's.

    Raises UsageError for a name that is taken or cannot be one, InputError for an unknown zone.
    """
    _check_form(name)
    zone = checked_zone(time_zone) if time_zone else system_zone()
    with open_warehouse(settings) as db:
        check_new_name(db, name)
        make_listener(
            db, name, display_name=display_name, kind="simulated" if simulated else "person", zone=zone
        )
        return next(listener for listener in _all(db) if listener.listener_id == name)


def check_new_name(db: duckdb.DuckDBPyConnection, name: str, *, instead_of: str | None = None) -> None:
    """Raise UsageError for a name that is taken or cannot be one.

    Names that differ in case only are one name: on some systems their logins would be one file. Whoever is
    renamed, `instead_of`, may change the case of their own.
    """
    _check_form(name)
    taken = db.execute("select listener_id from raw.listeners where lower(listener_id) = lower(?)", [name])
    found = taken.fetchone()
    if found and (found[0] != instead_of or name == instead_of):
        raise UsageError(
            f"There is a listener '{found[0]}' already.", hint="See them all: spotiflow listener list."
        )


def _check_form(name: str) -> None:
    if not LISTENER_NAME.fullmatch(name):
        raise UsageError(
            f"'{name}' cannot be a listener's name.",
            hint="Use up to 40 letters, digits, dots, dashes and underscores; --display-name takes the rest.",
        )
    if name.lower() in NOT_LISTENERS:
        raise UsageError(
            f"'{name}' means something else here and cannot be a listener's name.",
            hint="Choose another, such as a first name; --display-name may be anything.",
        )


def list_listeners(settings: Settings) -> list[Listener]:
    """Return all listeners with how many rows of history they have.

    Raises NotFoundError when there is no warehouse yet.
    """
    with open_warehouse(settings, read_only=True) as db:
        return _all(db)


def render(listeners: list[Listener]) -> RenderableType:
    """Return the listeners as a table for the terminal."""
    if not listeners:
        return Text("No listener yet: the first import makes one.")
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for title in ("listener", "name", "kind", "time zone"):
        table.add_column(title, overflow="ellipsis", no_wrap=True)
    table.add_column("rows", justify="right")
    for one in listeners:
        names = (one.listener_id, one.display_name or "", one.kind, one.time_zone or "UTC, none known")
        table.add_row(*map(Text, names), f"{one.rows:,}")
    return table


def set_time_zone(
    db: duckdb.DuckDBPyConnection, listener_id: str, zone: str, valid_from: datetime | None = None
) -> None:
    """Say that a listener lived in `zone` from `valid_from` (UTC) on, until the next zone they have.

    Without `valid_from` it is their zone from the beginning. Raises InputError for an unknown zone.
    """
    zone = checked_zone(zone)
    since = valid_from or FROM_THE_BEGINNING
    db.execute(
        "delete from raw.listener_time_zones where listener_id = ? and valid_from = ?", [listener_id, since]
    )
    db.execute("insert into raw.listener_time_zones values (?, ?, ?)", [listener_id, since, zone])


def time_zone_of(db: duckdb.DuckDBPyConnection, listener_id: str) -> str | None:
    """Return the zone a listener lives in now, None where none is known."""
    row = db.execute(
        "select max_by(time_zone, valid_from) from raw.listener_time_zones where listener_id = ?",
        [listener_id],
    ).fetchone()
    return row[0] if row else None


def _exists(db: duckdb.DuckDBPyConnection, name: str) -> bool:
    return db.execute("select 1 from raw.listeners where listener_id = ?", [name]).fetchone() is not None


def make_listener(
    db: duckdb.DuckDBPyConnection, name: str, *, display_name: str | None, kind: str, zone: str
) -> None:
    """Write down a new listener, `kind` person or simulated, and the IANA zone they live in."""
    db.execute("insert into raw.listeners values (?, ?, ?, ?)", [name, display_name, kind, utc_now()])
    set_time_zone(db, name, zone)


def _all(db: duckdb.DuckDBPyConnection) -> list[Listener]:
    rows = db.execute("""
        select
            listener_id, any_value(display_name), any_value(kind), min(created_at),
            (
                select max_by(time_zone, valid_from) from raw.listener_time_zones as zones
                where zones.listener_id = listeners.listener_id
            ),
            (
                select count(*) from raw.listening_history as plays
                where plays.listener_id = listeners.listener_id
            )
        from raw.listeners
        group by listener_id
        order by min(created_at), listener_id
    """).fetchall()
    return [Listener(*row) for row in rows]
