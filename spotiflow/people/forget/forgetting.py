"""Forget listeners: rewrite the warehouse without them, remove their files, say where copies are."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb
from rich.console import RenderableType

from spotiflow.core.console import log, progress
from spotiflow.core.errors import WarehouseError
from spotiflow.core.settings import Settings
from spotiflow.ingest.history.receipts import remarks
from spotiflow.ml.train import models_of_the_catalogue
from spotiflow.people.forget import search
from spotiflow.people.forget.files import copies_of, leftovers, remove_alerts, remove_files
from spotiflow.people.forget.own_tables import DERIVED, refuse_own_tables
from spotiflow.people.forget.rewrite import draft_folder, exchange, let_go, side_by_side
from spotiflow.people.forget.rows import copy_rows
from spotiflow.people.forget.who import require_known, words_for
from spotiflow.people.forget.words import Words
from spotiflow.people.former_names import drop_former_names
from spotiflow.warehouse.database import open_warehouse
from spotiflow.warehouse.known_copies import forget_in_copies, known_copies
from spotiflow.warehouse.memory_copies import drop_copies
from spotiflow.warehouse.run_lock import only_one

# Files of the home are searched for so many of the texts; every form of each is looked for.
MOST_TEXTS = 40


@dataclass(frozen=True)
class Forgotten:
    """What was removed, and the proof.

    rows: removed rows by table. strings: texts that only their rows had; none of them is a value in
    the new file. searched: how many were looked for in its bytes; seen_before: how many of those stood in the
    bytes of the old one. still_held: files of the home that hold a name or text of theirs; unsearched: files
    of it of which nobody can tell. copies: backups, takeouts and publications made while they were there.
    """

    listener_ids: list[str]
    rows: dict[str, int]
    files: list[str]
    strings: int
    searched: int
    seen_before: int
    still_held: list[str]
    unsearched: list[str]
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


@dataclass(frozen=True)
class _Rewritten:
    """What is known of the new warehouse once it is in its place. models: files of models it names."""

    rows: dict[str, int]
    strings: int
    sample: list[str]
    seen_before: int
    models: set[str]
    names: tuple[str, ...]
    is_linked: bool
    bytes_before: int
    bytes_after: int


def forget_listener(settings: Settings, name: str) -> Forgotten:
    """Remove one listener, as `forget_listeners` does."""
    return forget_listeners(settings, [name])


def forget_listeners(settings: Settings, names: Sequence[str]) -> Forgotten:
    """Remove listeners from raw and ml, their logins, models and other files; write the warehouse anew.

    Everything else is copied to a new file, which is searched and takes the place of the old one at once.
    Bronze, silver and gold are dropped, and so are models that learned from listening. Raises NotFoundError,
    UsageError where the file has tables of the person's own, WaitError while a run is going on,
    WarehouseBusyError, WarehouseError, HomeError where the list of copies is damaged; then nothing has changed.
    """
    with only_one(settings, "spotiflow forget"):
        # Before anything changes: without the list nobody could be told where copies are.
        known_copies(settings)
        with open_warehouse(settings) as db:
            require_known(db, settings, names)
            refuse_own_tables(db)
        new = _rewrite(settings, names)
        copies = copies_of(settings, [*names, *new.names])
        files = remove_files(settings, names, new.models)
        words = Words(new.names, tuple(new.sample[:MOST_TEXTS]))
        remove_alerts(settings, words)
        drop_former_names(settings, names)
        forget_in_copies(settings, [*names, *new.names])
        still_held, unsearched = leftovers(settings, words)
        still_held += ["the old warehouse, under another name (a hard link)"] if new.is_linked else []
        log.info("%d listeners were forgotten: %d rows", len(names), sum(new.rows.values()))
        return Forgotten(
            list(names),
            new.rows,
            files,
            new.strings,
            len(new.sample),
            new.seen_before,
            still_held,
            unsearched,
            copies,
            new.bytes_before,
            new.bytes_after,
        )


def _rewrite(settings: Settings, names: Sequence[str]) -> _Rewritten:
    """Write the warehouse anew without these listeners and put it in its place."""
    with (
        draft_folder(settings) as folder,
        # Closed by hand before the exchange, the old file would not be locked by DuckDB any more.
        settings.database_path.open("rb") as old_bytes,
        side_by_side(settings, folder) as (db, fresh),
    ):
        with progress("Writing the warehouse anew"):
            known_as = _known_as(db, settings, names)
            rows = copy_rows(db, names, Words(known_as), sorted(models_of_the_catalogue()))
            n_strings, sample, n_left = search.collect(db), search.sample(db), search.rows_left(db)
            models = _model_files(db)
            let_go(db)
        is_linked = os.fstat(old_bytes.fileno()).st_nlink > 1
        before, after = settings.database_path.stat().st_size, fresh.stat().st_size
        if n_left or _stand_in(fresh, sample):
            raise WarehouseError(
                f"The new file still holds something of '{names[0]}', so the old one was left as it is.",
                hint="Please report this; to be rid of everything at once, delete the home folder.",
            )
        exchange(settings, fresh)
        drop_copies(settings)
        seen_before = len(search.found_in(old_bytes, [text.encode() for text in sample]))
    return _Rewritten(rows, n_strings, sample, seen_before, models, known_as, is_linked, before, after)


def _known_as(db: duckdb.DuckDBPyConnection, settings: Settings, names: Sequence[str]) -> tuple[str, ...]:
    db.execute("use old")
    found = words_for(db, settings, names)
    db.execute("use fresh")
    return found


def _model_files(db: duckdb.DuckDBPyConnection) -> set[str]:
    rows = db.execute("select unnest([artifact, card]) from ml.model_versions").fetchall()
    return {name for (name,) in rows if name}


def _stand_in(path: Path, sample: list[str]) -> bool:
    with path.open("rb") as stream:
        return bool(search.found_in(stream, [text.encode() for text in sample]))


def render(forgotten: Forgotten) -> RenderableType:
    """Return what was done for the terminal."""
    rows = ", ".join(f"{table} {n:,}" for table, n in forgotten.rows.items()) or "none"
    return remarks(
        [
            ("forgotten", forgotten.who),
            ("rows", f"{sum(forgotten.rows.values()):,} removed: {rows}"),
            ("files", ", ".join(forgotten.files) or "no login, no model, nothing in the inbox"),
            (
                "proof",
                f"of {forgotten.strings:,} texts only these rows had, none is in the new file; "
                f"{forgotten.searched:,} of them were looked for in its bytes: 0 found "
                f"({forgotten.seen_before:,} in the old file)",
            ),
            ("file", f"written anew: {forgotten.bytes_before:,} bytes before, {forgotten.bytes_after:,} now"),
            ("dropped", "bronze, silver and gold; next: spotiflow build, or spotiflow run for models too"),
            ("copies", _copies(forgotten)),
            ("may hold", _may_hold(forgotten)),
        ]
    )


def _copies(forgotten: Forgotten) -> str:
    if not forgotten.copies:
        return "no backup, takeout or publication that spotiflow made is known to hold them"
    return (
        f"these still hold them until you remove them, or publish there again: {', '.join(forgotten.copies)}"
    )


def _may_hold(forgotten: Forgotten) -> str:
    held = ", ".join(forgotten.still_held) or "a search of the home's other files found nothing"
    closed = f"; not searchable: {', '.join(forgotten.unsearched)}" if forgotten.unsearched else ""
    return f"{held}{closed}; and exports, pictures and results of queries you keep elsewhere"
