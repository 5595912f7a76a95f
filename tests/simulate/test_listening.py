"""One listener-year against the calibration targets: shares within 10 %, slopes within .15."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from spotiflow.simulate.clock import activity, own_activity
from spotiflow.simulate.habits import Habits
from spotiflow.simulate.memory import Memory
from tests.simulate.conftest import Year

RELISTEN_SHARE, PLAYS_PER_SESSION = 0.664, 17.5
GAP_SLOPE = -0.86


def gaps_to_last_play(year: Year) -> tuple[float, list[float]]:
    """Return the share of plays of tracks heard before, and the hours since they were last heard."""
    last: dict[int, float] = {}
    gaps = []
    tracks, starts = year.plays.track[year.heard].tolist(), year.plays.started_s[year.heard].tolist()
    for track, start in zip(tracks, starts, strict=True):
        if track in last:
            gaps.append((start - last[track]) / 3600)
        last[track] = start
    return len(gaps) / len(tracks), gaps


def test_a_year_has_about_ten_thousand_rows(year: Year) -> None:
    assert 8_000 <= len(year.plays.track) <= 12_000


def test_skips(year: Year) -> None:
    ms = year.plays.ms_played
    assert (ms < 5_000).mean() == pytest.approx(0.24, rel=0.1)
    assert (ms < 30_000).mean() == pytest.approx(0.35, rel=0.1)
    assert (~year.plays.is_finished).mean() == pytest.approx(0.486, rel=0.1)


def test_familiar_tracks_are_skipped_less(year: Year) -> None:
    heard: dict[int, int] = {}
    skipped: tuple[list[bool], list[bool]] = ([], [])
    for track, ms in zip(year.plays.track.tolist(), year.plays.ms_played.tolist(), strict=True):
        skipped[heard.get(track, 0) >= 5].append(ms < 30_000)
        heard[track] = heard.get(track, 0) + (ms >= 30_000)
    assert np.mean(skipped[1]) < np.mean(skipped[0]) - 0.02


def test_two_plays_in_three_are_of_tracks_heard_before(year: Year) -> None:
    share, _ = gaps_to_last_play(year)
    assert share == pytest.approx(RELISTEN_SHARE, rel=0.1)


def test_repeats_follow_a_power_law_within_a_week(year: Year) -> None:
    _, gaps = gaps_to_last_play(year)
    counts = np.bincount(np.floor(gaps).astype(int))[:168]
    hours = np.arange(1, len(counts) + 1)
    slope = np.polyfit(np.log(hours[counts > 0]), np.log(counts[counts > 0]), 1)[0]
    assert slope == pytest.approx(GAP_SLOPE, abs=0.15)


def test_sessions(year: Year) -> None:
    start, ms = year.plays.started_s[year.heard], year.plays.ms_played[year.heard]
    silence = start[1:] - (start + ms / 1000)[:-1]
    n = 1 + int((silence > 1800).sum())
    assert len(start) / n == pytest.approx(PLAYS_PER_SESSION, rel=0.1)
    assert (silence > -0.001).all(), "nobody hears two things at once"


def test_hours_follow_the_activity_curve(year: Year) -> None:
    zone = ZoneInfo(year.listener.time_zone)
    starts = year.plays.started_s[year.heard].tolist()
    share = np.bincount([datetime.fromtimestamp(s, zone).hour for s in starts], minlength=24) / len(starts)
    hours, chronotype = np.arange(0.5, 24.0), year.listener.chronotype_hours
    curve = 5 * own_activity(hours, weekend=False, chronotype_hours=chronotype)
    curve += 2 * own_activity(hours, weekend=True, chronotype_hours=chronotype)
    curve /= curve.sum()
    assert np.corrcoef(share, curve)[0, 1] > 0.8
    assert np.abs(share - curve).sum() / 2 < 0.15


def test_the_curve_is_that_of_the_source() -> None:
    hours = np.arange(0.0, 24.0, 0.25)
    weekday, saturday = activity(hours, weekend=False), activity(hours, weekend=True)
    assert hours[weekday.argmin()] == pytest.approx(4, abs=1)
    assert hours[weekday.argmax()] == pytest.approx(17, abs=1.5)
    assert hours[saturday.argmax()] == pytest.approx(12, abs=3.5)
    assert saturday.mean() > weekday.mean()


def test_nothing_plays_on_holiday(year: Year) -> None:
    zone = ZoneInfo(year.listener.time_zone)
    days = {datetime.fromtimestamp(s, zone).date() for s in year.plays.started_s.tolist()}
    first, last = year.plays.holiday
    assert (last - first).days == 8
    # A late session of the eve may run into the first hours of the first day.
    away = {first + timedelta(days=i) for i in range(1, 9)}
    assert not days & away
    assert len(days) > 200


def test_artists_run_within_sessions(year: Year) -> None:
    track, session = year.plays.track[year.heard], year.plays.session[year.heard]
    together = session[1:] == session[:-1]
    artist = year.world.artist[track]
    same = (artist[1:] == artist[:-1])[together].mean()
    apart = np.bincount(artist) / len(artist)
    assert same > 0.12
    assert same > 3 * (apart**2).sum(), "far more often than by chance"


def test_half_of_the_plays_are_in_the_catalogue(year: Year) -> None:
    track = year.plays.track[year.heard]
    assert year.world.in_catalogue[track].mean() == pytest.approx(0.55, abs=0.08)
    known = np.unique(year.world.artist[year.world.in_catalogue])
    rest = year.world.artist[track[~year.world.in_catalogue[track]]]
    assert 0.3 < np.isin(rest, known).mean() < 0.8, "of the rest, some artists are known and some not"


def test_favourite_genres_are_heard_most(year: Year) -> None:
    genre = year.world.genre[year.plays.track]
    shares = np.bincount(genre, minlength=len(year.listener.genre_weights)) / len(genre)
    favourites = year.listener.genre_weights.argsort()[::-1][: len(year.listener.favourite_genres)]
    assert shares[favourites].mean() > 4 * np.delete(shares, favourites).mean()
    assert sum(year.listener.favourite_genres.values()) == pytest.approx(1)
    assert year.listener.genre_weights.sum() == pytest.approx(1)


def test_memory_draws_by_the_base_level_law() -> None:
    draw, memory = Random(5).random, Memory(n_tracks=4, decay=0.8)
    minutes, now = [0.0, 5_000.0, 9_000.0, 9_940.0], 10_000.0
    for track, minute in enumerate(minutes):
        memory.add(minute, track)
    drawn = np.bincount([memory.recall(draw, now) for _ in range(20_000)], minlength=4) / 20_000
    weight = (now - np.array(minutes) + 1) ** -0.8
    assert drawn == pytest.approx(weight / weight.sum(), abs=0.012)


def test_what_was_just_played_is_recalled_too() -> None:
    memory = Memory(n_tracks=1, decay=Habits().decay)
    memory.add(100.0, 0)
    assert memory.recall(Random(0).random, 100.0) == 0
