"""Scoring a hundred thousand tracks by the models in use, and a training that finds nothing new."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.measuring import ROOT, Figure, spotiflow
from spotiflow.core.settings import load_settings
from spotiflow.ml.data.features import GenreLabels
from spotiflow.ml.engine.sources import CATALOGUE, CATALOGUE_INPUT, read
from spotiflow.ml.engine.versions import serving
from spotiflow.ml.models.mood_models import SPECS
from spotiflow.ml.models.routed import RoutedModel

N_TRACKS = 100_000


def measure_scoring(home: Path) -> list[Figure]:
    """Measure on a trained home, scoring in a process of its own."""
    unchanged = min(spotiflow(home, "train") for _ in range(3))
    command = [sys.executable, "-m", "benchmarks.scoring"]
    environment = os.environ | {"SPOTIFLOW_HOME": str(home)}
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
    return [
        Figure(f"score {N_TRACKS:,} tracks: valence, energy, mood", json.loads(done.stdout), 3),
        Figure("train, nothing new", unchanged, 2),
    ]


def main() -> None:
    """Print the seconds of predicting every track with each champion, the best of three."""
    settings = load_settings()
    sources, rows = read(settings, [CATALOGUE_INPUT], lambda _: [CATALOGUE])
    tracks = rows[CATALOGUE]
    assert tracks is not None, "the home has a catalogue"
    tracks = tracks.iloc[np.arange(N_TRACKS) % len(tracks)].reset_index(drop=True)
    found = [
        serving(settings.models_dir, sources.registry, spec.name, RoutedModel.from_state) for spec in SPECS
    ]
    models = [champion[1] for champion in found if champion is not None]
    assert len(models) == len(SPECS), "the home is trained"
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        labels = GenreLabels.of(tracks["track_genres"])
        for model in models:
            model.predict(tracks, labels)
        seconds.append(time.perf_counter() - started)
    sys.stdout.write(json.dumps(min(seconds)))


if __name__ == "__main__":
    main()
