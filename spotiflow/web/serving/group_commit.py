"""Listens of many requests written to the disk together: whoever comes while it syncs shares the next sync."""

from __future__ import annotations

import queue
import threading
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any

from spotiflow.core.settings import Settings
from spotiflow.ingest.submissions.spool import Listen, store

# What is written in one go; a file of this many is read in a moment.
MOST_AT_ONCE = 10_000

_Waiting = tuple[str, Sequence[Listen], "Future[None]"]


class GroupCommit:
    """One thread that writes to the inbox; a future is done when the disk has its listens."""

    def __init__(self, settings: Settings) -> None:
        """Start the thread."""
        self._settings = settings
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="inbox", daemon=True)
        self._thread.start()

    def put(self, listener: str, listens: Sequence[Listen]) -> Future[None]:
        """Hand listens over; the future raises OSError where nothing of them could be stored."""
        future: Future[None] = Future()
        self._queue.put((listener, listens, future))
        return future

    def close(self) -> None:
        """Write what was handed over, then end."""
        self._queue.put(None)
        self._thread.join()

    def _work(self) -> None:
        is_open = True
        while is_open:
            group: list[_Waiting] = []
            one = self._queue.get()
            while one is not None:
                group.append(one)
                if sum(len(listens) for _, listens, _ in group) >= MOST_AT_ONCE:
                    break
                try:
                    one = self._queue.get_nowait()
                except queue.Empty:
                    break
            is_open = one is not None
            if group:
                self._write(group)

    def _write(self, group: list[_Waiting]) -> None:
        by_listener: dict[str, list[Any]] = defaultdict(list)
        for listener, listens, _ in group:
            by_listener[listener].extend(listens)
        try:
            store(self._settings, by_listener)
        except Exception as error:
            for _, _, future in group:
                future.set_exception(error)
        else:
            for _, _, future in group:
                future.set_result(None)
