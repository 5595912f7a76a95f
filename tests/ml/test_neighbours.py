"""The neighbours of a track: what the query sums up is what a plain loop over the plays finds."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pandas as pd

from spotiflow.ml.completion.heard import Heard
from spotiflow.ml.completion.neighbours import neighbours_of
from spotiflow.ml.data.features import Codes
from spotiflow.ml.names.tables import TARGETS


def _heard(n_tracks: int, draw: np.random.Generator) -> Heard:
    truth = draw.random((n_tracks, len(TARGETS)))
    is_measured = draw.random(n_tracks) < 0.5
    by_artist = np.where(draw.random((n_tracks, 1)) < 0.5, draw.random(truth.shape), np.nan)
    width = np.full(len(TARGETS), 0.3)
    tracks = pd.DataFrame({"track_id": [f"t{n}" for n in range(n_tracks)]})
    artists: Codes = draw.integers(0, 6, n_tracks)
    known = np.where(is_measured[:, None], truth, np.nan)
    return Heard(tracks, known, is_measured, artists, by_artist, by_artist, width, width)


def test_neighbours_are_what_a_plain_loop_finds() -> None:
    draw = np.random.default_rng(2)
    heard = _heard(20, draw)
    places = draw.integers(0, 20, 60)
    streams = pd.DataFrame(
        {
            "listener_id": "me",
            "session_id": [f"s{n // 25}" for n in range(60)],
            "track_id": [f"t{place}" for place in places],
            "position": [n % 25 + 1 for n in range(60)],
            "is_play": True,
        }
    )
    weight, total = np.zeros(20), np.zeros(20)
    for one in range(60):
        for other in range(60):
            apart = abs(one - other)
            near = 0 < apart <= 6 and one // 25 == other // 25
            if not near or heard.artists[places[one]] == heard.artists[places[other]]:
                continue
            measured = heard.is_measured[places[other]]
            value = heard.truth[places[other], 0] if measured else heard.by_artist[places[other], 0]
            if not np.isnan(value):
                counts = (1 if measured else 0.35) / sqrt(apart)
                weight[places[one]] += counts
                total[places[one]] += counts * value
    found = neighbours_of(heard, streams)
    np.testing.assert_allclose(found.weight[:, 0], weight[found.places])
    np.testing.assert_allclose(found.total[:, 0], total[found.places])
