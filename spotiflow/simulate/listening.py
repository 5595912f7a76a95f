"""One listener's music rows: planned sessions filled with choices, skips and pauses.

The process of docs/evidence.md 1; its parameters are in `habits`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from math import exp
from random import Random

import numpy as np
from numpy.typing import NDArray

from spotiflow.simulate.choosing import Chooser, Moment
from spotiflow.simulate.clock import Plan, plan_sessions
from spotiflow.simulate.effects import ENERGETIC, TRANSITION_SIZE
from spotiflow.simulate.features import Floats, Ints
from spotiflow.simulate.habits import Habits
from spotiflow.simulate.memory import Draw
from spotiflow.simulate.planting import Planted, own_energy, plant
from spotiflow.simulate.population import Listener
from spotiflow.simulate.taste import Taste, Turn, form_taste
from spotiflow.simulate.world import World

# Sessions lie at least this far apart, else they would be one (session gap 30 min, section 6).
_SESSION_GAP_S = 2100
# A session that would start this much later than planned does not take place.
_GIVEN_UP_AFTER_S = 4 * 3600


@dataclass(frozen=True)
class MusicPlays:
    """Music rows in order of time; all arrays have one length. `planted_size`: see `effects.Truth`."""

    track: Ints
    session: Ints
    started_s: Floats
    ms_played: Ints
    is_finished: NDArray[np.bool_]
    shuffled_session: NDArray[np.bool_]
    holiday: tuple[date, date]
    planted_size: float | None = None


class _Patience:
    """How likely a track is skipped at once, soon, and before its end, by how often it was heard before."""

    def __init__(self, habits: Habits) -> None:
        self._habits = habits
        self._known: list[tuple[float, float, float]] = []

    def shares(self, heard: int) -> tuple[float, float, float]:
        """Return the shares of `habits.skip_shares` for a track heard so often."""
        habits, known = self._habits, self._known
        while len(known) <= heard:
            factor = habits.skip_floor + habits.skip_drop * exp(-len(known) / habits.skip_scale)
            at_once, soon, before_end = habits.skip_shares
            known.append((at_once * factor, soon * factor, before_end * factor))
        return known[heard]


def _time_played(shares: tuple[float, float, float], duration_ms: int, draw: Draw) -> tuple[int, bool]:
    """Draw how long a track plays (ms) and whether it plays to its end."""
    at_once, soon, before_end = shares
    u, v, w = draw(), draw(), draw()
    if u < at_once:
        # One in twenty-five is over before it sounds; the rest are mostly a second or two.
        return (0 if v < 0.04 else int(300 + 4690 * w**1.5)), False
    if u < soon:
        return int(5000 + 24_990 * w**1.5), False
    if u < before_end:
        return int(30_000 + max(duration_ms - 32_000, 0) * w), False
    # Now and then somebody winds back and hears more than the track is long.
    return int(duration_ms * (1 + 0.3 * w)) if v < 0.007 else duration_ms, True


def _pause_s(draw: Draw) -> float:
    """Draw the seconds of silence before the next track: mostly none, sometimes minutes."""
    u, v = draw(), draw()
    return 60 + 660 * v**2 if u < 0.03 else 0.6 * v


class _Diary:
    """Plays sessions one after the other and keeps their rows as columns."""

    def __init__(self, random: Random, chooser: Chooser, habits: Habits, durations_ms: list[int]) -> None:
        self._draw, self._chooser, self._patience = random.random, chooser, _Patience(habits)
        self._duration_ms = durations_ms
        self.track: list[int] = []
        self.session: list[int] = []
        self.started_s: list[float] = []
        self.ms_played: list[int] = []
        self.is_finished: list[bool] = []

    def fill(self, session: int, moment: Moment, n_rows: int, start_s: float, end_s: float) -> float:
        """Play one session, never beyond `end_s`, and return when it ended (epoch seconds)."""
        memory, now, draw, durations = self._chooser.memory, start_s, self._draw, self._duration_ms
        next_track, shares, times_heard = self._chooser.next_track, self._patience.shares, memory.times_heard
        n_before = len(self.track)
        for _ in range(n_rows):
            minute = now / 60
            track = next_track(moment, minute)
            ms_played, finished = _time_played(shares(times_heard[track]), durations[track], draw)
            seconds = ms_played / 1000
            if now + seconds >= end_s:
                break
            self.track.append(track)
            self.started_s.append(now)
            self.ms_played.append(ms_played)
            self.is_finished.append(finished)
            if ms_played >= 30_000:
                memory.add(minute, track)
            now += seconds + _pause_s(draw)
        self.session += [session] * (len(self.track) - n_before)
        return now


def _tilts(habits: Habits, plan: Plan, taste: Taste, effect: str, first: date, days: int) -> Planted:
    """Return by how many standard deviations energy moves in each session: hour and season, or an effect.

    Where an effect is planted nothing else moves energy, and taste stays: one week's weights are all weeks'.
    """
    if effect in ENERGETIC:
        return plant(effect, plan, own_energy(taste.world, taste.weights(0)), first, days)
    day_of_year = first.timetuple().tm_yday + plan.day
    tilt = habits.energy_by_hour * np.cos(2 * np.pi * (plan.local_hour - 15) / 24)
    tilt += habits.energy_by_season * np.cos(2 * np.pi * (day_of_year - 196) / 365.25)
    return Planted(np.asarray(tilt, dtype=np.float64), None)


def _moments(
    habits: Habits, chooser: Chooser, taste: Taste, plan: Plan, tilts: Floats, *, turning: float
) -> Iterator[Moment]:
    """Set the scene of each session: its genre, how artists run, how energetic hour and season are."""
    for day, tilt, shuffled in zip(plan.day.tolist(), tilts.tolist(), plan.is_shuffled.tolist(), strict=True):
        weights = taste.weights(day // 7)
        yield Moment(
            weights=weights,
            genre=chooser.session_genre(weights),
            p_same_artist=habits.p_same_artist_shuffled if shuffled else habits.p_same_artist,
            tilt=tilt,
            turning=turning,
        )


def _play_all(diary: _Diary, moments: Iterator[Moment], plan: Plan) -> None:
    """Play the planned sessions in order; one that the one before ran into starts later or not at all."""
    free_from = float("-inf")
    sessions = zip(moments, plan.start_s.tolist(), plan.n_rows.tolist(), strict=True)
    for index, (moment, planned, n_rows) in enumerate(sessions):
        start = max(planned, free_from)
        if start - planned < _GIVEN_UP_AFTER_S:
            free_from = diary.fill(index, moment, n_rows, start, plan.end_s) + _SESSION_GAP_S


def listen(
    rng: np.random.Generator,
    world: World,
    listener: Listener,
    habits: Habits,
    *,
    first: date,
    days: int,
    effect: str = "everyday",
    turns: tuple[Turn, ...] = (),
) -> MusicPlays:
    """Simulate `days` local days of one listener from `first` on; `effect` is one of `effects.EFFECTS`."""
    plan = plan_sessions(rng, listener, habits, first=first, days=days)
    taste = form_taste(rng, world, listener, habits, days=days, turns=turns)
    habits = replace(habits, p_new=habits.p_new * listener.activity**habits.p_new_by_activity)
    # One number at a time comes ten times faster from here than from numpy.
    random = Random(int(rng.integers(2**63)))
    chooser = Chooser(random.random, world, habits)
    diary = _Diary(random, chooser, habits, world.durations)
    moved = _tilts(habits, plan, taste, effect, first, days)
    turning = TRANSITION_SIZE if effect == "transition" else 0.0
    _play_all(diary, _moments(habits, chooser, taste, plan, moved.tilt, turning=turning), plan)
    session = np.array(diary.session, dtype=np.int64)
    return MusicPlays(
        track=np.array(diary.track, dtype=np.int64),
        session=session,
        started_s=np.array(diary.started_s),
        ms_played=np.array(diary.ms_played, dtype=np.int64),
        is_finished=np.array(diary.is_finished, dtype=bool),
        shuffled_session=plan.is_shuffled[session],
        holiday=plan.holiday,
        planted_size=moved.size,
    )
