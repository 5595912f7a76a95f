"""Thirty listener-years against the figures of docs/evidence.md 1: shares within 10 %, slopes within .15."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from spotiflow.simulate.catalogue import make_world
from spotiflow.simulate.clock import WEEKDAY_CURVE, WEEKEND_CURVE, activity
from spotiflow.simulate.effects import habits_for
from spotiflow.simulate.features import Floats, Ints
from spotiflow.simulate.life import Life, Span, live
from spotiflow.simulate.world import World

SPAN = Span(seed=7, effect="everyday", first=date(2025, 11, 1), days=365)
YEARS, MORE_YEARS = 30, 240
HOURS_OF_A_WEEK = 168


@dataclass(frozen=True)
class Measured:
    """What a population did. `plays`, `distinct`, `top`: per listener; `gaps`: hours until heard again."""

    plays: Floats
    distinct: Floats
    top: Floats
    sessions: Floats
    item_plays: Ints
    gaps: Floats
    ms_played: Ints
    is_finished: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
    by_hour: Floats


def population(world: World, n: int) -> Iterator[Life]:
    return (live(world, SPAN, number) for number in range(1, n + 1))


def gaps_of(life: Life) -> list[float]:
    heard = life.plays.ms_played >= 30_000
    last: dict[int, float] = {}
    gaps = []
    for track, start in zip(
        life.plays.track[heard].tolist(), life.plays.started_s[heard].tolist(), strict=True
    ):
        if track in last:
            gaps.append((start - last[track]) / 3600)
        last[track] = start
    return gaps


def hours_of(life: Life) -> Floats:
    """Plays by weekday or weekend and local hour."""
    zone, counts = ZoneInfo(life.listener.time_zone), np.zeros((2, 24))
    for start in life.plays.started_s[life.plays.ms_played >= 30_000].tolist():
        local = datetime.fromtimestamp(start, zone)
        counts[int(local.weekday() >= 5), local.hour] += 1
    return counts


def sessions_of(life: Life) -> int:
    heard = life.plays.ms_played >= 30_000
    start, ms = life.plays.started_s[heard], life.plays.ms_played[heard]
    return 1 + int((start[1:] - (start + ms / 1000)[:-1] > 1800).sum())


def slope(gaps: Floats, most_hours: int) -> float:
    """Slope of the histogram by hours, both on logarithmic scales, without empty hours."""
    counts = np.bincount(np.floor(gaps).astype(int))[:most_hours]
    hours = np.arange(1, len(counts) + 1)
    return float(np.polyfit(np.log(hours[counts > 0]), np.log(counts[counts > 0]), 1)[0])


@pytest.fixture(scope="module")
def world() -> World:
    """As large as the real catalogue with what it lacks: the tail of popularity hangs on that."""
    return make_world(np.random.default_rng(20), rows_per_genre=4000)


@pytest.fixture(scope="module")
def measured(world: World) -> Measured:
    lives = list(population(world, YEARS))
    counts = np.array(
        [
            np.bincount(life.plays.track[life.plays.ms_played >= 30_000], minlength=len(world.track_id))
            for life in lives
        ]
    )
    return Measured(
        plays=counts.sum(axis=1).astype(float),
        distinct=(counts > 0).sum(axis=1).astype(float),
        top=counts.max(axis=1).astype(float),
        sessions=np.array([float(sessions_of(life)) for life in lives]),
        item_plays=counts.sum(axis=0),
        gaps=np.concatenate([gaps_of(life) for life in lives]),
        ms_played=np.concatenate([life.plays.ms_played for life in lives]),
        is_finished=np.concatenate([life.plays.is_finished for life in lives]),
        by_hour=np.sum([hours_of(life) for life in lives], axis=0),
    )


def test_plays_per_session(measured: Measured) -> None:
    assert measured.plays.sum() / measured.sessions.sum() == pytest.approx(17.5, rel=0.1)


def test_share_of_plays_of_tracks_heard_before(measured: Measured) -> None:
    assert (1 - measured.distinct / measured.plays).mean() == pytest.approx(0.664, rel=0.1)


def test_distinct_tracks_of_a_heavy_listeners_year(measured: Measured) -> None:
    # 3,260 of 11,242 plays, the top track 111: people of that much listening are interpolated.
    wanted = np.log(11_242)
    for values, target in ((measured.distinct, 3_260), (measured.top, 111)):
        line = np.polyfit(np.log(measured.plays), np.log(values), 1)
        assert np.exp(np.polyval(line, wanted)) == pytest.approx(target, rel=0.1)


def test_people_listen_a_little_or_a_lot(measured: Measured) -> None:
    # A mean of 7,400 plays a year (135.1 million of 18,316 people), a median of a few thousand.
    assert measured.plays.mean() == pytest.approx(7_400, rel=0.1)
    assert np.median(measured.plays) < measured.plays.mean()
    assert measured.plays.max() > 3 * measured.plays.min()


def test_repeats_fall_as_a_power_of_the_gap_within_a_week(measured: Measured) -> None:
    assert slope(measured.gaps, HOURS_OF_A_WEEK) == pytest.approx(-0.86, abs=0.15)


def test_nearly_half_of_all_tracks_are_played_once(measured: Measured) -> None:
    plays = measured.item_plays[measured.item_plays > 0]
    assert (plays == 1).mean() == pytest.approx(0.445, rel=0.1)
    assert plays.max() / plays.sum() == pytest.approx(1_776 / 1_686_296, rel=0.3), "a heavy tail"


def test_plays_per_track(measured: Measured) -> None:
    assert measured.item_plays[measured.item_plays > 0].mean() == pytest.approx(4.74, rel=0.1)


def test_skips(measured: Measured) -> None:
    assert (measured.ms_played < 5_000).mean() == pytest.approx(0.24, rel=0.1)
    assert (measured.ms_played < 30_000).mean() == pytest.approx(0.35, rel=0.1)
    assert (~measured.is_finished).mean() == pytest.approx(0.486, rel=0.1)


@pytest.mark.parametrize("is_weekend", [False, True])
def test_the_hours_of_all_together_follow_the_curve_of_a_population(
    measured: Measured, is_weekend: bool
) -> None:
    share = measured.by_hour[int(is_weekend)] / measured.by_hour[int(is_weekend)].sum()
    curve = activity(np.arange(0.5, 24.0), weekend=is_weekend)
    curve /= curve.sum()
    assert np.corrcoef(share, curve)[0, 1] > 0.93
    assert np.abs(share - curve).sum() / 2 < 0.1, "so many plays would have to move to another hour"


def test_weekends_have_as_much_more_as_published(measured: Measured) -> None:
    weekdays, weekends = measured.by_hour.sum(axis=1) / (5, 2)
    assert weekends / weekdays == pytest.approx(WEEKEND_CURVE[0] / WEEKDAY_CURVE[0], rel=0.1)


@pytest.mark.long
def test_repeats_of_many_people_fall_as_published_over_the_whole_year(world: World) -> None:
    # Thirty people leave most hours of long gaps empty, which flattens the line: -1.2 for them.
    gaps = np.concatenate([gaps_of(life) for life in population(world, MORE_YEARS)])
    assert slope(gaps, 366 * 24) == pytest.approx(-1.74, abs=0.15)


def test_nothing_regular_is_left_without_effects() -> None:
    habits = habits_for("none")
    assert not any((habits.decay, habits.energy_by_hour, habits.energy_by_season, habits.drift))
    assert not any((habits.p_same_artist, habits.p_continue, habits.p_session_genre, habits.skip_drop))
