"""The neighbours of a track: what its listener plays next to it, by others than its artist.

docs/evidence.md has the figures: what a person plays beside a track of an unknown artist says more about it
than its name does.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd

from spotiflow.ml.completion.heard import Heard
from spotiflow.ml.data.features import Matrix
from spotiflow.ml.names.tables import TARGETS

# How far a neighbour may be, what a prediction counts beside a measured value, and how many neighbours'
# weight the listener's mean has.
REACH = 6
PREDICTED_WEIGHT = 0.35
SHRINKAGE = 4.0

_NEIGHBOURS = f"""
    with steps as (select unnest(range(-{REACH}, {REACH} + 1)) as step),
    listening as (
        select streams.session_id, streams.position, heard.place, heard.artist
        from streams inner join heard using (track_id)
        where streams.is_play
    ),
    pairs as (
        select listening.place, neighbour.place as neighbour,
            sum(1 / sqrt(abs(steps.step))) as weight
        from listening
        cross join steps
        inner join listening as neighbour
            on neighbour.session_id = listening.session_id
            and neighbour.position = listening.position + steps.step
        where steps.step <> 0 and neighbour.artist <> listening.artist
        group by all
    )
    select pairs.place, {{sums}}
    from pairs inner join known on known.place = pairs.neighbour
    group by pairs.place order by pairs.place
"""


@dataclass(frozen=True)
class Neighbours:
    """Of one listener's tracks (`places` in Heard): summed weight and weighted values of their neighbours."""

    places: np.ndarray
    weight: Matrix
    total: Matrix


def neighbours_of(heard: Heard, streams: pd.DataFrame) -> Neighbours:
    """Sum up every track's neighbours in one listener's streams."""
    sums = ", ".join(
        f"sum(pairs.weight * known.w{n}) as w{n}, sum(pairs.weight * known.w{n} * known.v{n}) as v{n}"
        for n in range(len(TARGETS))
    )
    tracks = pd.DataFrame(
        {
            "track_id": heard.tracks["track_id"].to_numpy(),
            "place": np.arange(len(heard.tracks)),
            "artist": heard.artists,
        }
    )
    with duckdb.connect() as db:
        db.execute("set threads = 1")
        db.register("heard", tracks)
        db.register("known", _known(heard))
        db.register("streams", streams)
        rows = db.execute(_NEIGHBOURS.format(sums=sums)).df()
    return Neighbours(
        rows["place"].to_numpy(dtype=np.int64),
        rows[[f"w{n}" for n in range(len(TARGETS))]].to_numpy(dtype=np.float64),
        rows[[f"v{n}" for n in range(len(TARGETS))]].to_numpy(dtype=np.float64),
    )


def _known(heard: Heard) -> pd.DataFrame:
    """Return value and weight of what is known of each track: measured, or predicted with its artist."""
    measured = ~np.isnan(heard.truth) & heard.is_measured[:, None]
    predicted = ~measured & ~np.isnan(heard.by_artist)
    value = np.where(measured, heard.truth, np.where(predicted, heard.by_artist, 0.0))
    weight = np.where(measured, 1.0, np.where(predicted, PREDICTED_WEIGHT, 0.0))
    columns = {"place": np.arange(len(value))}
    for number in range(len(TARGETS)):
        columns |= {f"w{number}": weight[:, number], f"v{number}": value[:, number]}
    return pd.DataFrame(columns)


def shrunk(total: Matrix, weight: Matrix, mean: float) -> Matrix:
    """Return the weighted mean, mixed with the listener's by SHRINKAGE pseudo-weights, less that mean."""
    deviation: Matrix = (total - weight * mean) / (weight + SHRINKAGE)
    return deviation
