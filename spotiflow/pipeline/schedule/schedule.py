"""`spotiflow schedule`: everything at the start, then each stage at its cadence, until somebody says stop."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from apscheduler.triggers.date import DateTrigger

from spotiflow.core.console import log
from spotiflow.core.errors import UsageError, WarehouseBusyError
from spotiflow.core.files import is_locked, locked, write_private
from spotiflow.core.json_text import parse_json
from spotiflow.core.settings import Settings
from spotiflow.pipeline.schedule.timetable import Cadence, Timetable, cadences
from spotiflow.pipeline.stages import LINE
from spotiflow.warehouse.database import prepare_home

Launch = Callable[[str, Sequence[str]], dict[str, Any]]
Say = Callable[[str], None]
START = "start"


def stages_of(names: Sequence[str]) -> list[str]:
    """Return the stages that follow these clocks, in the order of the line."""
    return [stage.name for stage in LINE if stage.cadence in names]


def run_schedule(settings: Settings, launch: Launch, say: Say, timetable: Timetable | None = None) -> None:
    """Run until the process is asked to end; `say` prints a line per launch.

    Raises WarehouseBusyError where a schedule runs for this home already, UsageError where none is wanted.
    """
    prepare_home(settings)
    clocks = cadences(settings)
    if not clocks:
        raise UsageError(
            "Every clock of the schedule is switched off.", hint="Set schedule_poll_minutes = 30."
        )
    with only_one_schedule(settings):
        table = timetable or Timetable()

        def work(name: str, stages: list[str]) -> Callable[[], None]:
            def launch_and_say() -> None:
                say(_line(name, launch(name, stages)))
                store_times(settings, table, clocks)

            return launch_and_say

        everything = stages_of([clock.name for clock in clocks])
        table.add_job(work(START, everything), DateTrigger(datetime.now(UTC)), id=START)
        for clock in clocks:
            stages = stages_of([clock.name])
            if stages:
                table.add(clock, work(clock.name, stages))
                log.info("schedule: %s %s", ", ".join(stages), clock.words)
        table.start()


def stop_schedule(table: Timetable) -> None:
    """Let the timetable end once what it runs has ended."""
    if table.running:
        table.shutdown(wait=True)


@contextmanager
def only_one_schedule(settings: Settings) -> Iterator[None]:
    """Hold the lock of the schedule. Raises WarehouseBusyError where another process has it."""
    try:
        with locked(lock_path(settings), seconds=0) as file:
            file.truncate(0)
            file.write(f"{os.getpid()}\n")
            file.flush()
            yield
    except BlockingIOError as error:
        who = lock_path(settings).read_text(encoding="utf-8").strip() or "unknown"
        raise WarehouseBusyError(
            f"A schedule runs for {settings.home} already (process {who}).",
            hint=f"Leave it to its work, or end it first: kill {who}",
        ) from error


def lock_path(settings: Settings) -> Path:
    """Return the file whose lock a running schedule holds."""
    return settings.home / "schedule.lock"


def is_running(settings: Settings) -> bool:
    """Whether a schedule runs for this home, by its lock."""
    return is_locked(lock_path(settings))


def store_times(settings: Settings, table: Timetable, clocks: Sequence[Cadence]) -> None:
    """Leave for `status` when each clock is due next; no schedule fails for that."""
    words = {clock.name: clock.words for clock in clocks}
    found = {
        name: {"next": moment.astimezone(UTC).isoformat(), "cadence": words[name]}
        for name, moment in table.next_times().items()
        if name in words
    }
    try:
        write_private(settings.home / "schedule.json", json.dumps(found, indent=1))
    except OSError as error:
        log.error("schedule.json cannot be written: %s", error.strerror)


def next_times(settings: Settings) -> dict[str, dict[str, str]]:
    """Return when each clock of the running schedule is due next; nothing where none runs."""
    if not is_running(settings):
        return {}
    try:
        found: dict[str, dict[str, str]] = parse_json(
            (settings.home / "schedule.json").read_text(encoding="utf-8")
        )
    except (OSError, ValueError):
        return {}
    return found


def _line(name: str, summary: dict[str, Any]) -> str:
    parts = [
        f"{stage['stage']} {stage['status']}"
        + ("" if stage["status"] == "skipped" else f" ({stage['detail']})")
        for stage in summary["stages"]
    ]
    code = summary["exit_code"]
    return f"{datetime.now().astimezone():%Y-%m-%d %H:%M} {name}: {', '.join(parts) or 'ended'}" + (
        f" [exit code {code}]" if code else ""
    )
