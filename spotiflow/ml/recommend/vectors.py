"""The vectors of tracks and listeners that are stored, and whether they keep artists together."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spotiflow.ml.data.evaluate import Clusters, Metric, metric_rows
from spotiflow.ml.engine.sources import CATALOGUE_INPUT, FEATURES_INPUT
from spotiflow.ml.engine.standing import standing_version
from spotiflow.ml.engine.store import TrainingOutput
from spotiflow.ml.engine.tasks import Context
from spotiflow.ml.recommend import embedding
from spotiflow.ml.recommend.embedding import Embedding, other_half, same_artist_hits
from spotiflow.ml.recommend.library import Candidates, History, Library

EMBEDDINGS, SPLIT = "track_vectors", "artists_halved"


def mean_vector(history: History, version: str) -> pd.DataFrame:
    """Return the row of ml.listener_embeddings: the mean of the measured tracks, weighted by plays."""
    plays = history.plays.counts()[history.is_measured]
    if not len(plays):
        return pd.DataFrame()
    mean = plays @ history.vectors[history.is_measured] / plays.sum()
    vector = pd.Series([mean.astype(np.float32)], dtype=object)
    return pd.DataFrame({"embedding": vector, "model": EMBEDDINGS, "model_version": version})


def embeddings(context: Context, output: TrainingOutput, known: Library) -> str:
    """Return the version of the embedding; a new one is stored for every track, with its figures."""
    state = {"inputs": list(embedding.NAMES), "mean": known.embedding.mean, "scale": known.embedding.scale}
    version, is_new = standing_version(
        context,
        output,
        EMBEDDINGS,
        model_type="weighed z-scores",
        approach="features on one scale, each weighed by how alike tracks of one artist are in it",
        rule="in use by design: the weighed features keep artists together better than plain ones",
        features=list(embedding.NAMES),
        parameters={"least_of_artist": embedding.LEAST_OF_ARTIST},
        split=SPLIT,
        n_rows=0 if known.candidates is None else len(known.candidates.tracks),
        data_hash=context.sources.hash_of(CATALOGUE_INPUT, FEATURES_INPUT),
        state=state,
    )
    if is_new:
        rows = _track_vectors(known).assign(model=EMBEDDINGS, model_version=version)
        output.replace("track_embeddings", rows, models=[EMBEDDINGS])
        if known.candidates is not None:
            output.metrics.append(_hit_rows(known.candidates, version))
    return version


def _track_vectors(known: Library) -> pd.DataFrame:
    """Return the vector of every catalogue track and every measured track that was heard."""
    heard = known.heard[known.heard["is_measured"]].drop_duplicates("track_id")
    ids, vectors = [heard["track_id"]], [known.embedding.of(heard)]
    if known.candidates is not None:
        ids.insert(0, known.candidates.tracks["track_id"])
        vectors.insert(0, known.candidates.vectors)
    joined = np.vstack(vectors).astype(np.float32)
    rows = pd.DataFrame({"track_id": pd.concat(ids, ignore_index=True), "embedding": list(joined)})
    known_sound = pd.Series(~np.isnan(joined).any(axis=1))
    return rows.loc[known_sound & ~rows["track_id"].duplicated()]


def _hit_rows(candidates: Candidates, version: str) -> pd.DataFrame:
    """Return same-artist hits of an embedding fitted on one half of the artists, on the other half."""
    tested = other_half(candidates.artist)
    fitted = Embedding.fit(candidates.tracks[~tested], candidates.artist[~tested])
    found = same_artist_hits(fitted.of(candidates.tracks[tested]), candidates.artist[tested])
    frames = []
    for part, least in (("all", 2), ("artists_with_5_tracks", 5)):
        rows = found.n_of_artist >= least
        columns = np.column_stack([found.is_hit[rows], np.ones(int(rows.sum()))])
        value = Clusters(found.artist[rows]).interval(columns, lambda sums: sums[..., 0] / sums[..., 1])
        chance = float(found.chance[rows].mean()) if rows.any() else float("nan")
        metric = Metric("same_artist_hit_at_10", *value, int(rows.sum()), "random", chance)
        dataset = "simulated" if candidates.is_simulated.any() else "catalogue"
        frames.append(metric_rows([metric], EMBEDDINGS, version, dataset=dataset, split=SPLIT, part=part))
    return pd.concat(frames, ignore_index=True)
