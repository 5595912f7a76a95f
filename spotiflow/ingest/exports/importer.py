"""Take in privacy exports: open the paths, read file by file, store each in one transaction, count all."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from spotiflow.core.console import log, progress
from spotiflow.core.errors import InputError, UsageError
from spotiflow.core.settings import Settings
from spotiflow.ingest.exports.packages import (
    HistoryFile,
    Package,
    open_package,
    with_unique_names,
)
from spotiflow.ingest.exports.reading import Choice
from spotiflow.ingest.exports.reading_ahead import Read, read_ahead
from spotiflow.ingest.files.containers import DamagedEntryError
from spotiflow.ingest.history.coverage import covered_rows
from spotiflow.ingest.history.gaps import close_gaps, open_gaps
from spotiflow.ingest.history.results import (
    Aftermath,
    FileReceipt,
    HistoryReceipt,
    PackageReceipt,
)
from spotiflow.ingest.history.store import Origin, store_file
from spotiflow.ingest.history.whose import strange_plays
from spotiflow.ingest.ingest_runs import HistoryRun, store_not_read
from spotiflow.ingest.listeners import check_listener, time_zone_of
from spotiflow.ingest.time_zones import checked_zone
from spotiflow.warehouse.database import open_warehouse
from spotiflow.warehouse.temp_folder import scratch_folder

# Each time DuckDB empties its log it writes a table's last rows anew: with the usual 16 MB, after every file.
_WRITE_LESS_OFTEN = "set checkpoint_threshold = '64MB'"


def import_exports(
    settings: Settings,
    paths: Sequence[Path | str],
    *,
    listener_id: str | None = None,
    time_zone: str | None = None,
    skip_incognito: bool = False,
) -> HistoryReceipt:
    """Take in Spotify privacy exports: zips, folders and files of any generation, mixed as you like.

    listener_id: whose history it is; without it the default listener, who is made when missing.
    time_zone: IANA name of the zone the listener lives in. skip_incognito: leave private sessions out.
    Taking in the same files again stores nothing new. A bad row is stored as rejected, with its reason.

    Raises InputError when a path is no export (nothing is stored then) or the zone does not exist,
    NotFoundError for an unknown listener, WarehouseBusyError, HomeError.
    """
    if not paths:
        raise UsageError("No path was given.", hint="Example: spotiflow ingest export my_spotify_data.zip.")
    began = time.monotonic()
    zone = checked_zone(time_zone) if time_zone else None
    with ExitStack() as stack:
        packages = [stack.enter_context(open_package(Path(path))) for path in paths]
        scratch = stack.enter_context(scratch_folder(settings))
        db = stack.enter_context(open_warehouse(settings))
        listener = check_listener(db, listener_id, settings)
        history = HistoryRun(db, settings, "export", _given(packages), listener, zone)
        db.execute(_WRITE_LESS_OFTEN)
        covered = covered_rows(db, listener)
        run = _Import(history, scratch, Choice(listener, skip_incognito, settings.keep_country))
        files = run.take_in(packages)
        closed = run.finish(packages, files)
        known = sum(file.counts.known - file.known_twice for file in files)
        after = Aftermath(
            replaced=covered_rows(db, listener) - covered,
            closed_gaps=closed,
            open_gaps=tuple(open_gaps(db, listener)),
            strange=strange_plays(db, listener, history.run_id, known),
        )
        return HistoryReceipt(
            run_id=history.run_id,
            listener_id=listener,
            time_zone=time_zone_of(db, listener),
            min_play_seconds=settings.min_play_seconds,
            min_play_share=settings.min_play_share,
            packages=tuple(_package_receipt(package) for package in packages),
            files=tuple(files),
            seconds=time.monotonic() - began,
            after=after,
        )


@dataclass
class _Import:
    """One import while it runs."""

    run: HistoryRun
    scratch: Path
    choice: Choice

    def take_in(self, packages: list[Package]) -> list[FileReceipt]:
        """Take in all files. Raises InputError when not one of them can be read."""
        receipts = [
            _unreadable(name, package.name, why)
            for package in packages
            for name, why in package.unreadable.items()
        ]
        files = with_unique_names(packages)
        try:
            with (
                progress("Reading plays", total=len(files)) as advance,
                closing(read_ahead(self.run.db, files, self.scratch, self.choice)) as reading,
            ):
                for file, read in reading:
                    receipts.append(self._take_in_file(file, read))
                    advance(1)
        except BaseException:
            self.run.fail()
            raise
        if not self.run.has_begun:
            problem = receipts[0]
            raise InputError(
                f"{problem.file_name} {problem.problem}.",
                hint="Download the export again and give it as it is.",
            )
        return receipts

    def finish(self, packages: list[Package], receipts: list[FileReceipt]) -> int:
        """Write down the files that were not read, close gaps and the run; return how many gaps closed."""
        not_read = [other for package in packages for other in package.others]
        unreadable = [receipt.file_name for receipt in receipts if receipt.status == "unreadable"]
        store_not_read(self.run, not_read, unreadable)
        closed = close_gaps(self.run.db, self.choice.listener_id)
        is_complete = not any(receipt.problem for receipt in receipts)
        self.run.finish("ok" if is_complete else "partial")
        return closed

    def _take_in_file(self, file: HistoryFile, reading: Future[Read]) -> FileReceipt:
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

    def _origin(self, file: HistoryFile, sha256: str) -> Origin:
        return Origin(
            run_id=self.run.run_id,
            listener_id=self.choice.listener_id,
            file_name=file.name,
            package=file.package,
            source=file.generation.source,
            form=file.generation.form,
            medium=file.generation.medium,
            sha256=sha256,
            min_play_seconds=self.run.settings.min_play_seconds,
        )


def _given(packages: list[Package]) -> str:
    return ", ".join(package.name for package in packages)


def _unreadable(name: str, package: str, why: str) -> FileReceipt:
    return FileReceipt(name, package, source="-", form="-", status="unreadable", problem=why)


def _package_receipt(package: Package) -> PackageReceipt:
    forms = Counter[tuple[str, str]]((f.generation.source, f.generation.form) for f in package.files)
    return PackageReceipt(package.name, forms, package.not_read)
