"""One listener's plays: new tracks by taste, old ones by recency and frequency, skips by familiarity.

The process of mood_science.md section 6. Repeats follow the base-level law: a past play j is copied with a
probability proportional to (t - t_j + 1 minute)^(-d). Past plays are binned by age in powers of two, a bin is
drawn by the bound of its weight and the play in it accepted by its true weight, which makes the draw exact
and its cost logarithmic in the length of the history.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from ingest.simulate.catalogue import World
from ingest.simulate.clock import Plan, plan_sessions
from ingest.simulate.features import Floats, Ints
from ingest.simulate.population import Listener
from ingest.simulate.taste import Taste, energy_scores, form_taste, slices

_AGE_BINS = 2.0 ** np.arange(26)
_TRIES = 12


@dataclass(frozen=True)
class Habits:
    """Parameters of the process; shares are 0..1. Sources: sections of mood_science.md."""

    # 6: p_new .36-.37, d .70-.86 give a relisten share of about .68.
    p_new: float = 0.37
    decay: float = 0.80
    # 6: 17.5 plays a session in logs that hold finished plays; with 35 % under 30 s that is 27 rows.
    rows_per_session: float = 17.5 / 0.65
    # 370 sessions make 10,000 rows, "median few k" plays a year (6).
    sessions_per_day: float = 1.02
    # 6: p_same_artist .3-.5 (assumption there); shuffled sessions break runs.
    p_same_artist: float = 0.55
    p_same_artist_shuffled: float = 0.12
    # A repeat goes on with what followed the first time (an album, a playlist); assumed.
    p_continue: float = 0.35
    # New tracks stay in the session's genre; assumed, gives a track's company its meaning (1.6).
    p_session_genre: float = 0.6
    # Few people play the same track again at once: accept a repeat within half an hour this often; assumed.
    p_loop: float = 0.25
    # 6: 24 % under 5 s, 35 % under 30 s, 48.6 % before the end.
    skip_shares: tuple[float, float, float] = (0.24, 0.35, 0.486)
    # Familiarity lowers skips: factor = floor + drop * exp(-plays before / scale); mean 1 over all rows.
    skip_floor: float = 0.83
    skip_drop: float = 0.34
    skip_scale: float = 5.0
    # 2 and 6: intensity over the day .13 sd, highest at 15 h; seasons assumed as large, highest in July.
    energy_by_hour: float = 0.13
    energy_by_season: float = 0.08
    # Share of new picks that the catalogue holds; real people 10-35 % (architecture), the demo shows more.
    catalogue_share: float = 0.55
    shuffle_share: float = 0.45


@dataclass(frozen=True)
class MusicPlays:
    """Music rows in order of time; all arrays have one length."""

    track: Ints
    session: Ints
    started_s: Floats
    ms_played: Ints
    is_finished: NDArray[np.bool_]
    shuffled_session: NDArray[np.bool_]
    holiday: tuple[date, date]


class _Memory:
    """Plays of at least 30 s so far, from which repeats are drawn."""

    def __init__(self, capacity: int, n_tracks: int, decay: float) -> None:
        self.minutes = np.zeros(capacity)
        self.tracks: list[int] = []
        self.times_heard = [0] * n_tracks
        self._decay = decay
        self._bound = _AGE_BINS**-decay

    def add(self, minute: float, track: int) -> None:
        """Remember a play."""
        self.minutes[len(self.tracks)] = minute
        self.tracks.append(track)
        self.times_heard[track] += 1

    def recall(self, rng: np.random.Generator, minute: float) -> int:
        """Draw the position of a past play by the base-level law."""
        n = len(self.tracks)
        ends = np.searchsorted(self.minutes[:n], minute + 1.0 - _AGE_BINS, side="right")
        ends[0] = n
        cumulated = np.cumsum((ends[:-1] - ends[1:]) * self._bound[:-1])
        while True:
            u, v, w = rng.random(3).tolist()
            bin_ = int(np.searchsorted(cumulated, u * cumulated[-1], side="right"))
            low, high = int(ends[bin_ + 1]), int(ends[bin_])
            position = low + int(v * (high - low))
            age = max(minute - float(self.minutes[position]) + 1.0, 1.0)
            if w < (age / float(_AGE_BINS[bin_])) ** -self._decay:
                return position


@dataclass
class _Moment:
    """What the next pick depends on."""

    week: int
    genre: int
    p_same_artist: float
    tilt: float
    last_track: int = -1
    last_position: int = -2


class _Chooser:
    """Picks the next track."""

    def __init__(self, rng: np.random.Generator, world: World, taste: Taste, habits: Habits, capacity: int) -> None:
        self._rng, self._taste, self._habits = rng, taste, habits
        self._genres, self._artists = slices(world.genre_start), slices(world.artist_start)
        self._artist_of: list[int] = world.artist.tolist()
        self._genre_of: list[int] = world.genre.tolist()
        self._energy = energy_scores(world)
        self.memory = _Memory(capacity, len(self._artist_of), habits.decay)

    def session_genre(self, week: int) -> int:
        """Draw what a session is about."""
        return self._genre_of[self._taste.pick(week, 0, len(self._genre_of), float(self._rng.random()))]

    def next_track(self, moment: _Moment, minute: float) -> int:
        """Draw a new or an old track that suits the hour."""
        is_new = not self.memory.tracks or float(self._rng.random()) < self._habits.p_new
        draw = self._new if is_new else self._old
        track = draw(moment, minute)
        for _ in range(_TRIES):
            if self._suits(track, moment):
                break
            track = draw(moment, minute)
        moment.last_track = track
        return track

    def _suits(self, track: int, moment: _Moment) -> bool:
        """Thin the draws so that mean energy moves by `tilt` standard deviations."""
        score = moment.tilt * self._energy[track] - 2 * abs(moment.tilt)
        return float(self._rng.random()) < np.exp(score)

    def _new(self, moment: _Moment, minute: float) -> int:  # noqa: ARG002 (same shape as _old)
        """Draw a track not heard before: same artist, same genre as the session, or anything."""
        moment.last_position = -2
        track = 0
        for _ in range(_TRIES):
            u, v, w = self._rng.random(3).tolist()
            low, high = 0, len(self._genre_of)
            if moment.last_track >= 0 and u < moment.p_same_artist:
                low, high = self._artists[self._artist_of[moment.last_track]]
            elif v < self._habits.p_session_genre:
                low, high = self._genres[moment.genre]
            track = self._taste.pick(moment.week, low, high, w)
            if not self.memory.times_heard[track]:
                break
        return track

    def _old(self, moment: _Moment, minute: float) -> int:
        """Go on after the last repeat, or recall a past play; a track just heard comes back rarely."""
        memory, following = self.memory, moment.last_position + 1
        if 0 <= following < len(memory.tracks) and float(self._rng.random()) < self._habits.p_continue:
            gap = float(memory.minutes[following] - memory.minutes[following - 1])
            if gap < 30 and minute - float(memory.minutes[following]) > 30:
                moment.last_position = following
                return memory.tracks[following]
        position = 0
        for _ in range(_TRIES):
            position = memory.recall(self._rng, minute)
            is_loop = minute - float(memory.minutes[position]) < 30
            if not is_loop or float(self._rng.random()) < self._habits.p_loop:
                break
        moment.last_position = position
        return memory.tracks[position]


def _time_played(habits: Habits, duration_ms: int, heard: int, draws: list[float]) -> tuple[int, bool]:
    """Draw how long a track plays (ms) and whether it plays to its end; `draws` are three uniforms."""
    factor = habits.skip_floor + habits.skip_drop * np.exp(-heard / habits.skip_scale)
    at_once, soon, before_end = (share * factor for share in habits.skip_shares)
    u, v, w = draws
    if u < at_once:
        # One in twenty-five is over before it sounds; the rest are mostly a second or two.
        return (0 if v < 0.04 else int(300 + 4690 * w**1.5)), False
    if u < soon:
        return int(5000 + 24_990 * w**1.5), False
    if u < before_end:
        return int(30_000 + max(duration_ms - 32_000, 0) * w), False
    # Now and then somebody winds back and hears more than the track is long.
    return int(duration_ms * (1 + 0.3 * w)) if v < 0.007 else duration_ms, True


def _pause_s(draws: list[float]) -> float:
    """Draw the seconds of silence before the next track: mostly none, sometimes minutes."""
    u, v, _ = draws
    return 60 + 660 * v**2 if u < 0.03 else 0.6 * v


class _Recorder:
    """Collects rows as columns."""

    def __init__(self) -> None:
        self.track: list[int] = []
        self.session: list[int] = []
        self.started_s: list[float] = []
        self.ms_played: list[int] = []
        self.is_finished: list[bool] = []

    def add(self, track: int, session: int, started_s: float, ms_played: int, *, finished: bool) -> None:
        """Add one row."""
        self.track.append(track)
        self.session.append(session)
        self.started_s.append(started_s)
        self.ms_played.append(ms_played)
        self.is_finished.append(finished)


def _tilt(habits: Habits, local_hour: float, day_of_year: float) -> float:
    """Return by how many standard deviations energy moves at an hour of a day of the year."""
    by_hour = habits.energy_by_hour * np.cos(2 * np.pi * (local_hour - 15) / 24)
    by_season = habits.energy_by_season * np.cos(2 * np.pi * (day_of_year - 196) / 365)
    return float(by_hour + by_season)
