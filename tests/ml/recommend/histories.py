"""Histories and catalogues in memory, drawn so that what a list should hold is known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from spotiflow.ml.recommend.inputs import EMBEDDED
from spotiflow.ml.recommend.library import Library, library
from tests.ml.builders import catalogue_rows

FIRST_DAY = 20_000
DAY_S = 86_400


def catalogue(n_tracks: int = 1500) -> pd.DataFrame:
    """Return rows as the query CANDIDATES gives them."""
    rows = catalogue_rows(n_tracks)
    rows = rows.rename(columns={"primary_artist": "artist_name"})
    rows["artist_key"] = rows["artist_name"].str.lower()
    return rows.sort_values(["popularity", "track_id"], ascending=[False, True], ignore_index=True)


def heard_rows(
    tracks: pd.DataFrame, plays: Sequence[tuple[int, float]], *, listener: str = "me", simulated: bool = False
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return what HEARD, PLAYED and STREAMED give for plays of (row of tracks, day after the first)."""
    order = sorted({track for track, _ in plays})
    mine = tracks.iloc[order].reset_index(drop=True)
    counts = pd.Series([track for track, _ in plays]).value_counts()
    heard = pd.DataFrame(
        {
            "number": np.arange(len(order)),
            "listener_id": listener,
            "track_id": mine["track_id"],
            "track_name": mine["track_name"],
            "artist_name": mine["artist_name"],
            "track_genre": mine["track_genre"],
            "artist_key": mine["artist_key"],
            "plays": [int(counts[track]) for track in order],
            "is_measured": True,
            "is_simulated": simulated,
            "duration_ms": mine["duration_ms"],
            "kaggle_track_id": mine["track_id"],
        }
        | {name: mine[name] for name in EMBEDDED}
    )
    place = {track: number for number, track in enumerate(order)}
    in_order = sorted(plays, key=lambda play: play[1])
    played = pd.DataFrame(
        {
            "number": [place[track] for track, _ in in_order],
            "second": [int((FIRST_DAY + day) * DAY_S) for _, day in in_order],
            "local_day": [int(FIRST_DAY + day) for _, day in in_order],
            "may_teach": True,
        }
    )
    streamed = heard[["listener_id", "track_id", "kaggle_track_id"]].assign(song_id=mine["song_id"])
    return heard, played, streamed


def one_listener(
    plays: Sequence[tuple[int, float]], rows: pd.DataFrame | None = None, *, with_catalogue: bool = True
) -> Library:
    """Return the library of a single listener."""
    rows = catalogue() if rows is None else rows
    return library(*heard_rows(rows, plays), rows if with_catalogue else pd.DataFrame())


def steady(n_plays: int, n_tracks: int, *, seed: int = 1, days: float = 200) -> list[tuple[int, float]]:
    """Draw plays of which early numbers are far more frequent, evenly over the days."""
    draw = np.random.default_rng(seed)
    share = 1 / np.arange(1, n_tracks + 1)
    tracks = draw.choice(n_tracks, n_plays, p=share / share.sum())
    return list(zip(tracks.tolist(), np.sort(draw.uniform(0, days, n_plays)).tolist(), strict=True))
