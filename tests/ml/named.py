"""A catalogue whose names say something, and listeners of tracks of which some were never measured."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from spotiflow.core.settings import Settings
from spotiflow.ml.data.features import AUDIO_FEATURES
from spotiflow.warehouse.database import open_warehouse
from tests.ml.builders import catalogue_rows, write_silver

# A word of each script that titles of loud, of middling and of quiet tracks have.
WORDS = (
    ("Storm", "Буря", "嵐", "عاصفة", "🔥 fire"),
    ("Road", "Дорога", "道", "طريق", "🚗 drive"),
    ("Sleep", "Сон", "眠り", "نوم", "🌙 moon"),
)


def named_catalogue(n_tracks: int = 1500, *, per_artist: int = 5) -> pd.DataFrame:
    """Return a catalogue in which a word of the title tells the energy, and the artist tells more."""
    rows = catalogue_rows(n_tracks, per_artist=per_artist)
    draw = np.random.default_rng(4)
    level = 2 - np.digitize(rows["energy"], [0.33, 0.66])
    said = np.where(draw.random(n_tracks) < 0.8, level, draw.integers(0, 3, n_tracks))
    script = draw.integers(0, len(WORDS[0]), n_tracks)
    titles = [
        f"{WORDS[kind][way]} {number}" for number, (kind, way) in enumerate(zip(said, script, strict=True))
    ]
    return rows.assign(track_name=titles, album_name=[f"Album {number // 5}" for number in range(n_tracks)])


def histories(
    catalogue: pd.DataFrame, n_plays: dict[str, int], *, measured_share: float = 0.5, seed: int = 3
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (tracks, plays): tracks with `is_measured` and the truth of all of them, and sessions of 12
    plays in which loud and quiet tracks keep to themselves.
    """
    draw = np.random.default_rng(seed)
    order = np.argsort(catalogue["energy"].to_numpy(), kind="stable")
    plays = []
    for listener, n in n_plays.items():
        for number in range(n):
            session = number // 12
            if number % 12 == 0:
                middle = draw.integers(0, len(order))
            near = int(np.clip(middle + draw.integers(-100, 100), 0, len(order) - 1))
            started = datetime(2024, 1, 1) + timedelta(days=session, minutes=4 * (number % 12))
            plays.append((listener, f"{listener}-{session}", order[near], started))
    frame = pd.DataFrame(plays, columns=["listener_id", "session_id", "place", "started_at"])
    tracks = catalogue.iloc[np.unique(frame["place"])].reset_index(drop=True)
    tracks = tracks.assign(is_measured=draw.random(len(tracks)) < measured_share)
    frame["track_id"] = catalogue["track_id"].to_numpy()[frame["place"]]
    return tracks, frame.drop(columns="place")


def write_history(
    settings: Settings, catalogue: pd.DataFrame | None, tracks: pd.DataFrame, plays: pd.DataFrame
) -> None:
    """Write the silver tables that completion reads; what is not measured is not told."""
    write_silver(settings, catalogue)
    names = tracks[["track_id", "track_name", "primary_artist", "album_name"]].assign(duration_ms=None)
    features = tracks[["track_id", "is_measured", *AUDIO_FEATURES]].copy()
    features.loc[~features["is_measured"], list(AUDIO_FEATURES)] = None
    told = tracks.set_index("track_id").loc[plays["track_id"]].reset_index()
    streams = plays.assign(
        play_id=[f"{number}" for number in range(len(plays))], is_music=True, is_play=True, is_simulated=False
    ).assign(
        source="extended",
        played_at=plays["started_at"],
        duration_ms=None,
        track_name=told["track_name"].to_numpy(),
        artist_name=told["primary_artist"].to_numpy(),
        album_name=told["album_name"].to_numpy(),
    )
    heard = plays[["listener_id", "track_id"]].drop_duplicates()
    tables = {
        "track_metadata": heard.merge(names.astype({"duration_ms": "Int64"}), on="track_id"),
        "track_features": heard.merge(features, on="track_id"),
        "plays": streams,
        "track_identities": heard.assign(told_id=heard["track_id"]),
        "kaggle_track_matches": heard.assign(kaggle_track_id=heard["track_id"]),
    }
    with open_warehouse(settings) as db:
        db.execute("create schema if not exists silver").fetchall()
        for columns in (
            "real_track_features (listener_id varchar, track_id varchar, provider varchar)",
            "track_lengths (listener_id varchar, told_id varchar, duration_ms bigint, n_plays bigint)",
        ):
            db.execute(f"create table if not exists silver.{columns}").fetchall()
        for name, rows in tables.items():
            db.register("rows", rows)
            casts = "* replace (md5(play_id)::uuid as play_id)" if "play_id" in rows else "*"
            db.execute(f"create or replace table silver.{name} as select {casts} from rows").fetchall()
            db.unregister("rows")
