"""From the inbox into the warehouse: what players submitted goes the way of every other file of scrobbles."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from spotiflow.core.errors import SpotiflowError, WarehouseBusyError
from spotiflow.core.settings import Settings
from spotiflow.ingest.history.results import HistoryReceipt
from spotiflow.ingest.scrobbles import import_scrobbles
from spotiflow.ingest.submissions.spool import Batch, damaged, read, set_aside, waiting
from spotiflow.warehouse.temp_folder import temp_folder


@dataclass(frozen=True)
class Taken:
    """What became of one listener's listens: the receipt, or why they wait on."""

    listener_id: str
    count: int
    receipt: HistoryReceipt | None = None
    error: SpotiflowError | None = None


def take_in_listens(settings: Settings) -> list[Taken]:
    """Store what waits, a listener at a time, and remove the files once the warehouse has it.

    A file that is damaged is put aside, and a listener whose import fails does not stop the others. Where a
    kill comes between the two, the same listens come again and are known already. Raises WarehouseBusyError.
    """
    for path in damaged(settings):
        set_aside(path)
    by_listener = sorted(waiting(settings), key=lambda batch: (batch.listener_id, batch.path.name))
    return [
        _take_in(settings, listener, list(batches))
        for listener, batches in groupby(by_listener, lambda batch: batch.listener_id)
    ]


def _take_in(settings: Settings, listener: str, batches: list[Batch]) -> Taken:
    with temp_folder(settings) as folder:
        # Named by the second in which the first of them came.
        merged = folder / f"{batches[0].path.name[:23]}.jsonl"
        read_batches = list(_merge(batches, merged))
        count = sum(batch.count for batch in read_batches)
        if not count:
            return Taken(listener, 0)
        try:
            receipt = import_scrobbles(settings, [merged], listener_id=listener)
        except WarehouseBusyError:
            raise
        except SpotiflowError as error:
            return Taken(listener, count, error=error)
    for batch in read_batches:
        batch.path.unlink(missing_ok=True)
    return Taken(listener, count, receipt)


def _merge(batches: list[Batch], target: Path) -> Iterator[Batch]:
    """Write the listens of many files into one, and yield the files that could be read."""
    with target.open("w", encoding="utf-8") as file:
        for batch in batches:
            listens = read(batch)
            if listens is None:
                if batch.path.exists():
                    set_aside(batch.path)
                continue
            file.writelines(f"{json.dumps(listen)}\n" for listen in listens)
            yield batch
