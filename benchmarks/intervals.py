"""How intervals hold on people unlike the catalogue: `python -m benchmarks.intervals [SEED ...]`.

Every seed is one draw of listeners for each way to cut the catalogue (`benchmarks.pseudo_listeners`). The
constants of `spotiflow.ml.completion.unlike` were chosen on seeds 1 and 2; nobody had looked at the default.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from rich.console import Console

from benchmarks.measuring import ROOT, spotiflow
from benchmarks.pseudo_listeners import CUTS, World, world
from spotiflow.core.settings import load_settings
from spotiflow.ml.completion.person import ListenerFeature
from spotiflow.ml.completion.unlike import NORMAL_90
from spotiflow.ml.names.tables import TARGETS
from spotiflow.warehouse.database import open_warehouse

SEEDS = (4, 5)
JUDGED = ("valence", "energy")
# Listeners with fewer tracks that nobody measured say little of how many of them an interval holds.
LEAST_TRACKS = 100
LOWEST, HIGHEST = 0.86, 0.94


def catalogue_rows(home: Path, csv: Path) -> pd.DataFrame:
    """Load the real catalogue and return the rows of silver.kaggle_tracks."""
    spotiflow(home, "ingest", "kaggle", csv)
    spotiflow(home, "build", "--select", "+kaggle_tracks")
    with open_warehouse(load_settings(home=home), read_only=True) as db:
        return db.execute("from silver.kaggle_tracks").df()


def figures(one: World) -> pd.DataFrame:
    """Return how predictions of hidden tracks did: a row per listener, feature, and artist known or not."""
    truth = pd.DataFrame(one.truth, columns=list(TARGETS)).assign(track_id=one.tracks["track_id"])
    found = []
    for name, places in one.listeners.items():
        known = truth[truth["track_id"].isin(one.tracks["track_id"][places])]
        measured = known[one.heard.is_measured[known.index]]
        for target in JUDGED:
            place = TARGETS.index(target)
            feature = ListenerFeature(place, places, one.heard, one.neighbours.get(name))
            told = feature.rows(feature.blends()).merge(known[["track_id", target]], on="track_id")
            told = told[told[target].notna()]
            for part, mine in told.groupby(np.where(told["route"] == "names_artist", "known", "unknown")):
                if len(mine) >= LEAST_TRACKS:
                    found.append(
                        {"cut": one.cut, "feature": target, "artist": part}
                        | _judged(mine, target, measured[target])
                    )
    return pd.DataFrame(found)


def _judged(mine: pd.DataFrame, target: str, measured: pd.Series) -> dict[str, float]:
    error, width = mine[target] - mine["value"], NORMAL_90 * mine["standard_error"]
    of_mean = mine[target] - measured.mean()
    return {
        "shift": float(of_mean.mean()),
        "error": float(error.mean()),
        "correlation": float(mine["value"].corr(mine[target])),
        "rmse": float(np.sqrt(np.square(error).mean() / np.square(of_mean).mean())),
        "held": float((error.abs() <= width).mean()),
        "width": float(width.mean()),
    }


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row per cut, feature and part: medians, and the share of listeners whose intervals hold."""
    parts = rows.groupby(["cut", "feature", "artist"])
    return parts.agg(
        listeners=("held", "size"),
        shift=("shift", "mean"),
        error=("error", "mean"),
        correlation=("correlation", "median"),
        rmse=("rmse", "median"),
        width=("width", "median"),
        held=("held", "mean"),
        too_few=("held", lambda held: (held < LOWEST).mean()),
        too_many=("held", lambda held: (held > HIGHEST).mean()),
    ).round(3)


def main() -> None:
    """Draw, predict and print."""
    seeds = [int(word) for word in sys.argv[1:]] or list(SEEDS)
    data = Path(os.environ.get("SPOTIFLOW_SHARED") or ROOT.parent / "shared") / "data"
    if not data.is_dir():
        raise SystemExit(f"The real catalogue is not at {data}; name its folder with SPOTIFLOW_SHARED.")
    with tempfile.TemporaryDirectory() as folder:
        rows = catalogue_rows(Path(folder), data / "kaggle" / "dataset.csv")
    found = [figures(world(rows, cut, seed)) for seed in seeds for cut in CUTS]
    Console(width=200).print(summary(pd.concat(found, ignore_index=True)).to_string())


if __name__ == "__main__":
    main()
