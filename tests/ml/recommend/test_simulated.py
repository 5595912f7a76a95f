"""Simulated listeners: the code finds what the process repeats; this says nothing about real taste."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from spotiflow.ml.recommend.activation import (
    BASELINES,
    Plays,
    chosen_method,
    trial,
)
from spotiflow.simulate.catalogue import make_world
from spotiflow.simulate.habits import Habits
from spotiflow.simulate.listening import listen
from spotiflow.simulate.population import draw_listener

N_LISTENERS = 8
PERIOD_DAYS = 28


@pytest.fixture(scope="module")
def histories() -> list[Plays]:
    """Draw a year of each of eight listeners in one world; plays of 30 s and longer."""
    world = make_world(np.random.default_rng(7))
    found = []
    for seed in range(N_LISTENERS):
        rng = np.random.default_rng(100 + seed)
        person = draw_listener(rng, world.genres, n_favourites=1 + seed % 3)
        plays = listen(rng, world, person, Habits(), first=date(2025, 1, 1), days=365)
        heard = plays.ms_played >= 30_000
        track, known = pd.factorize(plays.track[heard])
        found.append(Plays(track.astype(np.int64), plays.started_s[heard] / 86_400, len(known)))
    return found


def test_relisten_finds_what_simulated_listeners_repeat(histories: list[Plays]) -> None:
    recalls, best = [], []
    for plays in histories:
        end = float(plays.day[-1]) + 1 / 24
        start = end - PERIOD_DAYS
        ours = trial(plays, start, end, chosen_method(plays.before(start)))
        theirs = [trial(plays, start, end, method) for method in BASELINES]
        assert ours is not None
        recalls.append(ours.recall)
        best.append(max(one.play_share for one in theirs if one is not None) - ours.play_share)
    assert np.mean(recalls) >= 0.40
    # Over all of them the chosen decay is within a point of whichever baseline was best in hindsight.
    assert np.mean(best) <= 0.01
