"""The run log: what spotiflow did, when, and how it ended (`raw.runs`, `raw.stage_runs`, the log file)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from spotiflow.core.console import log
from spotiflow.core.errors import (
    LoginNeededError,
    SpotiflowError,
    StillFailingError,
    WaitError,
    WarehouseBusyError,
)
from spotiflow.core.interruption import interruption
from spotiflow.core.settings import Settings
from spotiflow.warehouse.database import open_warehouse

# How long the run log goes back; the log files go back as far as their size allows.
KEPT = timedelta(days=400)
# A run may seem to lie so far ahead while a clock is being put right.
SLACK = timedelta(hours=24)
_RUN_ID: ContextVar[str | None] = ContextVar("run_id", default=None)
_OPEN: ContextVar[StageRun | None] = ContextVar("open_stage", default=None)


def utc_now() -> datetime:
    """Return the current time as the warehouse stores it: UTC, without an offset."""
    return datetime.now(UTC).replace(tzinfo=None)


def _current_run_id() -> str:
    return _RUN_ID.get() or str(uuid.uuid4())


@dataclass
class StageRun:
    """One stage of a command while it runs; set `detail` to what is worth remembering.

    status: set it to `partial` where not all could be done. inputs: a digest of what was worked on.
    """

    stage: str
    run_id: str = field(default_factory=_current_run_id)
    started_at: datetime = field(default_factory=utc_now)
    detail: str | None = None
    status: str = "ok"
    inputs: str | None = None

    @property
    def seconds(self) -> float:
        """Seconds since the stage started."""
        return (utc_now() - self.started_at).total_seconds()


@contextmanager
def run_of_stages() -> Iterator[str]:
    """Give every stage that is recorded inside the same run id, which is yielded."""
    run_id = str(uuid.uuid4())
    token = _RUN_ID.set(run_id)
    try:
        yield run_id
    finally:
        _RUN_ID.reset(token)


@contextmanager
def record_stage(settings: Settings, stage: str) -> Iterator[StageRun]:
    """Run one stage and write down how it ended; the file is held only for that one row.

    Inside a stage of the same name it is that stage. A stage that fails is recorded as failed and its error
    goes on; if not even that can be written, the log file still has it.
    """
    outer = _OPEN.get()
    if outer is not None and outer.stage == stage:
        yield outer
        return
    run = StageRun(stage)
    token = _OPEN.set(run)
    log.info("%s started", stage)
    try:
        yield run
    except BaseException as error:
        cause = interruption() or error
        run.status, run.detail = status_of(cause), words_of(cause)
        log.error("%s %s after %.1f s: %s", stage, run.status, run.seconds, run.detail)
        _store_quietly(settings, run)
        raise
    finally:
        _OPEN.reset(token)
    log.info("%s done in %.1f s: %s", stage, run.seconds, run.detail)
    try:
        _store(settings, run)
    except WarehouseBusyError as error:
        # What was done is done: a poll is in the inbox then, and whatever else is not noted is due again.
        log.warning("%s could not be recorded: %s", stage, error.message)


def status_of(error: BaseException) -> str:
    """Name how a stage ended that raised this error."""
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    if isinstance(error, StillFailingError):
        return "skipped"
    if isinstance(error, LoginNeededError):
        return "login"
    return "waiting" if isinstance(error, WaitError) else "failed"


def words_of(error: BaseException) -> str:
    """Say what went wrong in words that may be stored.

    The message of our own errors is safe; others may quote data, so only their type is.
    """
    return error.message if isinstance(error, SpotiflowError) else type(error).__name__


def store_run(
    settings: Settings, run_id: str, command: str, started_at: datetime, ended: tuple[str, int, str]
) -> None:
    """Write down a whole run; `ended` is its status, exit code and detail. A held file is left alone.

    Drops what is older than KEPT, and what a clock that was wrong put into the future: it would count as the
    last of its stage for as long.
    """
    log.info("%s: %s (exit code %d); %s", command, *ended)
    if not settings.database_path.exists():
        return
    try:
        with open_warehouse(settings) as db:
            values = [run_id, command, started_at, utc_now(), *ended]
            db.execute("insert into raw.runs values (?, ?, ?, ?, ?, ?, ?)", values)
            over, wrong = utc_now() - KEPT, utc_now() + SLACK
            for table in ("runs", "stage_runs"):
                db.execute(f"delete from raw.{table} where started_at < ? or started_at > ?", [over, wrong])
    except SpotiflowError as error:
        log.error("the run could not be recorded: %s", error.message)


def _store(settings: Settings, run: StageRun) -> None:
    with open_warehouse(settings) as db:
        db.execute(
            "insert into raw.stage_runs values (?, ?, ?, ?, ?, ?, ?)",
            [run.run_id, run.stage, run.started_at, utc_now(), run.status, run.detail, run.inputs],
        )


def _store_quietly(settings: Settings, run: StageRun) -> None:
    if not settings.database_path.exists():
        return
    try:
        # Whoever keeps the file from the stage would keep it from this row just as long.
        _store(replace(settings, lock_wait_seconds=0), run)
    except Exception as error:
        log.error("the %s %s could not be recorded: %s", run.status, run.stage, type(error).__name__)
