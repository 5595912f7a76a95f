"""Take in scrobbles: open the paths, read file by file, store each in one transaction, count all."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from spotiflow.core.console import log, progress
from spotiflow.core.errors import InputError, UsageError
from spotiflow.core.settings import Settings
from spotiflow.ingest.files.containers import DamagedEntryError, Entry, open_container
from spotiflow.ingest.files.inputs import (
    InputKind,
    first_bytes,
    kind_of,
    wrong_input,
)
from spotiflow.ingest.files.local_copy import local_copy
from spotiflow.ingest.history.results import FileReceipt, HistoryReceipt, PackageReceipt
from spotiflow.ingest.history.store import Origin, store_file
from spotiflow.ingest.ingest_runs import HistoryRun
from spotiflow.ingest.listeners import check_listener, time_zone_of
from spotiflow.ingest.scrobbles.forms import Form, form_of
from spotiflow.ingest.scrobbles.reading import read_file
from spotiflow.ingest.time_zones import checked_zone
from spotiflow.warehouse.database import open_warehouse
from spotiflow.warehouse.temp_folder import scratch_folder


@dataclass(frozen=True)
class _File:
    name: str
    package: str
    form: Form
    entry: Entry


@dataclass
class _Package:
    name: str
    files: list[_File] = field(default_factory=list)
    not_read: Counter[str] = field(default_factory=Counter)
    unreadable: dict[str, str] = field(default_factory=dict)

    def receipt(self) -> PackageReceipt:
        forms = Counter[tuple[str, str]]((file.form.source, file.form.name) for file in self.files)
        return PackageReceipt(self.name, forms, self.not_read)


def import_scrobbles(
    settings: Settings,
    paths: Sequence[Path | str],
    *,
    listener_id: str | None = None,
    time_zone: str | None = None,
) -> HistoryReceipt:
    """Take in scrobbles of Last.fm (two kinds of CSV, JSON) and ListenBrainz (zip, JSON, JSONL).

    listener_id: whose they are; without it the default listener, who is made when missing.
    time_zone: IANA name of the zone the listener lives in; the times in the files are UTC.
    Taking in the same files again stores nothing new. A bad row is stored as rejected, with its reason.

    Raises InputError when a path holds no scrobbles (nothing is stored then) or the zone does not exist,
    NotFoundError for an unknown listener, WarehouseBusyError, HomeError.
    """
    if not paths:
        raise UsageError("No path was given.", hint="Example: spotiflow ingest scrobbles recenttracks.csv.")
    began = time.monotonic()
    zone = checked_zone(time_zone) if time_zone else None
    with ExitStack() as stack:
        packages = [stack.enter_context(_open(Path(path))) for path in paths]
        scratch = stack.enter_context(scratch_folder(settings))
        db = stack.enter_context(open_warehouse(settings))
        listener = check_listener(db, listener_id, settings)
        given = ", ".join(package.name for package in packages)
        run = HistoryRun(db, settings, "scrobbles", given, listener, zone)
        files = _take_in(run, packages, scratch)
        return HistoryReceipt(
            run_id=run.run_id,
            listener_id=listener,
            time_zone=time_zone_of(db, listener),
            min_play_seconds=settings.min_play_seconds,
            min_play_share=settings.min_play_share,
            packages=tuple(package.receipt() for package in packages),
            files=tuple(files),
            seconds=time.monotonic() - began,
        )


@contextmanager
def _open(path: Path) -> Iterator[_Package]:
    with open_container(path) as container:
        package = _Package(container.name, not_read=Counter(container.left_out))
        for entry in container.entries:
            head, why = first_bytes(container, entry)
            form = form_of(head)
            if why:
                package.unreadable[entry.name] = why
            elif form:
                package.files.append(_File(entry.name, package.name, form, entry))
            else:
                package.not_read[entry.suffix.lstrip(".").upper() or "file without ending"] += 1
        if not package.files:
            raise wrong_input(path, kind_of(container), [InputKind.SCROBBLES])
        yield package


def _take_in(run: HistoryRun, packages: list[_Package], scratch: Path) -> list[FileReceipt]:
    receipts = [
        _unreadable(name, package.name, why)
        for package in packages
        for name, why in package.unreadable.items()
    ]
    files = [file for package in packages for file in package.files]
    several = len(packages) > 1
    try:
        with progress("Reading scrobbles", total=len(files)) as advance:
            for file in files:
                name = f"{file.package}/{file.name}" if several and file.package != file.name else file.name
                receipts.append(_take_in_file(run, file, name, scratch))
                advance(1)
    except BaseException:
        run.fail()
        raise
    if not run.has_begun:
        raise InputError(
            f"{receipts[0].file_name} {receipts[0].problem}.", hint="Download it again and give it as it is."
        )
    run.finish("partial" if any(receipt.problem for receipt in receipts) else "ok")
    return receipts


def _take_in_file(run: HistoryRun, file: _File, name: str, scratch: Path) -> FileReceipt:
    try:
        with local_copy(file.entry, scratch) as (path, digest):
            mended = read_file(run.db, path, file.form, run.listener_id)
            sha256 = digest.result()
    except DamagedEntryError:
        return _unreadable(name, file.package, "cannot be unpacked: the archive is damaged there")
    if mended and mended.is_hopeless:
        return _unreadable(name, file.package, "breaks off before its first complete record")
    run.begin()
    origin = Origin(
        run_id=run.run_id,
        listener_id=run.listener_id,
        file_name=name,
        package=file.package,
        source=file.form.source,
        form=file.form.name,
        medium="audio",
        sha256=sha256,
        min_play_seconds=run.settings.min_play_seconds,
    )
    receipt = store_file(run.db, origin, mended)
    log.info("%s: %s", name, receipt.counts)
    return receipt


def _unreadable(name: str, package: str, why: str) -> FileReceipt:
    return FileReceipt(name, package, source="-", form="-", status="unreadable", problem=why)
