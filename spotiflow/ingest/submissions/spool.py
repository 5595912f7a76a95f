"""Where submitted listens wait for the next run: whole files in the inbox, each of one listener.

A file gets its name when all of it is on the disk. So a kill leaves nothing half stored, and whoever reads the
inbox needs no lock: a file that is there is complete.
"""

from __future__ import annotations

import json
import os
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from spotiflow.core.console import log
from spotiflow.core.files import sync_folder
from spotiflow.core.settings import Settings
from spotiflow.ingest.spotify.spool import ASIDE, put_aside
from spotiflow.warehouse.run_log import utc_now

PATTERN = "listens-*.jsonl"
_NAME = re.compile(r"listens-\d{8}T\d{12}-[0-9a-f]{32}\.jsonl")
# Written beside the inbox, so that nobody who copies or reads that meets a file that is not complete.
_DRAFT = ".listens-draft-"

Listen = Mapping[str, Any]


@dataclass(frozen=True)
class Batch:
    """A file that waits: its path, whose listens it holds and how many."""

    path: Path
    listener_id: str
    count: int


def is_listens(path: Path) -> bool:
    """Whether a file of the inbox is named as those of submitted listens are."""
    return _NAME.fullmatch(path.name) is not None


def store(settings: Settings, by_listener: Mapping[str, Sequence[Listen]]) -> None:
    """Write listens to the inbox, a file a listener, and return when the disk has them.

    Raises OSError; then nothing of this call is there.
    """
    written: list[Path] = []
    drafts: list[Path] = []
    try:
        for listener, listens in by_listener.items():
            draft = settings.home / f"{_DRAFT}{uuid.uuid4().hex}"
            drafts.append(draft)
            _write(draft, _lines(listener, listens))
        for draft in drafts:
            path = settings.inbox_dir / f"listens-{utc_now():%Y%m%dT%H%M%S%f}-{uuid.uuid4().hex}.jsonl"
            draft.rename(path)
            written.append(path)
        sync_folder(settings.inbox_dir)
    except OSError:
        for path in (*drafts, *written):
            path.unlink(missing_ok=True)
        raise


def sweep_drafts(settings: Settings) -> None:
    """Remove what a killed server left: nothing of it was answered."""
    for path in settings.home.glob(f"{_DRAFT}*"):
        path.unlink(missing_ok=True)


def waiting(settings: Settings) -> list[Batch]:
    """Return the files that wait, oldest first; one whose head is no head is left to `read`."""
    heads = [(path, _head(path)) for path in _files(settings)]
    return [Batch(path, *head) for path, head in heads if head is not None]


def damaged(settings: Settings) -> list[Path]:
    """Return the files that are named as listens and have no head."""
    return [path for path in _files(settings) if _head(path) is None and path.exists()]


def read(batch: Batch) -> list[dict[str, Any]] | None:
    """Return the listens of a file, None where it has gone or is not what was written."""
    try:
        lines = batch.path.read_text(encoding="utf-8").splitlines()
        head, *listens = [json.loads(line) for line in lines]
    except (OSError, ValueError, RecursionError):
        return None
    told = {"listener_id": batch.listener_id, "listens": len(listens)}
    is_whole = head == told and all(isinstance(one, dict) for one in listens)
    return listens if is_whole else None


def set_aside(path: Path) -> None:
    """Take a damaged file out of the queue without losing it."""
    log.error("%s cannot be read and was put aside", path.name)
    try:
        put_aside(path)
    except FileNotFoundError:
        return


def listens_of(settings: Settings, name: str) -> list[Path]:
    """Return the files of a listener that wait, those put aside too."""
    aside = settings.inbox_dir.glob(f"listens-*{ASIDE}")
    theirs = [path for path in aside if (head := _head(path)) is not None and head[0] == name]
    return [batch.path for batch in waiting(settings) if batch.listener_id == name] + sorted(theirs)


def rename_in_listens(settings: Settings, name: str, new_name: str) -> None:
    """Let what waits for a listener be of their new name. Raises OSError."""
    for batch in waiting(settings):
        listens = read(batch) if batch.listener_id == name else None
        if listens is not None:
            store(settings, {new_name: listens})
            batch.path.unlink(missing_ok=True)


def _files(settings: Settings) -> list[Path]:
    return [path for path in sorted(settings.inbox_dir.glob(PATTERN)) if is_listens(path)]


def _lines(listener: str, listens: Sequence[Listen]) -> Iterable[str]:
    yield json.dumps({"listener_id": listener, "listens": len(listens)})
    for listen in listens:
        yield json.dumps(listen, separators=(",", ":"))


def _write(path: Path, lines: Iterable[str]) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
        file.flush()
        os.fsync(file.fileno())


@lru_cache(maxsize=20_000)
def _head(path: Path) -> tuple[str, int] | None:
    """Return whose listens a file holds and how many; no file ever changes, so each is read once."""
    try:
        with path.open(encoding="utf-8") as file:
            head = json.loads(file.readline(10_000))
        listener, count = head["listener_id"], head["listens"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return (listener, count) if isinstance(listener, str) and isinstance(count, int) else None
