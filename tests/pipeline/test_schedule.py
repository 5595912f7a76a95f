"""Days of the schedule in virtual time: the real timetable, the real stages, a fake Spotify, no waiting."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from spotiflow.core.errors import WarehouseBusyError
from spotiflow.core.settings import Settings
from spotiflow.pipeline.schedule.schedule import is_running, only_one_schedule, run_schedule
from spotiflow.pipeline.schedule.timetable import Cadence
from tests.fakes import spotify_faults as f
from tests.fakes.spotify import FakeSpotify
from tests.ingest.spotify import week
from tests.ingest.spotify.conftest import (
    ask,
    assert_no_secret,
    expire_access,
    log_in,
)
from tests.ingest.spotify.test_faults import RECENT
from tests.ingest.spotify.test_spool import held
from tests.pipeline.virtual import InThisProcess, VirtualTimetable

START = week.MONDAY.replace(tzinfo=UTC)
HOURS = timedelta(hours=1)


class Days:
    """What Spotify shows at each moment, what goes wrong when, and which plays were ever shown to a poll."""

    def __init__(self, settings: Settings, spotify: FakeSpotify) -> None:
        self.settings, self.spotify = settings, spotify
        self.plays = week.listening()
        self.shown: set[str] = set()
        self.holding = ExitStack()
        self.events: list[tuple[float, str, Callable[[], object]]] = [
            (9, "lost", lambda: spotify.fail(RECENT, *[f.BROKEN_503] * 4)),
            (14, "nonsense", lambda: spotify.fail(RECENT, f.HTML_200, f.CUT, f.TRUNCATED, f.BROKEN_502)),
            (20, "held", lambda: self.holding.enter_context(held(settings))),
            (23, "free", self.holding.close),
            (30, "quota", lambda: spotify.fail(RECENT, f.Fault(429, f.QUOTA, {"Retry-After": "7200"}))),
            (45, "login ends", self._end_login),
            (47.2, "login", lambda: log_in(settings, spotify)),
            (58, "short limit", lambda: spotify.fail(RECENT, f.LIMIT_ZERO)),
        ]

    def at(self, moment: datetime) -> None:
        """Bring Spotify to a moment."""
        naive = moment.replace(tzinfo=None)
        self.spotify.plays = week.visible(self.plays, naive)
        hours = (moment - START) / HOURS
        while self.events and self.events[0][0] <= hours:
            self.events.pop(0)[2]()
        if moment.minute == 0 and not 45 <= hours < 48:
            expire_access(self.settings)

    def _end_login(self) -> None:
        expire_access(self.settings)
        self.spotify.fail("/api/token", f.ENDED)


def remember_what_is_shown(spotify: FakeSpotify, shown: set[str]) -> None:
    """Note every play in every good answer the fake gives."""
    answer = spotify._recently_played

    def noting(query: dict[str, str]) -> f.Fault:
        reply = answer(query)
        shown.update(item["played_at"] for item in reply.body["items"])
        return reply

    spotify._recently_played = noting  # type: ignore[method-assign]


@pytest.mark.long
def test_72_hours_with_faults_lose_no_play_that_spotify_showed(
    logged_in: Settings, spotify: FakeSpotify
) -> None:
    with time_machine.travel(START, tick=False) as clock:
        log_in(logged_in, spotify)
        days = Days(logged_in, spotify)
        remember_what_is_shown(spotify, days.shown)
        launch = InThisProcess(logged_in, ["spotify", "files"])
        table = VirtualTimetable(clock, START + 72 * HOURS, days.at)
        run_schedule(logged_in, launch, lambda _: None, table)
    polls = Counter(code for _, name, code in launch.launched if name == "poll")
    assert sum(polls.values()) == 143
    assert set(polls) == {0, 1, 3, 4}
    stored = ask(logged_in, "select strftime(played_at, '%Y-%m-%dT%H:%M:%S.%gZ') from raw.listening_history")
    assert Counter(row[0] for row in stored) == Counter(days.shown)
    assert len(days.shown) > 100
    assert_no_secret(logged_in, spotify)


def launched_at(
    settings: Settings, start: datetime, hours: float, zone: str = "UTC", jump: timedelta | None = None
) -> list[tuple[datetime, str]]:
    """Run the schedule with no stages for some hours; after one hour the clock may jump. Local times."""
    launch = InThisProcess(settings, [])
    jumps = [jump] if jump else []
    with time_machine.travel(start.astimezone(ZoneInfo(zone)), tick=False) as clock:

        def before_each(moment: datetime) -> None:
            if jumps and moment >= start + HOURS:
                clock.shift(jumps.pop())
                table.end += jump or timedelta()

        table = VirtualTimetable(clock, start + timedelta(hours=hours), before_each)
        run_schedule(settings, launch, lambda _: None, table)
    return [(moment, name) for moment, name, _ in launch.launched]


def names(launched: list[tuple[datetime, str]]) -> Counter[str]:
    return Counter(name for _, name in launched)


def test_a_day_at_the_usual_cadence(settings: Settings) -> None:
    launched = launched_at(settings, START + 7 * HOURS, 24.5)
    assert launched[0] == (START + 7 * HOURS, "start")
    assert names(launched) == {"start": 1, "poll": 48, "build": 4, "train": 1, "publish": 2}
    assert [moment.hour for moment, name in launched if name == "train"] == [0]


def test_a_clock_set_back_a_year_does_not_silence_the_schedule(settings: Settings) -> None:
    launched = launched_at(settings, START + 7 * HOURS, 6, jump=timedelta(days=-365))
    assert 10 <= names(launched)["poll"] <= 13


@pytest.mark.parametrize("days", [1, 30])
def test_after_a_long_sleep_everything_is_done_once(settings: Settings, days: int) -> None:
    launched = launched_at(settings, START + 7 * HOURS, 3, jump=timedelta(days=days))
    assert names(launched)["train"] == 1
    assert names(launched)["build"] <= 2
    assert 5 <= names(launched)["poll"] <= 7
    woke_at = START + 8 * HOURS + timedelta(days=days)
    late = [moment for moment, name in launched if name == "poll" and moment >= woke_at]
    assert late[0] - woke_at <= timedelta(minutes=1)


@pytest.mark.parametrize(
    ("start", "zone", "midnights"),
    [
        # Summer time begins, ends; and zones where it begins at midnight, so that there is none that day.
        (datetime(2026, 3, 28, 12, tzinfo=UTC), "Europe/Paris", 2),
        (datetime(2026, 10, 24, 12, tzinfo=UTC), "Europe/Paris", 2),
        (datetime(2026, 4, 23, 12, tzinfo=UTC), "Africa/Cairo", 2),
        (datetime(2026, 9, 5, 12, tzinfo=UTC), "America/Santiago", 2),
    ],
)
def test_training_is_daily_whatever_summer_time_does(
    settings: Settings, start: datetime, zone: str, midnights: int
) -> None:
    launched = launched_at(settings, start, 48, zone)
    trained = [moment.astimezone(ZoneInfo(zone)) for moment, name in launched if name == "train"]
    assert len(trained) == midnights
    assert {moment.hour for moment in trained} <= {0, 1}
    assert names(launched)["poll"] == 95


def test_a_clock_can_be_switched_off(settings: Settings) -> None:
    quiet = replace(settings, schedule_train_at="", schedule_build_hours=0.0, schedule_publish_hours=0.0)
    assert set(names(launched_at(quiet, START, 24.5))) == {"start", "poll"}


def test_one_schedule_per_home(settings: Settings) -> None:
    assert not is_running(settings)
    with only_one_schedule(settings):
        assert is_running(settings)
        with pytest.raises(WarehouseBusyError, match=f"process {os.getpid()}"), only_one_schedule(settings):
            pass
    assert not is_running(settings)


def test_cadences_in_words() -> None:
    assert Cadence("poll", timedelta(minutes=30)).words == "every 30 min"
    assert Cadence("build", timedelta(hours=6)).words == "every 6 h"
    assert Cadence("train", at="00:00").words == "daily at 00:00"
