"""Small catalogues and listening histories, drawn so that what a model can learn is known."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console

from spotiflow.core.settings import Settings
from spotiflow.ml.data.features import AUDIO_FEATURES
from spotiflow.ml.show.results import TrainResult
from spotiflow.ml.show.screen import render
from spotiflow.warehouse.database import open_warehouse

GENRES = ("ambient", "folk", "house", "punk")


def catalogue_rows(n_tracks: int = 1500, *, per_artist: int = 5, seed: int = 1) -> pd.DataFrame:
    """Draw rows of silver.kaggle_tracks: valence and energy follow from the other features and the genre."""
    draw = np.random.default_rng(seed)
    artist = np.arange(n_tracks) // per_artist
    genre = artist % len(GENRES)
    mood = draw.normal(size=n_tracks) + 0.8 * (genre - 1.5)
    rhythm = draw.normal(size=n_tracks)

    def squashed(signal: np.ndarray, noise: float) -> np.ndarray:
        return np.round(1 / (1 + np.exp(-(signal + noise * draw.normal(size=n_tracks)))), 4)

    features = {
        "danceability": squashed(rhythm, 0.5),
        "energy": squashed(mood, 0.3),
        "valence": squashed(0.8 * rhythm + 0.5 * mood, 0.5),
        "acousticness": squashed(-mood, 0.6),
        "instrumentalness": squashed(draw.normal(size=n_tracks), 1.0),
        "speechiness": squashed(draw.normal(size=n_tracks) - 2, 0.5),
        "liveness": squashed(draw.normal(size=n_tracks) - 1, 0.5),
        "loudness": np.round(-10 + 4 * mood + draw.normal(size=n_tracks), 3),
        "tempo": np.round(draw.uniform(60, 180, n_tracks), 3),
        "time_signature": draw.choice([3, 4], n_tracks),
        "key": draw.integers(0, 12, n_tracks),
        "mode": draw.integers(0, 2, n_tracks),
    }
    names = {
        "track_id": [f"track{number:05d}" for number in range(n_tracks)],
        "track_name": [f"Song {number}" for number in range(n_tracks)],
        "album_name": [f"Album {number // 3}" for number in range(n_tracks)],
        "primary_artist": [f"Artist {number}" for number in artist],
        "duration_ms": draw.integers(90_000, 400_000, n_tracks),
        "explicit": draw.random(n_tracks) < 0.1,
        "track_genres": [[GENRES[number]] for number in genre],
        "is_simulated": False,
        "name_id": [f"name:{number}" for number in range(n_tracks)],
        "song_id": [f"name:{number}" for number in range(n_tracks)],
        "track_genre": [GENRES[number] for number in genre],
        "popularity": draw.integers(0, 100, n_tracks),
    }
    return pd.DataFrame(names | features)


def play_rows(
    tracks: pd.DataFrame, n_plays: int, *, listener: str = "me", per_day: int = 8, measured: bool = True
) -> pd.DataFrame:
    """Draw rows of silver.listening_with_features: `per_day` plays on every day from 2025 on."""
    draw = np.random.default_rng(len(listener) + n_plays)
    chosen = tracks.iloc[draw.integers(0, len(tracks), n_plays)].reset_index(drop=True)
    start = datetime(2025, 1, 1, 12)
    played = [
        start + timedelta(days=number // per_day, minutes=5 * (number % per_day)) for number in range(n_plays)
    ]
    return pd.DataFrame(
        {
            "listener_id": listener,
            "play_id": [f"{listener}-{number}" for number in range(n_plays)],
            "session_id": [f"{listener}-{number // per_day}" for number in range(n_plays)],
            "track_id": chosen["track_id"],
            "started_at": pd.to_datetime(pd.Series(played, dtype="datetime64[us]")),
            "played_at": pd.to_datetime(pd.Series(played, dtype="datetime64[us]")),
            "listening_date": pd.to_datetime(pd.Series(played, dtype="datetime64[us]")).dt.date,
            "hour_of_day": [when.hour for when in played],
            "day_of_week": [when.isoweekday() for when in played],
            **{name: chosen[name] for name in AUDIO_FEATURES},
            "local_date": pd.to_datetime(pd.Series(played, dtype="datetime64[us]")).dt.date,
            "track_name": chosen["track_name"],
            "artist_name": chosen["primary_artist"],
            "track_genre": chosen["track_genre"],
            "is_measured": measured,
            "is_simulated": False,
            "source": "extended",
        }
    )


# The silver tables that hang on the plays, as far as recommending reads them.
_OF_LISTENERS = f"""
    create or replace table silver.heard_tracks as
    select listener_id, track_id, any_value(plays.track_name) as track_name,
        any_value(artist_name) as artist_name, any_value(plays.track_genre) as track_genre, count(*) as plays,
        max(played_at) as last_played_at, bool_and(plays.is_measured) as is_measured,
        bool_or(plays.is_simulated) as is_simulated,
        {", ".join(f"any_value(features.{name}) as {name}" for name in AUDIO_FEATURES)}
    from silver.listening_with_features as plays
    left join silver.track_features as features using (listener_id, track_id)
    group by all;
    create or replace table silver.plays as
    select play_id, listener_id, track_id, session_id, started_at, played_at, track_name, artist_name,
        null::varchar as album_name, null::bigint as duration_ms, source, true as is_music, true as is_play,
        is_simulated
    from silver.listening_with_features;
    create table if not exists silver.real_track_features (
        listener_id varchar, track_id varchar, provider varchar);
    create table if not exists silver.track_lengths (
        listener_id varchar, told_id varchar, duration_ms bigint, n_plays bigint);
    create or replace table silver.track_identities as
    select listener_id, track_id as told_id, track_id from silver.tracks;
    create or replace table silver.kaggle_track_matches as
    select listener_id, track_id, track_id as kaggle_track_id from silver.tracks;
"""


def write_silver(
    settings: Settings,
    catalogue: pd.DataFrame | None,
    plays: pd.DataFrame | None = None,
    played_tracks: pd.DataFrame | None = None,
) -> None:
    """Write the silver tables that training reads, with the columns it reads."""
    tables = {}
    if catalogue is not None:
        tables["kaggle_tracks"] = catalogue
    if plays is not None and played_tracks is not None:
        tables["listening_with_features"] = plays
        heard = plays[["listener_id", "track_id"]].drop_duplicates()
        features = played_tracks[["track_id", *AUDIO_FEATURES]].assign(is_measured=True)
        tables["track_features"] = heard.merge(features, on="track_id")
        genre = played_tracks["track_genres"].map(lambda names: names[0] if names is not None else None)
        tables["tracks"] = heard.merge(played_tracks.assign(track_genre=genre), on="track_id")
    with open_warehouse(settings) as db:
        db.execute("create schema if not exists silver")
        for name, rows in tables.items():
            db.register("rows", rows)
            casts = "* replace (md5(play_id)::uuid as play_id)" if "play_id" in rows else "*"
            db.execute(f"create or replace table silver.{name} as select {casts} from rows")
            db.unregister("rows")
        if "listening_with_features" in tables:
            db.execute(_OF_LISTENERS)


def query(settings: Settings, sql: str) -> list[Any]:
    """Return the rows of a query."""
    with open_warehouse(settings, read_only=True) as db:
        return db.execute(sql).fetchall()


def frame(settings: Settings, sql: str) -> pd.DataFrame:
    """Return the result of a query."""
    with open_warehouse(settings, read_only=True) as db:
        return db.execute(sql).df()


def shown(result: TrainResult, width: int = 120) -> str:
    """Return what a person sees of a training."""
    console = Console(width=width, file=io.StringIO())
    with console.capture() as printed:
        console.print(render(result))
    return printed.get()
