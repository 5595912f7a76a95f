"""Load the catalogue: once per file, in one transaction, another file only when asked to replace."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

import duckdb

from spotiflow.core.console import log, progress
from spotiflow.core.errors import InputError
from spotiflow.core.settings import Settings
from spotiflow.core.transactions import transaction
from spotiflow.ingest.files.containers import DamagedEntryError, Entry, open_container
from spotiflow.ingest.files.file_kinds import Content
from spotiflow.ingest.files.inputs import WANTED, InputKind, kind_of, wrong_input
from spotiflow.ingest.files.local_copy import local_copy
from spotiflow.ingest.ingest_runs import begin_run, finish_run
from spotiflow.ingest.kaggle.reading import read_catalogue
from spotiflow.ingest.kaggle.results import COLUMNS, KaggleReceipt, describe_catalogue
from spotiflow.warehouse.database import open_warehouse
from spotiflow.warehouse.run_log import utc_now
from spotiflow.warehouse.temp_folder import temp_folder

_STORE_ROWS = f"""
insert into raw.kaggle_tracks by name
select row_number, {", ".join(COLUMNS)}, $simulated as is_simulated, $run_id as run_id, $now as loaded_at
from catalogue
where reason is null
"""
_STORE_REJECTED = """
insert into raw.rejected_rows (run_id, file_name, row_number, reason, record)
select $run_id, $file_name, row_number, reason, to_json(struct_pack(track_id, track_name, artists))::varchar
from catalogue
where reason is not null
union all
select $run_id, $file_name, line - 1, reason, record from malformed
order by row_number
"""
_STORE_FILE = """
insert into raw.ingest_files by name
select
    $run_id as run_id, $file_name as file_name, $sha256 as sha256, 'kaggle' as kind,
    'catalogue' as content_type, kept + rejected as rows_read, kept as rows_kept, 0 as rows_known,
    0 as rows_podcast, 0 as rows_audiobook, 0 as rows_video, 0 as rows_skipped, rejected as rows_rejected,
    'ok' as status
from (
    select
        count(*) filter (where reason is null) as kept,
        count(*) filter (where reason is not null) + (select count(*) from malformed) as rejected
    from catalogue
)
"""
_LOADED = """
select run_id, is_simulated, min(loaded_at), count(*), any_value(file_name), any_value(sha256)
from raw.kaggle_tracks
left join raw.ingest_files using (run_id)
group by run_id, is_simulated
"""


def load_kaggle(
    settings: Settings, path: Path | str, *, force: bool = False, simulated: bool = False
) -> KaggleReceipt:
    """Load the Kaggle Spotify Tracks Dataset: the CSV, Kaggle's archive.zip or the folder unpacked from it.

    The same file (by its bytes) is loaded once; `force` loads it again, or replaces another one.
    simulated: the catalogue was generated, and everything built on it must say so.

    Raises InputError when the path is something else or another catalogue is loaded, WarehouseBusyError,
    HomeError. Then nothing has changed.
    """
    began = time.monotonic()
    with (
        _catalogue_of(Path(path)) as entry,
        temp_folder(settings) as folder,
        local_copy(entry, folder) as (copy, digest),
        open_warehouse(settings) as db,
    ):
        load = _Load(db, Path(entry.name).name, digest.result(), simulated)
        return load.run(copy, began, force=force)


@contextmanager
def _catalogue_of(path: Path) -> Iterator[Entry]:
    with open_container(path) as container:
        if kind_of(container) is not InputKind.KAGGLE:
            raise wrong_input(path, kind_of(container), [WANTED[InputKind.KAGGLE]])
        found = next(entry for entry in container.entries if entry.content() is Content.CATALOGUE)
        try:
            yield found
        except DamagedEntryError as error:
            raise InputError(
                f"{found.name} in {path} cannot be unpacked: the archive is damaged.",
                hint="Download it again.",
            ) from error


@dataclass(frozen=True)
class _Loaded:
    run_id: str
    is_simulated: bool
    loaded_at: datetime
    rows: int
    file_name: str | None
    sha256: str | None


@dataclass
class _Load:
    """One load while it runs."""

    db: duckdb.DuckDBPyConnection
    file_name: str
    sha256: str
    simulated: bool
    run_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def run(self, copy: Path, began: float, *, force: bool) -> KaggleReceipt:
        """Load, replace or skip."""
        rows = self.db.execute(_LOADED).fetchall()
        loaded = _Loaded(*rows[0]) if rows else None
        if loaded and not force:
            self._refuse_another(loaded)
            return self._receipt("skipped", began, run_id=loaded.run_id)
        absent = self._read(copy)
        reasons = self._store()
        log.info("catalogue %s loaded", self.file_name)
        return self._receipt("replaced" if loaded else "loaded", began, reasons=reasons, absent=absent)

    def _refuse_another(self, loaded: _Loaded) -> None:
        if loaded.sha256 == self.sha256 and loaded.is_simulated == self.simulated:
            return
        kind = "a simulated catalogue" if loaded.is_simulated else "another catalogue"
        raise InputError(
            f"{kind.capitalize()} is loaded: {loaded.file_name}, {loaded.rows:,} rows, "
            f"on {loaded.loaded_at:%Y-%m-%d}; {self.file_name} is a different one.",
            hint="Add --force to replace it.",
        )

    def _read(self, copy: Path) -> tuple[str, ...]:
        try:
            with progress("Reading the catalogue"):
                absent = read_catalogue(self.db, copy)
        except (duckdb.InvalidInputException, duckdb.DataError, UnicodeDecodeError) as error:
            reason = str(error).splitlines()[0]
            raise InputError(
                f"{self.file_name} cannot be read as CSV: {reason}", hint="Download the dataset again."
            ) from error
        usable = self.db.execute("select count(*) from catalogue where reason is null").fetchone()
        if not usable or not usable[0]:
            raise InputError(f"{self.file_name} has no usable row.", hint="Download the dataset again.")
        return absent

    def _store(self) -> Counter[str]:
        """Put the new rows in the place of the old ones, all or nothing."""
        names = {"run_id": self.run_id, "file_name": self.file_name}
        with transaction(self.db):
            begin_run(self.db, self.run_id, "kaggle", self.file_name)
            self.db.execute("delete from raw.kaggle_tracks")
            values = {"run_id": self.run_id, "simulated": self.simulated, "now": utc_now()}
            self.db.execute(_STORE_ROWS, values)
            self.db.execute(_STORE_REJECTED, names)
            self.db.execute(_STORE_FILE, names | {"sha256": self.sha256})
            finish_run(self.db, self.run_id, "ok")
        return self._reasons()

    def _reasons(self) -> Counter[str]:
        rows = self.db.execute(
            "select reason, count(*) from raw.rejected_rows where run_id = ? group by reason", [self.run_id]
        ).fetchall()
        return Counter(dict(rows))

    def _receipt(
        self,
        status: Literal["loaded", "replaced", "skipped"],
        began: float,
        *,
        run_id: str | None = None,
        reasons: Counter[str] | None = None,
        absent: tuple[str, ...] = (),
    ) -> KaggleReceipt:
        reasons = reasons or Counter()
        return KaggleReceipt(
            status=status,
            run_id=run_id or self.run_id,
            file_name=self.file_name,
            sha256=self.sha256,
            is_simulated=self.simulated,
            catalogue=describe_catalogue(self.db),
            rejected=reasons.total(),
            seconds=time.monotonic() - began,
            reasons=reasons,
            absent=absent,
        )
