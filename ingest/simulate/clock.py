"""When a listener listens: sessions over the days and hours of a year."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import NormalDist
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from ingest.simulate.features import Floats, Ints
from ingest.simulate.population import Listener

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
# Days away without any play, and where in the span they lie (share).
_HOLIDAY_DAYS = 9
_HOLIDAY_AT = 0.62


@dataclass(frozen=True)
class Plan:
    """Planned sessions in order: start (UTC epoch seconds), local hour, weeks since the start, rows."""

    start_s: Floats
    local_hour: Floats
    week: Ints
    n_rows: Ints
    end_s: float
    holiday: tuple[date, date]


def activity(hours: Floats, *, weekend: bool, chronotype_hours: float = 0.0) -> Floats:
    """Return the activity curve at local hours 0..24, in the curve's own unit, never negative."""
    mean, cos1, sin1, cos2, sin2 = WEEKEND_CURVE if weekend else WEEKDAY_CURVE
    angle = 2 * np.pi * (hours - chronotype_hours) / 24
    curve = mean + cos1 * np.cos(angle) + sin1 * np.sin(angle)
    curve = curve + cos2 * np.cos(2 * angle) + sin2 * np.sin(2 * angle)
    return np.maximum(curve, 0.0)


def epoch(day: date, zone: ZoneInfo, hour: float = 0.0) -> float:
    """Return the epoch second of a local clock time."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    return (midnight + timedelta(hours=hour)).timestamp()


def holiday(first: date, days: int) -> tuple[date, date]:
    """Return first and last day without any play; in short spans the last lies before the first: no days."""
    length = min(_HOLIDAY_DAYS, days // 12)
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
        curve = activity(grid, weekend=flag, chronotype_hours=chronotype_hours - _START_LEAD_HOURS)
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
    rng: np.random.Generator,
    listener: Listener,
    *,
    first: date,
    days: int,
    sessions_per_day: float,
    mean_rows: float,
) -> Plan:
    """Draw the sessions of `days` local days from `first`; `mean_rows` is the mean session length in rows."""
    zone = ZoneInfo(listener.time_zone)
    calendar = [first + timedelta(days=i) for i in range(days)]
    away = holiday(first, days)
    n = max(round(sessions_per_day * days), 1)
    day = np.searchsorted(np.cumsum(_day_weights(rng, calendar, away)), np.sort(_even(rng, n)))
    day = np.minimum(day, days - 1)
    weekend = np.array([calendar[i].weekday() >= 5 for i in day.tolist()])
    hour = _hours(rng, weekend, listener.chronotype_hours)
    start = np.array([epoch(calendar[i], zone, h) for i, h in zip(day.tolist(), hour.tolist(), strict=True)])
    order = np.argsort(start, kind="stable")
    return Plan(
        start_s=start[order],
        local_hour=hour[order],
        week=(day // 7)[order],
        n_rows=_lengths(rng, n, mean_rows),
        end_s=epoch(first + timedelta(days=days), zone),
        holiday=away,
    )
