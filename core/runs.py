"""The run log: what spotiflow did, when, and how it ended (`raw.stage_runs`)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from core.console import log
from core.database import open_warehouse
from core.errors import SpotiflowError
from core.settings import Settings


def utc_now() -> datetime:
    """Return the current time as the warehouse stores it: UTC, without an offset."""
    return datetime.now(UTC).replace(tzinfo=None)


@dataclass
class StageRun:
    """One stage of a command while it runs; set `detail` to what is worth remembering."""

    stage: str
    run_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    started_at: datetime = field(default_factory=utc_now)
    detail: str | None = None

    @property
    def seconds(self) -> float:
        """Seconds since the stage started."""
        return (utc_now() - self.started_at).total_seconds()


@contextmanager
def record_stage(settings: Settings, stage: str) -> Iterator[StageRun]:
    """Run one stage and write down how it ended; the file is held only for that one row.

    A stage that fails is recorded as failed and its error goes on; if not even that can be written,
    the log file still has it.
    """
    run = StageRun(stage)
    log.info("%s started", stage)
    try:
        yield run
    except BaseException as error:
        # The message of our own errors is safe to store; others may quote data, so only their type is.
        run.detail = error.message if isinstance(error, SpotiflowError) else type(error).__name__
        log.error("%s failed after %.1f s: %s", stage, run.seconds, run.detail)
        _store_quietly(settings, run)
        raise
    log.info("%s done in %.1f s: %s", stage, run.seconds, run.detail)
    _store(settings, run, "ok")


def _store(settings: Settings, run: StageRun, status: str) -> None:
    with open_warehouse(settings) as db:
        db.execute(
            "insert into raw.stage_runs values (?, ?, ?, ?, ?, ?)",
            [run.run_id, run.stage, run.started_at, utc_now(), status, run.detail],
        )


def _store_quietly(settings: Settings, run: StageRun) -> None:
    if not settings.database_path.exists():
        return
    try:
        _store(settings, run, "failed")
    except Exception as error:
        log.error("the failed %s could not be recorded: %s", run.stage, type(error).__name__)
