"""The world of simulated listeners: the catalogue that is loaded, and as much music again that it lacks.

The same catalogue gives the same world, whoever listens: invented tracks come from a seed of their own.
"""

from typing import Any

import duckdb
import numpy as np
import pandas as pd

from spotiflow.core.errors import InputError
from spotiflow.simulate import names
from spotiflow.simulate.features import (
    AUDIO,
    ENERGY,
    VALENCE,
    Ints,
    Sound,
)
from spotiflow.simulate.world import World

_SEED = 4
# Tracks that are in no catalogue, by artists of whom a quarter are in none either (docs/evidence.md 3).
_HIDDEN_PER_TRACK, _UNKNOWN_ARTIST_SHARE = 0.95, 0.25
# Hidden tracks sound like others of their artist: spread of a feature, and of the length on the log scale.
_SOUND_SPREAD, _LENGTH_SPREAD = 0.08, 0.2
_LEAST_MS = 30_000
_TRACKS = f"""
select
    track_id, track_name, artists, split_part(artists, ';', 1) as artist,
    coalesce(album_name, '') as album_name, coalesce(track_genre, 'unknown') as genre,
    coalesce(popularity, 0) as popularity, duration_ms,
    {", ".join(AUDIO)}, coalesce(key, 0) as key, coalesce(mode, 1) as mode,
    coalesce(time_signature, 4) as time_signature, coalesce(explicit, false) as explicit
from raw.kaggle_tracks
where track_id is not null and track_name is not null and artists is not null and duration_ms >= {_LEAST_MS}
    and tempo > 0 and {" and ".join(f"{name} is not null" for name in AUDIO)}
qualify row_number() over (partition by track_id order by row_number) = 1
order by genre, artist, album_name, track_name, track_id
"""


def load_world(db: duckdb.DuckDBPyConnection) -> World:
    """Return the world around the loaded catalogue.

    Raises InputError where not one track of the catalogue has names, length and features.
    """
    known = db.execute(_TRACKS).df()
    if known.empty:
        raise InputError(
            "The loaded catalogue has no track with names, length and features to listen to.",
            hint="Load another one: spotiflow ingest kaggle FILE --force.",
        )
    rng = np.random.default_rng(_SEED)
    tracks = pd.concat([known.assign(is_known=True), _hidden(rng, known)], ignore_index=True)
    tracks = tracks.sort_values(["genre", "artist"], kind="stable", ignore_index=True)
    genre, genres = _codes(tracks["genre"])
    artist, _ = _codes(tracks["genre"] + "\x1f" + tracks["artist"])
    first_of_artist = np.flatnonzero(np.diff(artist, prepend=-1))
    ids = tracks["track_id"].tolist()
    return World(
        genres=tuple(genres),
        track_id=ids,
        played_id=ids,
        track_name=tracks["track_name"].tolist(),
        album_name=tracks["album_name"].tolist(),
        artist_credit=tracks["artists"].tolist(),
        artist_names=tracks["artist"].iloc[first_of_artist].tolist(),
        artist=artist,
        genre=genre,
        popularity=tracks["popularity"].to_numpy(np.int64),
        duration_ms=tracks["duration_ms"].to_numpy(np.int64),
        sound=Sound(
            audio=tracks[list(AUDIO)].to_numpy(np.float64),
            key=tracks["key"].to_numpy(np.int64),
            mode=tracks["mode"].to_numpy(np.int64),
            time_signature=tracks["time_signature"].to_numpy(np.int64),
            explicit=tracks["explicit"].to_numpy(bool),
        ),
        in_catalogue=tracks["is_known"].to_numpy(bool),
    )


def _codes(values: "pd.Series[Any]") -> tuple[Ints, list[str]]:
    """Number sorted values by the order in which they come; return the numbers and the different values."""
    codes, different = pd.factorize(values)
    return np.asarray(codes, dtype=np.int64), [str(value) for value in different]


def _hidden(rng: np.random.Generator, known: pd.DataFrame) -> pd.DataFrame:
    """Invent tracks near known ones: by the same artist, or by one whom the catalogue does not know."""
    n = round(len(known) * _HIDDEN_PER_TRACK)
    near = known.iloc[rng.integers(0, len(known), n)].reset_index(drop=True)
    of_artist, artists = pd.factorize(known["genre"] + known["artist"])
    unknown_names = np.array(names.artists(rng, len(artists)), dtype=object)
    namesake = pd.Series(of_artist, index=known["track_id"]).loc[near["track_id"]].to_numpy()
    is_unknown = (rng.random(len(artists)) < _UNKNOWN_ARTIST_SHARE)[namesake]
    return near.assign(
        track_id=names.spotify_ids(rng, n),
        track_name=names.titles(rng, near["valence"].to_numpy() > 0.47, near["energy"].to_numpy() > 0.62),
        artist=np.where(is_unknown, unknown_names[namesake], near["artist"]),
        artists=np.where(is_unknown, unknown_names[namesake], near["artist"]),
        album_name=names.albums(rng, n),
        duration_ms=np.maximum(near["duration_ms"] * np.exp(rng.normal(0, _LENGTH_SPREAD, n)), _LEAST_MS),
        **{
            AUDIO[i]: np.clip(near[AUDIO[i]] + rng.normal(0, _SOUND_SPREAD, n), 0, 1)
            for i in (ENERGY, VALENCE)
        },
        is_known=False,
    )
