"""A week of polling in which everything happens that does happen, and then the export of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from spotiflow.core.errors import SpotiflowError
from spotiflow.core.settings import Settings
from spotiflow.ingest.exports import import_exports
from spotiflow.ingest.spotify.sync import ingest_spotify
from spotiflow.transform.runner import build
from tests.fakes import spotify_faults as f
from tests.fakes.spotify import FakeSpotify
from tests.fakes.spotify_data import track_id
from tests.ingest.spotify import week
from tests.ingest.spotify.conftest import (
    ask,
    assert_no_secret,
    expire_access,
    log_in,
)
from tests.ingest.spotify.test_faults import RECENT, after_the_wait
from tests.ingest.spotify.test_spool import held


class Week:
    """Polls every half hour, and what goes wrong in between."""

    def __init__(self, settings: Settings, spotify: FakeSpotify) -> None:
        self.settings, self.spotify = settings, spotify
        self.plays = week.listening()
        self.codes: Counter[tuple[str, int]] = Counter()
        self._holding = ExitStack()

    def run(self) -> None:
        moment = week.MONDAY
        while moment < week.MONDAY + 7 * week.DAY:
            moment += week.POLL_EVERY
            self.spotify.plays = week.visible(self.plays, moment)
            name = self._prepare(moment)
            self.codes[name, self._poll()] += 1

    def _prepare(self, moment: datetime) -> str:
        """Let happen what happens at this time of the week and return what it is."""
        changes: list[tuple[week.Window, Callable[[], None], Callable[[], None]]] = [
            (week.QUOTA_LOCK, self._lock, lambda: after_the_wait(self.settings, 4)),
            (week.LOGIN_ENDS, self._end_login, lambda: log_in(self.settings, self.spotify)),
            (week.HELD, lambda: self._holding.enter_context(held(self.settings)), self._holding.close),
        ]
        for window, begin, end in changes:
            if moment == window[0] + week.POLL_EVERY:
                begin()
            if moment == window[1] + week.POLL_EVERY:
                end()
        if _is_in(moment, week.OUTAGE):
            self.spotify.fail(RECENT, f.CUT, f.BROKEN_503, f.HTML_200, f.TRUNCATED)
        windows = {
            "outage": week.OUTAGE,
            "quota": week.QUOTA_LOCK,
            "login": week.LOGIN_ENDS,
            "held": week.HELD,
        }
        happening = next((name for name, window in windows.items() if _is_in(moment, window)), "quiet")
        if happening == "quiet" and moment.minute == 0:
            expire_access(self.settings)  # Access tokens last an hour.
        return happening

    def _lock(self) -> None:
        self.spotify.fail(RECENT, f.QUOTA_LONG)

    def _end_login(self) -> None:
        expire_access(self.settings)
        self.spotify.fail("/api/token", f.ENDED)

    def _poll(self) -> int:
        try:
            ingest_spotify(self.settings)
        except SpotiflowError as error:
            return error.exit_code
        return 0


def _is_in(moment: datetime, window: tuple[datetime, datetime]) -> bool:
    return window[0] < moment <= window[1]


@pytest.mark.long
def test_every_real_play_of_the_week_is_there_exactly_once(
    logged_in: Settings, spotify: FakeSpotify, tmp_path: Path
) -> None:
    scripted = Week(logged_in, spotify)
    scripted.run()
    assert scripted.codes == {
        ("quiet", 0): 336 - 20 - 12 - 6 - 2,
        ("outage", 1): 20,
        ("quota", 4): 12,
        ("login", 3): 6,
        ("held", 0): 2,
    }
    assert_no_secret(logged_in, spotify)
    [(start, end)] = ask(logged_in, "select gap_started_at, gap_ended_at from raw.history_gaps")
    assert week.OUTAGE[0] - 12 * week.HOUR < start < end < week.OUTAGE[1]
    seen = [p for p in scripted.plays if not p.is_short and not start < p.ended_at < end]
    assert len(seen) < sum(not p.is_short for p in scripted.plays), "the outage has to lose something"
    assert polled(logged_in) == Counter(track_id(p.number) for p in seen)

    exported = [p for p in scripted.plays if p.seen_at < week.MONDAY + 6.5 * week.DAY]
    import_exports(logged_in, [week.export(exported, tmp_path / "my_spotify_data.zip")])
    assert ask(logged_in, "select count(*) from raw.history_gaps where closed_at is null") == [(0,)]
    build(logged_in, layer="silver")
    real = exported + [p for p in scripted.plays if p not in exported and not p.is_short]
    assert_once(logged_in, real)

    everything = week.export(scripted.plays, tmp_path / "later.zip")
    import_exports(logged_in, [everything])
    build(logged_in, layer="silver")
    assert_once(logged_in, scripted.plays)


def polled(settings: Settings) -> Counter[str]:
    rows = ask(settings, "select track_id from raw.listening_history where source = 'api'")
    return Counter(row[0] for row in rows)


def assert_once(settings: Settings, real: list[week.RealPlay]) -> None:
    """Each real play has one row in silver, of its track and ending within two seconds; there is no other."""
    rows = ask(settings, "select track_id, ended_at from silver.plays order by ended_at, track_id")
    wanted = sorted((p.ended_at, track_id(p.number)) for p in real)
    assert Counter(row[0] for row in rows) == Counter(name for _, name in wanted)
    left = [(name, at) for at, name in wanted]
    for name, ended_at in rows:
        near = [pair for pair in left if pair[0] == name and abs(pair[1] - ended_at) <= timedelta(seconds=2)]
        assert near, (name, ended_at)
        left.remove(near[0])
    assert left == []
