"""When a listener listens: sessions over the days and hours of a year."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import NormalDist
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from spotiflow.simulate.features import Floats, Ints
from spotiflow.simulate.habits import Habits
from spotiflow.simulate.population import CHRONOTYPES, Listener

# Share of plays by hour, two harmonics: mean, cos 24 h, sin 24 h, cos 12 h, sin 12 h; Monday and Saturday of
# docs/evidence.md 1. Other weekdays take Monday's, Sunday takes Saturday's.
WEEKDAY_CURVE = (0.493, -0.220, -0.335, -0.010, -0.104)
WEEKEND_CURVE = (0.581, -0.272, -0.373, 0.114, -0.096)
# Day weights Gamma(1.2), session lengths lognormal with sigma 1.1 (docs/evidence.md 1).
_DAY_SHAPE = 1.2
_LENGTH_SIGMA = 1.1
# Nobody listens through a day and a night: the tail ends here (assumed).
_MAX_ROWS = 260
# Plays follow the start of their session by half its length: the start leads the curve by this much.
_START_LEAD_HOURS = 0.5
# Where in the span the days away lie (share).
_HOLIDAY_AT = 0.62


@dataclass(frozen=True)
class Plan:
    """Planned sessions in order: start (UTC epoch seconds), local hour, days since the first, rows."""

    start_s: Floats
    local_hour: Floats
    day: Ints
    n_rows: Ints
    is_shuffled: NDArray[np.bool_]
    end_s: float
    holiday: tuple[date, date]


def activity(hours: Floats, *, weekend: bool) -> Floats:
    """Return the activity of a population at local hours 0..24, in the curve's own unit, never negative."""
    return _curve(hours, WEEKEND_CURVE if weekend else WEEKDAY_CURVE)


def own_activity(hours: Floats, *, weekend: bool, chronotype_hours: float) -> Floats:
    """Return the activity of one listener whose day lags the average by some hours.

    A population of clocks is flatter than each of them: this curve is as much steeper as makes the mean over
    all chronotypes the population's.
    """
    mean, cos1, sin1, cos2, sin2 = WEEKEND_CURVE if weekend else WEEKDAY_CURVE
    shift = 2 * np.pi * np.array(CHRONOTYPES) / 24
    own = [mean]
    for times, cosine, sine in ((1, cos1, sin1), (2, cos2, sin2)):
        # Averaged over shifts, a wave turns by (c, s): that turn is undone here.
        c, s = np.cos(times * shift).mean(), np.sin(times * shift).mean()
        own += [(c * cosine + s * sine) / (c**2 + s**2), (c * sine - s * cosine) / (c**2 + s**2)]
    return _curve(hours - chronotype_hours, own)


def _curve(hours: Floats, harmonics: Sequence[float]) -> Floats:
    mean, cos1, sin1, cos2, sin2 = harmonics
    angle = 2 * np.pi * hours / 24
    curve = mean + cos1 * np.cos(angle) + sin1 * np.sin(angle)
    curve = curve + cos2 * np.cos(2 * angle) + sin2 * np.sin(2 * angle)
    return np.maximum(curve, 0.0)


def epoch(day: date, zone: ZoneInfo, hour: float = 0.0) -> float:
    """Return the epoch second of a local clock time."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    return (midnight + timedelta(hours=hour)).timestamp()


def holiday(first: date, days: int, most: int) -> tuple[date, date]:
    """Return first and last of the days without any play; no days if the last lies before the first."""
    length = min(most, days // 12)
    start = first + timedelta(days=int(days * _HOLIDAY_AT))
    return start, start + timedelta(days=length - 1)


def _day_weights(rng: np.random.Generator, days: list[date], away: tuple[date, date]) -> Floats:
    """Return how much of the listening falls on each day; the weights sum to 1."""
    level = np.array([WEEKEND_CURVE[0] if day.weekday() >= 5 else WEEKDAY_CURVE[0] for day in days])
    at_home = np.array([not away[0] <= day <= away[1] for day in days])
    weights = rng.gamma(_DAY_SHAPE, size=len(days)) * level * at_home
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def _even(rng: np.random.Generator, n: int) -> Floats:
    """Return n quantiles spread evenly over 0..1, in random order: one listener alone then fits the curve."""
    return rng.permutation((np.arange(n) + rng.random(n)) / max(n, 1))


def _hours(rng: np.random.Generator, weekend: NDArray[np.bool_], chronotype_hours: float) -> Floats:
    """Draw local start hours from the activity curve by its inverse distribution."""
    grid = np.linspace(0, 24, 24 * 12 + 1)
    hours = np.zeros(len(weekend))
    for flag in (False, True):
        mine = weekend == flag
        curve = own_activity(grid, weekend=flag, chronotype_hours=chronotype_hours - _START_LEAD_HOURS)
        cumulated = np.cumsum(curve)
        hours[mine] = np.interp(_even(rng, int(mine.sum())) * cumulated[-1], cumulated, grid)
    return hours


def _lengths(rng: np.random.Generator, n: int, mean_rows: float) -> Ints:
    """Draw session lengths in rows: lognormal with the given mean."""
    normal = NormalDist()
    z = np.array([normal.inv_cdf(min(max(q, 1e-6), 1 - 1e-6)) for q in _even(rng, n).tolist()])
    rows = np.minimum(np.exp(np.log(mean_rows) - _LENGTH_SIGMA**2 / 2 + _LENGTH_SIGMA * z), _MAX_ROWS)
    rows *= mean_rows / rows.mean()
    return np.asarray(np.maximum(np.round(rows), 1), dtype=np.int64)


def plan_sessions(
    rng: np.random.Generator, listener: Listener, habits: Habits, *, first: date, days: int
) -> Plan:
    """Draw the sessions of `days` local days from `first`."""
    zone = ZoneInfo(listener.time_zone)
    calendar = [first + timedelta(days=i) for i in range(days)]
    away = holiday(first, days, habits.holiday_days)
    n = max(round(habits.sessions_per_day * listener.activity * days), 1)
    day = np.searchsorted(np.cumsum(_day_weights(rng, calendar, away)), np.sort(_even(rng, n)))
    day = np.minimum(day, days - 1)
    weekend = np.array([calendar[i].weekday() >= 5 for i in day.tolist()])
    hour = _hours(rng, weekend, listener.chronotype_hours)
    start = np.array([epoch(calendar[i], zone, h) for i, h in zip(day.tolist(), hour.tolist(), strict=True)])
    order = np.argsort(start, kind="stable")
    return Plan(
        start_s=start[order],
        local_hour=hour[order],
        day=day[order],
        n_rows=_lengths(rng, n, habits.rows_per_session),
        is_shuffled=rng.random(n) < habits.shuffle_share,
        end_s=epoch(first + timedelta(days=days), zone),
        holiday=away,
    )
