"""The runner: stage after stage, what is due and only that; a fault of one does not stop what can be done."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

from spotiflow.core.console import log
from spotiflow.core.errors import OutdatedError, SpotiflowError, UsageError
from spotiflow.core.interruption import interruption
from spotiflow.ingest.files.inputs import require
from spotiflow.pipeline.alert_causes import review_run
from spotiflow.pipeline.faults import Rule, Then, rule_for
from spotiflow.pipeline.imports import KINDS
from spotiflow.pipeline.polling import logins
from spotiflow.pipeline.results import SKIPPED, RunResult, StageOutcome
from spotiflow.pipeline.stage import Done, Job, Stage
from spotiflow.pipeline.stages import LINE
from spotiflow.report.sections.report import build_report
from spotiflow.report.terminal.page import Page
from spotiflow.warehouse.database import open_warehouse
from spotiflow.warehouse.run_lock import only_one
from spotiflow.warehouse.run_log import (
    record_stage,
    run_of_stages,
    status_of,
    store_run,
    utc_now,
    words_of,
)

NAMES = tuple(stage.name for stage in LINE)


def choose(only: Sequence[str] = (), first: str | None = None) -> tuple[Stage, ...]:
    """Return the stages to run, in order: those named, and of those from `first` on; all by default.

    Raises UsageError for a stage that does not exist.
    """
    for name in [*only, *([first] if first else [])]:
        if name not in NAMES:
            raise UsageError(f"There is no stage '{name}'.", hint=f"Stages: {', '.join(NAMES)}.")
    after = LINE[NAMES.index(first) :] if first else LINE
    return tuple(stage for stage in after if not only or stage.name in only)


def run_line(job: Job, stages: Sequence[Stage] = LINE, command: str = "run") -> RunResult:
    """Run the stages that are due and write down how each ended.

    Faults are judged by `pipeline.faults`; none leaves this function but those of the command line itself:
    InputError for a path that is nothing spotiflow knows (nothing is done then), NotFoundError where there is
    nothing at all to run on, WaitError where another run, backup or restore does not end in time, and
    OutdatedError for a warehouse that has to be brought forward first.
    """
    for path in job.paths:
        require(path, *KINDS)
    _require_something(job)
    started_at, started = utc_now(), time.monotonic()
    with _lock(job, stages, command), run_of_stages() as run_id:
        result = RunResult(run_id)
        for number, stage in enumerate(stages):
            outcome, stops = _run_stage(job, stage)
            result.stages.append(outcome)
            if stops or interruption():
                result.left_out = [later.name for later in stages[number + 1 :]]
                break
    result.seconds = time.monotonic() - started
    review_run(job.settings, result)
    store_run(job.settings, run_id, command, started_at, (result.status, result.exit_code, result.summary))
    return result


def show_report(job: Job, result: RunResult) -> None:
    """End a run that built tables with the report; of several listeners somebody has to choose one."""
    if not result.did("build"):
        return
    try:
        job.show(Page(build_report(job.settings, listener=job.listener)))
    except UsageError as error:
        # Everything is done by now: that is said, and no failure.
        job.show(f"{error.message} {error.hint}")


def _lock(job: Job, stages: Sequence[Stage], command: str) -> AbstractContextManager[None]:
    """Return the lock of the home; polls alone need none, as they can wait for nobody and spoil nothing."""
    if all(stage.cadence == "poll" for stage in stages):
        return nullcontext()
    return only_one(job.settings, f"spotiflow {command}")


def _require_something(job: Job) -> None:
    inbox = job.settings.inbox_dir
    has_inbox = inbox.is_dir() and any(inbox.iterdir())
    if not (job.paths or job.settings.sources or has_inbox or logins(job.settings)):
        with open_warehouse(job.settings, read_only=True):
            pass


def _run_stage(job: Job, stage: Stage) -> tuple[StageOutcome, bool]:
    """Return how a stage ended, and whether the run stops after it."""
    started = time.monotonic()
    attempts = 0
    try:
        while True:
            attempts += 1
            try:
                return _attempt(job, stage, attempts, started), False
            except SpotiflowError as error:
                if interruption() or attempts >= rule_for(stage.name, error).attempts:
                    raise
                log.warning("%s: attempt %d failed: %s", stage.name, attempts, error.message)
                time.sleep(job.settings.retry_seconds * 2 ** (attempts - 1))
    except OutdatedError:
        # No fault of a stage: the command's door brings the file forward and runs again.
        raise
    except (Exception, KeyboardInterrupt) as raised:
        cause = interruption() or raised
        rule = rule_for(stage.name, cause)
        tried = attempts if rule.attempts else 0
        return _failed(stage, cause, rule, tried, time.monotonic() - started), rule.then is Then.STOP


def _attempt(job: Job, stage: Stage, attempts: int, started: float) -> StageOutcome:
    reason = stage.not_due(job)
    if reason is not None:
        log.info("%s skipped: %s", stage.name, reason)
        return StageOutcome(stage.name, SKIPPED, reason)
    with record_stage(job.settings, stage.name) as record:
        done = stage.run(job)
        record.detail, record.status, record.inputs = done.detail, _status(done), done.inputs
    if not done.is_idle:
        job.changed.add(stage.name)
    seconds = time.monotonic() - started
    if done.error is None:
        return StageOutcome(stage.name, _status(done), done.detail, seconds, attempts)
    rule = rule_for(stage.name, done.error)
    return StageOutcome(
        stage.name, _status(done), done.detail, seconds, attempts, rule.exit_code, _hint_of(done.error)
    )


def _status(done: Done) -> str:
    return "partial" if done.is_partial else "ok"


def _failed(stage: Stage, error: BaseException, rule: Rule, attempts: int, seconds: float) -> StageOutcome:
    if not isinstance(error, SpotiflowError | KeyboardInterrupt):
        log.error("%s: unexpected error", stage.name, exc_info=error)
    detail = words_of(error)
    if rule.then is Then.STOP and isinstance(error, KeyboardInterrupt):
        detail = f"{rule.fault}: stopped, nothing half done"
    return StageOutcome(
        stage.name, status_of(error), detail, seconds, attempts, rule.exit_code, _hint_of(error)
    )


def _hint_of(error: BaseException) -> str | None:
    if isinstance(error, SpotiflowError):
        return error.hint
    if isinstance(error, KeyboardInterrupt):
        return None
    return "The log file in the home folder has the details; please report it with them."
