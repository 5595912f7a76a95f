"""A timetable in virtual time: the same APScheduler, but where it would wait, the clock is moved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import time_machine
from apscheduler.executors.debug import DebugExecutor
from apscheduler.schedulers.base import STATE_STOPPED

from spotiflow.core.settings import Settings
from spotiflow.pipeline.run import choose, run_line
from spotiflow.pipeline.schedule.timetable import POLL, Timetable
from spotiflow.pipeline.stage import Job

Moment = Callable[[datetime], None]


class VirtualTimetable(Timetable):
    """Runs jobs at once in this thread, and moves `clock` instead of waiting, until `end` (UTC)."""

    def __init__(self, clock: time_machine.Traveller, end: datetime, before_each: Moment) -> None:
        super().__init__()
        self.clock, self.end, self.before_each = clock, end, before_each

    def start(self, *args: Any, **kwargs: Any) -> None:
        for name in ("default", POLL):
            self.remove_executor(name, shutdown=True)
            self.add_executor(DebugExecutor(), name)
        super().start(*args, **kwargs)

    def _main_loop(self) -> None:
        while self.state != STATE_STOPPED:
            now = datetime.now(self.timezone)
            if now >= self.end:
                self.shutdown()
                return
            self.before_each(now)
            seconds = self._process_jobs()
            self.clock.shift(timedelta(seconds=max(seconds, 0.001)))


class InThisProcess:
    """Launches the very stages that the schedule asks for, without a process of their own."""

    def __init__(self, settings: Settings, known: Sequence[str]) -> None:
        self.settings, self.known = settings, set(known)
        self.launched: list[tuple[datetime, str, int]] = []

    def __call__(self, name: str, stages: Sequence[str]) -> dict[str, Any]:
        wanted = [stage for stage in stages if stage in self.known]
        now = datetime.now().astimezone()
        result = run_line(Job(self.settings, lambda _: None), choose(wanted)) if wanted else None
        self.launched.append((now, name, result.exit_code if result else 0))
        return result.to_dict() if result else {"exit_code": 0, "stages": []}
