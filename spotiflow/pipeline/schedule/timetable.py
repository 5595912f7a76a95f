"""The timetable: APScheduler with a clock for each kind of stage, sound against sleep and changed clocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any

import tzlocal
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.job import Job
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.interval import IntervalTrigger

from spotiflow.core.settings import Settings

# Waiting counts the time the machine is awake; so the clock on the wall is looked at now and then.
LONGEST_WAIT_SECONDS = 60.0
POLL, BUILD, TRAIN, PUBLISH = "poll", "build", "train", "publish"


@dataclass(frozen=True)
class Cadence:
    """When the stages of one clock run: every so often, or daily at a local time."""

    name: str
    every: timedelta | None = None
    at: str | None = None

    @property
    def words(self) -> str:
        """Say it in words."""
        if self.at is not None:
            return f"daily at {self.at}"
        minutes = (self.every or timedelta()).total_seconds() / 60
        return f"every {minutes:g} min" if minutes < 60 else f"every {minutes / 60:g} h"

    def trigger(self) -> Any:
        """Return it as APScheduler knows it, in the zone this machine has now."""
        if self.every is not None:
            return IntervalTrigger(seconds=self.every.total_seconds(), timezone="UTC")
        return DailyTrigger(time.fromisoformat(str(self.at)), local_zone())


def cadences(settings: Settings) -> list[Cadence]:
    """Return the clocks that are switched on."""
    found = [
        Cadence(POLL, timedelta(minutes=settings.schedule_poll_minutes)),
        Cadence(BUILD, timedelta(hours=settings.schedule_build_hours)),
        Cadence(TRAIN, at=settings.schedule_train_at),
        Cadence(PUBLISH, timedelta(hours=settings.schedule_publish_hours)),
    ]
    return [one for one in found if one.every or one.at]


def local_zone() -> Any:
    """Return the time zone of this machine as it is now."""
    return tzlocal.reload_localzone()


class DailyTrigger(BaseTrigger):  # type: ignore[misc]
    """Strikes once on every local day, also where summer time begins at that very time of day.

    APScheduler's own cron trigger leaves such a day out. A time that does not exist is due when the
    clock has gone forward; one that comes twice is due the first time.
    """

    def __init__(self, at: time, zone: tzinfo) -> None:
        """Take the local time of day and the zone it is meant in."""
        self.at, self.zone = at, zone

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """Return the first time after `previous`, or without one not before `now`."""
        day = (previous or now).astimezone(self.zone).date() - timedelta(days=1)
        while True:
            # By way of UTC, as a time that does not exist becomes one that does.
            moment = datetime.combine(day, self.at, self.zone).astimezone(UTC)
            if (moment > previous) if previous else (moment >= now):
                return moment.astimezone(self.zone)
            day += timedelta(days=1)


class Timetable(BlockingScheduler):  # type: ignore[misc]
    """Runs what is due, each clock at most once however late it is, and polls beside longer work.

    A clock set forward, or a machine that slept, makes a job due; a clock set back would keep it waiting for
    as long as it was wrong, so such a job is put back to where it belongs.
    """

    def __init__(self) -> None:
        """Prepare one thread for polls and one for everything else."""
        super().__init__(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(1), POLL: ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._zone = local_zone()

    def add(self, cadence: Cadence, work: Callable[[], object]) -> None:
        """Let `work` be done at the times of a cadence, for the first time when it is next due."""
        executor = POLL if cadence.name == POLL else "default"
        self.add_job(work, cadence.trigger(), id=cadence.name, executor=executor)

    def next_times(self) -> dict[str, datetime]:
        """Return when each clock is due next, in UTC with its offset."""
        return {job.id: job.next_run_time for job in self.get_jobs() if job.next_run_time is not None}

    def _process_jobs(self) -> float:
        self._follow_the_clock()
        waited: float | None = super()._process_jobs()
        return LONGEST_WAIT_SECONDS if waited is None else min(waited, LONGEST_WAIT_SECONDS)

    def _follow_the_clock(self) -> None:
        now = datetime.now(self.timezone)
        zone = local_zone()
        has_moved, self._zone = zone != self._zone, zone
        for job, latest in self._latest(now):
            if has_moved and isinstance(job.trigger, DailyTrigger):
                job.reschedule(DailyTrigger(job.trigger.at, zone))
            elif job.next_run_time > latest:
                job.modify(next_run_time=latest)

    def _latest(self, now: datetime) -> Iterator[tuple[Job, datetime]]:
        """Yield each job with the latest time at which it can be due next, if the clock is right."""
        for job in self.get_jobs():
            if isinstance(job.trigger, IntervalTrigger):
                yield job, now + job.trigger.interval
            elif isinstance(job.trigger, DailyTrigger):
                yield job, job.trigger.get_next_fire_time(None, now)
