"""Stand-in audio features: a pure function of the track id, so each id is generated once and never changes.

Bit-exact with the pipeline this one follows: the order of the draws and the rounding must stay as they are.
"""

import random
from hashlib import sha256
from math import exp, log, sqrt

# Beta(2, 2) stretched over a plausible range each: 0..1, but loudness in dB and tempo in BPM.
RANGES = {
    "danceability": (0.15, 0.85),
    "energy": (0.10, 0.90),
    "valence": (0.10, 0.85),
    "acousticness": (0.05, 0.95),
    "instrumentalness": (0.0, 0.80),
    "speechiness": (0.03, 0.50),
    "liveness": (0.05, 0.40),
    "loudness": (-25.0, -3.0),
    "tempo": (60.0, 180.0),
}
CHOICES = {"time_signature": [3, 4, 5], "key": list(range(12)), "mode": [0, 1]}
TYPES = {
    "track_id": "object",
    **dict.fromkeys(RANGES, "float64"),
    **dict.fromkeys(CHOICES, "int32"),
    "source": "object",
}

# Of a gamma variate of shape 2, by Cheng's method as Python's random has it.
ROOT = sqrt(3.0)
OFFSET = 2.0 - log(4.0)
SLOPE = 2.0 + ROOT
SQUEEZE = 1.0 + log(4.5)


def gamma(draw):
    """Return what random.gammavariate(2, 1) returns of the same draws, without its choice of a method for
    every shape: a long history needs half a million of them.
    """
    while True:
        u = draw()
        if not 1e-7 < u < 0.9999999:
            continue
        z = u * u * (1.0 - draw())
        v = log(u / (1.0 - u)) / ROOT
        x = 2.0 * exp(v)
        r = OFFSET + SLOPE * v - x
        if r + SQUEEZE - 4.5 * z >= 0.0 or r >= log(z):
            return x


def beta(draw):
    """Return what random.betavariate(2, 2) returns of the same draws."""
    x = gamma(draw)
    return x / (x + gamma(draw))


def synthetic_features(track_id):
    """Return the features of one track, drawn from a generator that its id seeds."""
    draw = random.Random(int.from_bytes(sha256(track_id.encode()).digest()[:8], "big"))
    values = [round(low + beta(draw.random) * (high - low), 4) for low, high in RANGES.values()]
    return [track_id, *values, *(draw.choice(options) for options in CHOICES.values()), "synthetic"]


def synthetic_columns(track_ids):
    """Return the features of these tracks as one array a column, which DuckDB reads as they are."""
    import numpy as np

    rows = [synthetic_features(track_id) for track_id in track_ids]
    values = zip(*rows, strict=True) if rows else [[]] * len(TYPES)
    return {
        name: np.array(list(column), dtype)
        for (name, dtype), column in zip(TYPES.items(), values, strict=True)
    }


def model(dbt, session):
    """Generate the ids that are new; a hook has removed the ids that are gone."""
    wanted = dbt.ref("synthetic_track_ids_bronze")
    if dbt.is_incremental:
        wanted = wanted.join(session.sql(f"select track_id from {dbt.this}"), "track_id", how="anti")
    columns = synthetic_columns(track_id for (track_id,) in wanted.fetchall())  # noqa: F841 (the SQL reads it)
    # Where there are no rows, nothing tells that these two are text.
    text = ", ".join(f"cast({name} as varchar) as {name}" for name in ("track_id", "source"))
    return session.sql(f"select * replace ({text}) from columns")
