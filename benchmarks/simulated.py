"""What is found of a known truth in simulated people: their calibration, relistening, shifted weeks.

Rows of ml.model_metrics, dataset `simulated`; whole listeners are drawn again for the intervals.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.measuring import spotiflow
from spotiflow.core.settings import load_settings
from spotiflow.ml.data.evaluate import TAIL_PERCENT, Metric, metric_rows
from spotiflow.ml.data.features import Codes, Matrix
from spotiflow.ml.data.reproducible import SEED
from spotiflow.ml.engine.code_versions import all_code
from spotiflow.ml.recommend.activation import (
    FREQUENCY,
    PERIOD_DAYS,
    TOP,
    Plays,
    chosen_method,
    trial,
)
from spotiflow.ml.show.targets import (
    CALIBRATED_TO,
    CALIBRATION,
    INJECTED,
    TIME,
)
from spotiflow.simulate.catalogue import make_world
from spotiflow.simulate.life import Life, Span, live
from spotiflow.warehouse.database import open_warehouse

YEARS, DAYS, HOURS_OF_A_WEEK, HEAVY_YEAR = 30, 365, 168, 11_242
SPAN = Span(seed=7, effect="everyday", first=date(2025, 11, 1), days=DAYS)
N_DRAWS = 200
# Listeners with one week off by three deviations; the baseline is half a year of weeks, less holidays.
SHIFTED, SHIFTED_DAYS, LEAST_WEEKS = 60, 364, 20
# |t| of a week that would raise one false alarm a quarter (docs/evidence.md 5).
CRITICAL_T, WEEKS_A_QUARTER = 1.82, 13
Statistic = Callable[[Codes], float]


def simulated_rows(folder: Path) -> pd.DataFrame:
    """Measure all three; `folder` is for a home of its own."""
    lives = _population()
    frames = [_calibration(lives), _relisten(lives), _shifted_weeks(folder / "shifted")]
    return pd.concat(frames, ignore_index=True)


def _population() -> list[Life]:
    """Simulate thirty years in a world as large as the real catalogue with what it lacks."""
    world = make_world(np.random.default_rng(20), rows_per_genre=4000)
    return [live(world, SPAN, number) for number in range(1, YEARS + 1)]


@dataclass(frozen=True)
class _Year:
    """Figures of one life; gaps: hours until a track was heard again, counted by hour of a week."""

    n_streams: int
    n_under_5s: int
    n_under_30s: int
    n_unfinished: int
    n_plays: int
    n_sessions: int
    n_tracks: int
    most_plays: int
    gaps: Codes

    @classmethod
    def of(cls, life: Life) -> _Year:
        plays = life.plays
        heard = plays.ms_played >= 30_000
        track, start, ms = plays.track[heard], plays.started_s[heard], plays.ms_played[heard]
        again = pd.Series(start).groupby(track).diff().dropna().to_numpy() / 3600
        counts = np.unique(track, return_counts=True)[1]
        return cls(
            len(heard),
            int((plays.ms_played < 5_000).sum()),
            int((~heard).sum()),
            int((~plays.is_finished).sum()),
            len(track),
            1 + int((start[1:] - (start + ms / 1000)[:-1] > 1800).sum()),
            len(counts),
            int(counts.max()),
            np.bincount(again[again < HOURS_OF_A_WEEK].astype(np.int64), minlength=HOURS_OF_A_WEEK),
        )


def _calibration(lives: list[Life]) -> pd.DataFrame:
    """Divide what the population does by what people do: 1 is a perfect likeness."""
    years = [_Year.of(life) for life in lives]
    names = ("n_streams", "n_under_5s", "n_under_30s", "n_unfinished", "n_plays", "n_sessions")
    streams, short, skipped, unfinished, plays, sessions = (_column(years, name) for name in names)
    distinct, top = _column(years, "n_tracks"), _column(years, "most_plays")
    gaps = np.array([year.gaps for year in years])
    found: dict[str, Statistic] = {
        "plays_a_session": lambda who: plays[who].sum() / sessions[who].sum(),
        "relisten_share": lambda who: float((1 - distinct[who] / plays[who]).mean()),
        "under_5_s": lambda who: short[who].sum() / streams[who].sum(),
        "under_30_s": lambda who: skipped[who].sum() / streams[who].sum(),
        "unfinished": lambda who: unfinished[who].sum() / streams[who].sum(),
        "distinct_tracks": lambda who: _at_heavy_year(plays[who], distinct[who]),
        "top_track": lambda who: _at_heavy_year(plays[who], top[who]),
        "gap_slope": lambda who: _slope(gaps[who].sum(axis=0)),
    }
    frames = []
    for part, statistic in found.items():
        wanted = CALIBRATED_TO[part]
        metric = _over_listeners("ratio", len(years), _ratio(statistic, wanted), "people", 1.0)
        frames.append(_rows(metric, "simulated_listeners", CALIBRATION, part))
    return pd.concat(frames, ignore_index=True)


def _column(years: list[_Year], name: str) -> Matrix:
    return np.array([getattr(year, name) for year in years], dtype=np.float64)


def _ratio(statistic: Statistic, wanted: float) -> Statistic:
    return lambda who: statistic(who) / wanted


def _at_heavy_year(plays: Matrix, values: Matrix) -> float:
    """Interpolate to a year of so many plays, on logarithmic scales."""
    line = np.polyfit(np.log(plays), np.log(values), 1)
    return float(np.exp(np.polyval(line, np.log(HEAVY_YEAR))))


def _slope(counts: Codes) -> float:
    hours = np.arange(1, len(counts) + 1)
    return float(np.polyfit(np.log(hours[counts > 0]), np.log(counts[counts > 0]), 1)[0])


def _relisten(lives: list[Life]) -> pd.DataFrame:
    """List before the last four weeks by the method chosen before them; recall beside most played."""
    ours, theirs = [], []
    for life in lives:
        heard = life.plays.ms_played >= 30_000
        track, known = pd.factorize(life.plays.track[heard])
        plays = Plays(track.astype(np.int64), life.plays.started_s[heard] / 86_400, len(known))
        end = float(plays.day[-1]) + 1 / 24
        start = end - PERIOD_DAYS
        found = [trial(plays, start, end, way) for way in (chosen_method(plays.before(start)), FREQUENCY)]
        if found[0] is not None and found[1] is not None:
            ours.append(found[0].recall)
            theirs.append(found[1].recall)
    recall = np.array(ours)
    name = f"recall_at_{TOP}"
    metric = _over_listeners(
        name, len(ours), lambda who: float(recall[who].mean()), FREQUENCY, float(np.mean(theirs))
    )
    return _rows(metric, "relisten", TIME, "simulated")


def _shifted_weeks(home: Path) -> pd.DataFrame:
    """Plant one week into each listener and see how often it, and how often any other week, is an alarm."""
    words = ("--listeners", str(SHIFTED), "--days", str(SHIFTED_DAYS), "--seed", "5", "--effects", "week")
    spotiflow(home, "ingest", "simulate", *words)
    spotiflow(home, "build", "--select", "+listening_changes")
    with open_warehouse(load_settings(home=home), read_only=True) as db:
        weeks = db.execute(
            f"""
            select listener_id, abs(t_value) > {CRITICAL_T} as is_alarm, t_value > {CRITICAL_T} as is_found,
                period_start between first_date and last_date as is_planted
            from silver.listening_changes inner join raw.simulated_effects using (listener_id)
            where period = 'week' and metric = 'energy' and n_baseline >= {LEAST_WEEKS}
                and t_value is not null and period_start <= last_date
            order by listener_id, period_start
            """
        ).df()
    listener = pd.factorize(weeks["listener_id"])[0]
    planted = weeks["is_planted"].to_numpy(dtype=bool)
    frames = []
    for name, rows, hit, times, chance in (
        ("recall", planted, "is_found", 1, 0.04),
        ("false_alarms_a_quarter", ~planted, "is_alarm", WEEKS_A_QUARTER, 0.08 * WEEKS_A_QUARTER),
    ):
        hits = weeks[hit].to_numpy(dtype=np.float64)[rows] * times
        of = np.unique(listener[rows], return_inverse=True)[1]
        total: Matrix = np.bincount(of, weights=hits).astype(np.float64)
        n: Matrix = np.bincount(of).astype(np.float64)
        metric = _over_listeners(name, len(n), _share(total, n), "chance", chance)
        frames.append(_rows(metric, "listening_anomalies", INJECTED, "energy"))
    return pd.concat(frames, ignore_index=True)


def _share(total: Matrix, n: Matrix) -> Statistic:
    return lambda who: float(total[who].sum() / n[who].sum())


def _over_listeners(name: str, n: int, statistic: Statistic, baseline: str, base: float) -> Metric:
    """Return a statistic of listeners with its interval when they are drawn again."""
    draw = np.random.default_rng(SEED)
    drawn = [statistic(draw.integers(0, n, n)) for _ in range(N_DRAWS)]
    low, high = np.percentile(drawn, [TAIL_PERCENT, 100 - TAIL_PERCENT])
    return Metric(name, statistic(np.arange(n)), float(low), float(high), n, baseline, base)


def _rows(metric: Metric, model: str, split: str, part: str) -> pd.DataFrame:
    return metric_rows([metric], model, all_code(), dataset="simulated", split=split, part=part)
