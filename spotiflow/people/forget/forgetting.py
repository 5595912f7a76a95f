"""Rewrite the warehouse without a listener: DuckDB keeps deleted text in its file, a new file has none."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
from rich.console import RenderableType

from spotiflow.core.console import log, progress
from spotiflow.core.errors import (
    NotFoundError,
    UsageError,
    WarehouseBusyError,
    WarehouseError,
)
from spotiflow.core.settings import Settings
from spotiflow.ingest.history.receipts import remarks
from spotiflow.ingest.listeners import require_listener
from spotiflow.people.forget import search
from spotiflow.people.forget.files import copies_of, leftovers, remove_files
from spotiflow.people.forget.rows import mark_rows
from spotiflow.warehouse.database import connect, open_warehouse
from spotiflow.warehouse.temp_folder import scratch_folder

# Built from raw and ml; a build makes them again, without the listener.
DERIVED = ("bronze", "silver", "gold")


@dataclass(frozen=True)
class Forgotten:
    """What was removed, and the proof.

    rows: removed rows by table. strings: texts that only their rows had; none of them is a value in
    the new file. searched: how many were looked for in its bytes; seen_before: how many of those stood in the
    bytes of the old one. still_held: files of the home that hold some, or cannot be searched. copies: backups
    and takeouts that were made while the listener was there.
    """

    listener_ids: list[str]
    rows: dict[str, int]
    files: list[str]
    strings: int
    searched: int
    seen_before: int
    still_held: list[str]
    copies: list[str]
    bytes_before: int
    bytes_after: int

    def to_dict(self) -> dict[str, Any]:
        """Return it as `--json` prints it."""
        return {"listener_id": self.who} | asdict(self) | {"dropped": list(DERIVED)}

    @property
    def who(self) -> str:
        """One name, or how many there were."""
        return (
            self.listener_ids[0] if len(self.listener_ids) == 1 else f"{len(self.listener_ids):,} listeners"
        )


def simulated_listeners(settings: Settings) -> list[str]:
    """Return the names of all simulated listeners. Raises NotFoundError where there is none."""
    with open_warehouse(settings) as db:
        rows = db.execute(
            "select listener_id from raw.listeners where kind = 'simulated' order by 1"
        ).fetchall()
    if not rows:
        raise NotFoundError("There is no simulated listener.", hint="See them all: spotiflow listener list.")
    return [row[0] for row in rows]


def preview(settings: Settings, names: Sequence[str]) -> int:
    """Return how many rows of history would go. Raises NotFoundError for an unknown listener."""
    with open_warehouse(settings) as db:
        for name in names:
            require_listener(db, name)
        row = db.execute(
            "select count(*) from raw.listening_history where list_contains(?, listener_id)", [list(names)]
        ).fetchone()
        return row[0] if row else 0


def forget_listener(settings: Settings, name: str) -> Forgotten:
    """Remove one listener, as `forget_listeners` does."""
    return forget_listeners(settings, [name])


def forget_listeners(settings: Settings, names: Sequence[str]) -> Forgotten:
    """Remove listeners from raw and ml, their logins and their files, and write the warehouse anew.

    Everything else is copied to a new file, which is searched and takes the place of the old one at once.
    Bronze, silver and gold are dropped. Raises NotFoundError, UsageError where the file has tables of the
    person's own, WarehouseBusyError, WarehouseError; then nothing has changed.
    """
    with open_warehouse(settings) as db:
        for name in names:
            require_listener(db, name)
        _refuse_own_tables(db)
    with scratch_folder(settings) as scratch, _side_by_side(settings, scratch) as (db, fresh):
        with progress("Writing the warehouse anew"):
            rows = _copy(db, names)
            # Written before their strings are gathered: the rest of a block is whatever that memory held.
            db.execute("checkpoint")
            n_strings = search.collect(db)
            strings = search.sample(db)
            n_left = search.rows_left(db)
        before, after = settings.database_path.stat().st_size, fresh.stat().st_size
        seen_before = search.found_in(settings.database_path, strings)
        if n_left or search.found_in(fresh, strings):
            raise WarehouseError(
                f"The new file still holds something of '{names[0]}', so the old one was left as it is.",
                hint="Please report this; to be rid of everything at once, delete the home folder.",
            )
        with fresh.open("rb+") as file:
            os.fsync(file.fileno())
        # The old file is still locked by us here, so nobody can have written to it in between.
        fresh.replace(settings.database_path)
    files = [file for name in names for file in remove_files(settings, name)]
    log.info("%d listeners were forgotten: %d rows", len(names), sum(rows.values()))
    return Forgotten(
        list(names),
        rows,
        files,
        n_strings,
        len(strings),
        len(seen_before),
        leftovers(settings, strings),
        sorted({copy for name in names for copy in copies_of(settings, name)}),
        before,
        after,
    )


@contextmanager
def _side_by_side(settings: Settings, scratch: Path) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """Yield a connection to a new, empty warehouse to which the old one is attached, read-only, as `old`."""
    place = replace(settings, home=scratch / "new")
    db = connect(place, read_only=False)
    try:
        try:
            db.execute(
                f"attach '{str(settings.database_path).replace(chr(39), chr(39) * 2)}' as old (read_only)"
            )
        except duckdb.IOException as error:
            raise WarehouseBusyError(
                "Another process has just opened the warehouse.", hint="Run the command again."
            ) from error
        yield db, place.database_path
    finally:
        db.close()


def _refuse_own_tables(db: duckdb.DuckDBPyConnection) -> None:
    rows = db.execute(
        """select schema_name || '.' || table_name from (
            select schema_name, table_name from duckdb_tables() where not internal
            union all
            select schema_name, view_name from duckdb_views() where not internal
        )
        where schema_name not in ('raw', 'ml', 'bronze', 'silver', 'gold')
            and schema_name not like '%dbt_test__audit' and table_name not like '%\\_\\_dbt\\_%' escape '\\'
        order by 1"""
    ).fetchall()
    if rows:
        names = ", ".join(row[0] for row in rows)
        raise UsageError(
            f"The warehouse has tables of your own, which may hold this listening: {names}.",
            hint="Copy what you need to another file and drop them first.",
        )


def _copy(db: duckdb.DuckDBPyConnection, names: Sequence[str]) -> dict[str, int]:
    """Copy what stays, table by table; return how many rows of each table did not."""
    removed = {}
    for table, condition in mark_rows(db, names).items():
        db.execute(f"insert into {table} by name select * from old.{table} where {condition}")
        row = db.execute(
            f"select (select count(*) from old.{table}) - (select count(*) from {table})"
        ).fetchone()
        if row and row[0]:
            removed[table] = row[0]
    return removed


def render(forgotten: Forgotten) -> RenderableType:
    """Return what was done for the terminal."""
    rows = ", ".join(f"{table} {n:,}" for table, n in forgotten.rows.items()) or "none"
    held = ", ".join(forgotten.still_held) or "no other file of the home"
    return remarks(
        [
            ("forgotten", forgotten.who),
            ("rows", f"{sum(forgotten.rows.values()):,} removed: {rows}"),
            ("files", ", ".join(forgotten.files) or "no login, nothing in the inbox"),
            (
                "proof",
                f"of {forgotten.strings:,} texts only these rows had, none is in the new file; "
                f"{forgotten.searched:,} of them were looked for in its bytes: 0 found "
                f"({forgotten.seen_before:,} in the old file)",
            ),
            ("file", f"written anew: {forgotten.bytes_before:,} bytes before, {forgotten.bytes_after:,} now"),
            ("dropped", "bronze, silver and gold; next: spotiflow build"),
            ("copies", _copies(forgotten)),
            ("may hold", f"{held}; and exports you keep elsewhere"),
        ]
    )


def _copies(forgotten: Forgotten) -> str:
    if not forgotten.copies:
        return "no backup or takeout that spotiflow made still holds them"
    return f"these still hold them until you remove them: {', '.join(forgotten.copies)}"
