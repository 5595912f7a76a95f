"""Take in privacy exports: open the paths, read file by file, store each in one transaction, count all."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from core.console import log, progress
from core.database import open_warehouse
from core.errors import InputError, UsageError
from core.settings import Settings
from ingest.containers import DamagedEntryError
from ingest.exports.packages import HistoryFile, Package, open_package, with_unique_names
from ingest.exports.reading import Choice, read_file
from ingest.exports.repair import Repair
from ingest.exports.results import ExportReceipt, FileReceipt, PackageReceipt
from ingest.exports.storing import Origin, store_file
from ingest.gaps import close_gaps
from ingest.ingest_runs import begin_run, finish_run
from ingest.listeners import check_listener, ensure_listener, set_time_zone, time_zone_of
from ingest.local_copy import local_copy
from ingest.scratch import scratch_folder
from ingest.time_zones import checked_zone


def import_exports(
    settings: Settings,
    paths: Sequence[Path | str],
    *,
    listener_id: str | None = None,
    time_zone: str | None = None,
    skip_incognito: bool = False,
) -> ExportReceipt:
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
        run = _Run(db, settings, scratch, Choice(listener, skip_incognito), zone, _given(packages))
        files = run.take_in(packages)
        return ExportReceipt(
            run_id=run.run_id,
            listener_id=listener,
            time_zone=time_zone_of(db, listener),
            min_play_seconds=settings.min_play_seconds,
            packages=tuple(_package_receipt(package) for package in packages),
            files=tuple(files),
            seconds=time.monotonic() - began,
        )


@dataclass
class _Run:
    """One import while it runs. Nothing is written before the first file turns out to be readable."""

    db: duckdb.DuckDBPyConnection
    settings: Settings
    scratch: Path
    choice: Choice
    zone: str | None
    given: str
    run_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    has_begun: bool = False

    def take_in(self, packages: list[Package]) -> list[FileReceipt]:
        """Take in all files and close the run. Raises InputError when not one of them can be read."""
        receipts = [
            _unreadable(name, package.name, why)
            for package in packages
            for name, why in package.unreadable.items()
        ]
        files = with_unique_names(packages)
        try:
            with progress("Reading plays", total=len(files)) as advance:
                for file in files:
                    receipts.append(self._take_in_file(file))
                    advance(1)
        except BaseException:
            finish_run(self.db, self.run_id, "failed")
            raise
        if not self.has_begun:
            problem = receipts[0]
            raise InputError(
                f"{problem.file_name} {problem.problem}.",
                hint="Download the export again and give it as it is.",
            )
        is_complete = not any(receipt.problem for receipt in receipts)
        close_gaps(self.db, self.choice.listener_id)
        finish_run(self.db, self.run_id, "ok" if is_complete else "partial")
        return receipts

    def _take_in_file(self, file: HistoryFile) -> FileReceipt:
        try:
            with local_copy(file.entry, self.scratch) as (path, digest):
                mended = read_file(self.db, path, file.generation, self.choice)
                sha256 = digest.result()
        except DamagedEntryError:
            return _unreadable(file.name, file.package, "cannot be unpacked: the archive is damaged there")
        if mended and mended.rows == mended.broken:
            return _unreadable(file.name, file.package, "breaks off before its first complete record")
        self._begin()
        receipt = store_file(
            self.db, self._origin(file, sha256), problem=_problem(mended), note=_note(mended)
        )
        log.info("%s: %s", file.name, receipt.counts)
        return receipt

    def _begin(self) -> None:
        if self.has_begun:
            return
        self.db.begin()
        try:
            ensure_listener(self.db, self.choice.listener_id, self.settings)
            if self.zone:
                set_time_zone(self.db, self.choice.listener_id, self.zone)
            begin_run(self.db, self.run_id, "export", self.given)
            self.db.commit()
        except BaseException:
            self.db.rollback()
            raise
        self.has_begun = True

    def _origin(self, file: HistoryFile, sha256: str) -> Origin:
        return Origin(
            run_id=self.run_id,
            listener_id=self.choice.listener_id,
            file_name=file.name,
            package=file.package,
            source=file.generation.source,
            form=file.generation.form,
            medium=file.generation.medium,
            sha256=sha256,
            min_play_seconds=self.settings.min_play_seconds,
        )


def _given(packages: list[Package]) -> str:
    return ", ".join(package.name for package in packages)


def _problem(mended: Repair | None) -> str | None:
    """Say what of a file is lost, None where nothing is."""
    if mended is None or not (mended.broken or mended.is_cut_off):
        return None
    n_kept = mended.rows - mended.broken
    kept = f"{n_kept:,} complete {'record was' if n_kept == 1 else 'records were'} kept"
    if mended.is_cut_off:
        return f"breaks off before its end; {kept}"
    return f"is damaged at {mended.broken:,} {'place' if mended.broken == 1 else 'places'}; {kept}"


def _note(mended: Repair | None) -> str | None:
    return f"read as {mended.encoding}" if mended and mended.encoding else None


def _unreadable(name: str, package: str, why: str) -> FileReceipt:
    return FileReceipt(name, package, source="-", form="-", status="unreadable", problem=why)


def _package_receipt(package: Package) -> PackageReceipt:
    forms = Counter[tuple[str, str]]((f.generation.source, f.generation.form) for f in package.files)
    return PackageReceipt(package.name, forms, package.not_read)
