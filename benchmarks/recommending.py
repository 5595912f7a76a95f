"""Lists for one real listener and for two hundred made-up ones, over the whole catalogue."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.measuring import ROOT, Figure
from spotiflow.core.settings import Settings, load_settings
from spotiflow.ml.engine.sources import read
from spotiflow.ml.recommend.inputs import (
    CANDIDATES,
    EMBEDDED,
    HEARD,
    PLAYED,
    STREAMED,
)
from spotiflow.ml.recommend.library import library
from spotiflow.ml.recommend.listener_context import ListenerContext
from spotiflow.ml.recommend.lists import playlist_rows, recommended

N_LISTENERS, N_PLAYS, N_TRACKS, DAYS = 200, 11_000, 3_000, 365


def measure_recommending(home: Path) -> list[Figure]:
    """Measure in a process of its own on a home whose tables are built; its peak memory counts."""
    command = [sys.executable, "-m", "benchmarks.recommending"]
    environment = os.environ | {"SPOTIFLOW_HOME": str(home), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
    one, many, peak_mb, n_candidates = json.loads(done.stdout)
    return [
        Figure(f"recommend: top 50 for one listener over {n_candidates:,} recordings", one, 1, "CPU s"),
        Figure(
            f"recommend: top 50 and playlists for {N_LISTENERS} made-up listener-years", many, 30, "CPU s"
        ),
        Figure("recommend: peak memory of both", peak_mb, 2000, "MB"),
    ]


def read_frames(settings: Settings) -> list[pd.DataFrame]:
    """Read what recommending reads."""
    _, rows = read(settings, (), lambda _: (HEARD, PLAYED, STREAMED, CANDIDATES))
    return [found for found in rows.values() if found is not None]


def made_up(catalogue: pd.DataFrame, listener: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Draw a year of a listener who plays a few of their tracks often and most of them seldom."""
    draw = np.random.default_rng(listener)
    mine = catalogue.iloc[np.sort(draw.choice(len(catalogue), N_TRACKS, replace=False))]
    share = 1 / np.arange(1, N_TRACKS + 1)
    number = draw.choice(N_TRACKS, N_PLAYS, p=share / share.sum())
    second = np.sort(draw.uniform(0, DAYS * 86_400, N_PLAYS)).astype(np.int64) + 1_700_000_000
    columns = ["track_id", "track_name", "artist_name", "artist_key", "track_genre", "duration_ms", *EMBEDDED]
    heard = mine[columns].assign(
        number=np.arange(N_TRACKS) + listener * N_TRACKS,
        listener_id=f"listener{listener:03d}",
        plays=np.bincount(number, minlength=N_TRACKS),
        is_measured=True,
        is_simulated=True,
        kaggle_track_id=mine["track_id"],
    )
    played = pd.DataFrame(
        {
            "number": number + listener * N_TRACKS,
            "second": second,
            "local_day": second // 86_400,
            "may_teach": True,
        }
    )
    streamed = heard[["listener_id", "track_id", "kaggle_track_id"]].assign(song_id=mine["song_id"])
    return heard, played, streamed


def main() -> None:
    """Print CPU seconds for one, CPU seconds for many, peak memory in MB and the number of candidates."""
    settings = load_settings()
    read_frames(settings)  # What the operating system has to read from the disk is not what is measured.
    started = time.process_time()
    frames = read_frames(settings)
    known = library(*frames)
    (history,) = known.histories()
    recommended(ListenerContext.of(history, known)).query("rank <= 50")
    one = time.process_time() - started
    parts = [made_up(frames[3], listener) for listener in range(N_LISTENERS)]
    heard, played, streamed = (pd.concat(rows, ignore_index=True) for rows in zip(*parts, strict=True))
    started = time.process_time()
    many = library(heard, played, streamed, frames[3])
    for history in many.histories():
        desk = ListenerContext.of(history, many)
        recommended(desk)
        playlist_rows(desk)
    seconds = time.process_time() - started
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    n_candidates = 0 if many.candidates is None else len(many.candidates.tracks)
    sys.stdout.write(json.dumps([one, seconds, peak_mb, n_candidates]))


if __name__ == "__main__":
    main()
