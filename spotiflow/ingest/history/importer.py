"""The one importer of plays: open the paths, read file by file, store each in one transaction, count all."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic

from spotiflow.core.console import log, progress
from spotiflow.core.errors import InputError, UsageError
from spotiflow.core.settings import Settings
from spotiflow.ingest.files.containers import DamagedEntryError
from spotiflow.ingest.history.coverage import covered_rows
from spotiflow.ingest.history.gaps import close_gaps, open_gaps
from spotiflow.ingest.history.packages import HistoryFile, Package, open_package, with_unique_names
from spotiflow.ingest.history.reader import AForm, Choice, Reader
from spotiflow.ingest.history.reading_ahead import Read, read_ahead
from spotiflow.ingest.history.results import Aftermath, FileReceipt, HistoryReceipt
from spotiflow.ingest.history.sources import SOURCES, Source
from spotiflow.ingest.history.store import Origin, store_file
from spotiflow.ingest.history.whose import strange_plays
from spotiflow.ingest.ingest_runs import HistoryRun, store_not_read
from spotiflow.ingest.listeners import check_listener, time_zone_of
from spotiflow.ingest.time_zones import checked_zone
from spotiflow.warehouse.database import open_warehouse
from spotiflow.warehouse.temp_folder import temp_folder

# Each time DuckDB empties its log it writes a table's last rows anew: with the usual 16 MB, after every file.
_WRITE_LESS_OFTEN = "set checkpoint_threshold = '64MB'"


def import_history(
    settings: Settings,
    reader: Reader[AForm],
    paths: Sequence[Path | str],
    *,
    listener_id: str | None = None,
    time_zone: str | None = None,
    skip_private: bool = False,
) -> HistoryReceipt:
    """Import plays: zips, folders and files that `reader` recognises, mixed as you like.

    listener_id: whose history it is; without it the default listener, who is made when missing.
    time_zone: IANA name of the zone the listener lives in. skip_private: leave private sessions out.
    Importing the same files again stores nothing new. A bad row is stored as rejected, with its reason.

    Raises InputError when a path holds nothing for the reader (nothing is stored then) or the zone does not
    exist, NotFoundError for an unknown listener, WarehouseBusyError, HomeError.
    """
    if not paths:
        raise UsageError("No path was given.", hint=f"Example: {reader.example}.")
    began = time.monotonic()
    zone = checked_zone(time_zone) if time_zone else None
    with ExitStack() as stack:
        packages = [stack.enter_context(open_package(Path(path), reader)) for path in paths]
        temp = stack.enter_context(temp_folder(settings))
        db = stack.enter_context(open_warehouse(settings))
        listener = check_listener(db, listener_id, settings)
        given = ", ".join(package.name for package in packages)
        history = HistoryRun(db, settings, reader.kind, given, listener, zone)
        db.execute(_WRITE_LESS_OFTEN)
        run = _Import(history, temp, reader, Choice(listener, skip_private, settings.keep_country))
        files, after = run.take_in(packages)
        sources = {file.form.source for package in packages for file in package.files}
        return HistoryReceipt(
            run_id=history.run_id,
            listener_id=listener,
            time_zone=time_zone_of(db, listener),
            min_play_seconds=settings.min_play_seconds,
            min_play_share=settings.min_play_share,
            packages=tuple(package.receipt() for package in packages),
            files=tuple(files),
            seconds=time.monotonic() - began,
            after=after,
            privacy=reader.privacy,
            notes=tuple(reader.notes(sources)),
        )


@dataclass
class _Import(Generic[AForm]):
    """One import while it runs."""

    run: HistoryRun
    temp: Path
    reader: Reader[AForm]
    choice: Choice

    def take_in(self, packages: list[Package[AForm]]) -> tuple[list[FileReceipt], Aftermath]:
        """Import all files, and see what that changed in the history of the listener."""
        is_whole = any(_source(file).is_whole for package in packages for file in package.files)
        covered = covered_rows(self.run.db, self.choice.listener_id) if is_whole else None
        files = self._take_in_files(packages)
        closed = self._finish(packages, files)
        if covered is None:
            return files, Aftermath()
        db, listener = self.run.db, self.choice.listener_id
        known = sum(file.counts.known - file.known_twice for file in files)
        return files, Aftermath(
            replaced=covered_rows(db, listener) - covered,
            closed_gaps=closed,
            open_gaps=tuple(open_gaps(db, listener)),
            strange=strange_plays(db, listener, self.run.run_id, known),
        )

    def _take_in_files(self, packages: list[Package[AForm]]) -> list[FileReceipt]:
        """Import file by file. Raises InputError when not one of them can be read."""
        receipts = [
            _unreadable(name, package.name, why)
            for package in packages
            for name, why in package.unreadable.items()
        ]
        files = with_unique_names(packages)
        reading = read_ahead(self.run.db, self.reader, files, self.temp, self.choice)
        try:
            with progress(f"Reading {self.reader.what}", total=len(files)) as advance, closing(reading):
                for file, read in reading:
                    receipts.append(self._take_in_file(file, read))
                    advance(1)
        except BaseException:
            self.run.fail()
            raise
        if not self.run.has_begun:
            problem = receipts[0]
            raise InputError(f"{problem.file_name} {problem.problem}.", hint=self.reader.again)
        return receipts

    def _finish(self, packages: list[Package[AForm]], receipts: list[FileReceipt]) -> int:
        """Write down the files that were not read, close gaps and the run; return how many gaps closed."""
        not_read = [other for package in packages for other in package.others]
        unreadable = [receipt.file_name for receipt in receipts if receipt.status == "unreadable"]
        store_not_read(self.run, not_read, unreadable)
        closed = close_gaps(self.run.db, self.choice.listener_id)
        is_complete = not any(receipt.problem for receipt in receipts)
        self.run.finish("ok" if is_complete else "partial")
        return closed

    def _take_in_file(self, file: HistoryFile[AForm], reading: Future[Read]) -> FileReceipt:
        try:
            read = reading.result()
        except DamagedEntryError:
            return _unreadable(file.name, file.package, "cannot be unpacked: the archive is damaged there")
        if read.mended and read.mended.is_hopeless:
            return _unreadable(file.name, file.package, "breaks off before its first complete record")
        self.run.begin()
        receipt = store_file(read.db, self._origin(file, read.sha256), read.mended)
        log.info("%s: %s", file.name, receipt.counts)
        return receipt

    def _origin(self, file: HistoryFile[AForm], sha256: str) -> Origin:
        return Origin(
            run_id=self.run.run_id,
            listener_id=self.choice.listener_id,
            file_name=file.name,
            package=file.package,
            source=file.form.source,
            form=file.form.name,
            medium=file.form.medium,
            sha256=sha256,
            min_play_seconds=self.run.settings.min_play_seconds,
        )


def _source(file: HistoryFile[Any]) -> Source:
    return SOURCES[file.form.source]


def _unreadable(name: str, package: str, why: str) -> FileReceipt:
    return FileReceipt(name, package, source="-", form="-", status="unreadable", problem=why)
