"""What is planted has the size that is written down, for every taste and amount of listening."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from spotiflow.simulate.effects import WEEKEND_SIZE, planted_week
from spotiflow.simulate.features import Floats, Ints
from spotiflow.simulate.life import Life, Span, live
from spotiflow.simulate.planting import own_energy
from spotiflow.simulate.world import World

FIRST, DAYS, PEOPLE = date(2025, 1, 6), 252, 24


def listening(world: World, effect: str) -> Iterator[tuple[Life, Ints, Floats, Ints]]:
    """Lives with the listening day of each session's first play, and energy and session of measured plays."""
    for number in range(1, PEOPLE + 1):
        life = live(world, Span(11, effect, FIRST, DAYS), number)
        plays, zone = life.plays, ZoneInfo(life.listener.time_zone)
        _, at, session = np.unique(plays.session, return_index=True, return_inverse=True)
        began = [datetime.fromtimestamp(start - 4 * 3600, zone) for start in plays.started_s[at].tolist()]
        day = np.array([(moment.date() - FIRST).days for moment in began])
        measured = (plays.ms_played >= 30_000) & world.in_catalogue[plays.track]
        yield life, day, world.sound_scores[0][plays.track[measured]], session[measured]


def test_the_tilt_moves_the_mean_by_what_was_asked(world: World) -> None:
    rng = np.random.default_rng(3)
    weights = rng.gamma(0.3, size=len(world.track_id)) * (world.genre < 9)
    own = own_energy(world, np.concatenate([[0.0], np.cumsum(weights)]).tolist())
    score, counted = world.sound_scores[0], np.array(world.energy_scores)
    mean = np.average(score, weights=weights)
    assert own.deviation == pytest.approx(np.sqrt(np.average((score - mean) ** 2, weights=weights)), rel=0.01)
    for shift in (-0.3, 0.1, 0.6):
        tilt = float(own.tilt_for(np.array([shift]))[0])
        moved = np.average(score, weights=weights * np.exp(tilt * counted)) - mean
        assert moved == pytest.approx(shift, abs=0.005)


def test_weekends_are_as_much_more_energetic_as_is_written_down(world: World) -> None:
    shifts = []
    for life, day, energy, session in listening(world, "weekend"):
        weekend = (day % 7 >= 5)[session]
        shifts.append(energy[weekend].mean() - energy[~weekend].mean())
        assert [truth.size for truth in life.truths] == [WEEKEND_SIZE]
    assert np.mean(shifts) == pytest.approx(WEEKEND_SIZE, abs=3 * np.std(shifts) / np.sqrt(PEOPLE))
    assert np.mean(shifts) > 0.9 * WEEKEND_SIZE


def test_a_planted_week_is_three_deviations_of_this_listeners_week_means_off(world: World) -> None:
    week = (planted_week(FIRST, DAYS) - FIRST).days // 7
    asked, distance, activity = [], [], []
    for life, day, energy, session in listening(world, "week"):
        own_week = (day // 7)[session]
        means = np.array([energy[own_week == n].mean() for n in range(week - 26, week)])
        (truth,) = life.truths
        assert truth.size is not None
        asked.append(truth.size / means.std(ddof=1))
        activity.append(life.listener.activity)
        distance.append((energy[own_week == week].mean() - means.mean()) / means.std(ddof=1))
    assert np.mean(asked) == pytest.approx(3, abs=0.4)
    assert abs(np.corrcoef(asked, activity)[0, 1]) < 0.5, "much or little listening, the week is as odd"
    assert np.mean(distance) == pytest.approx(3.1, abs=3 * np.std(distance) / np.sqrt(PEOPLE))
    assert np.mean(distance) > 2.3
