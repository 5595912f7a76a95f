"""What models say of a listener's tracks: honest predictions of plays held out, and moods where unknown.

A track may be in the catalogue itself, or its artist may be. Then a model that learned from it would only
repeat what it saw, so the prediction comes from the estimators that did not see that artist's fold.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from spotiflow.ml.data.catalogue import (
    Catalogue,
    audio_key,
    name_key,
    normalised,
)
from spotiflow.ml.data.evaluate import (
    Clusters,
    Metric,
    Predicted,
    regression_metrics,
)
from spotiflow.ml.data.features import (
    MOODS,
    Codes,
    GenreLabels,
    Mask,
    Matrix,
)
from spotiflow.ml.models.routed import NOT_IN_CATALOGUE, RoutedModel

LEAST_PLAYS = 50
EARLIER_SHARE = 0.8
EVERYBODY = "-"
PROBABILITY = "probability:"


@dataclass(frozen=True)
class Scored:
    """Predictions of one listener's held-out plays; `reason` says why there are none."""

    listener_id: str
    target: str
    n_plays: int
    rows: pd.DataFrame | None = None
    metrics: list[Metric] | None = None
    reason: str | None = None


def completed(tracks: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Fill in what the catalogue knows of a listener's tracks: `fold`, genres, length, explicit.

    tracks: track_id, track_name, artist_name, track_genre, duration_ms, explicit and the audio features.
    `fold` is that of the same recording, id, name or artist, whichever is found first; NOT_IN_CATALOGUE
    where nothing is.
    """
    known = catalogue.tracks
    keys = [
        (audio_key(tracks), audio_key(known)),
        (tracks["track_id"], known["track_id"]),
        (name_key(tracks["track_name"], tracks["artist_name"]), _names(known)),
    ]
    place = pd.Series(np.nan, index=tracks.index)
    for theirs, ours in keys:
        place = place.fillna(theirs.map(_first_place(ours)))
    row = known.reindex(place).set_axis(tracks.index)
    by_artist = normalised(tracks["artist_name"]).map(_fold_of_artist(known))
    own_genre = pd.Series([[g] if isinstance(g, str) else None for g in tracks["track_genre"]], tracks.index)
    return tracks.assign(
        fold=row["fold"].fillna(by_artist).fillna(NOT_IN_CATALOGUE).astype(np.int64),
        track_genres=row["track_genres"].where(row["track_genres"].notna(), own_genre),
        duration_ms=_numbers(tracks["duration_ms"]).fillna(_numbers(row["duration_ms"])),
        explicit=_numbers(tracks["explicit"]).fillna(_numbers(row["explicit"])),
    )


def _names(known: pd.DataFrame) -> pd.Series:
    return name_key(known["track_name"], known["primary_artist"])


def _first_place(keys: pd.Series) -> pd.Series:
    places = pd.Series(keys.index, index=keys)
    return places[places.index.notna() & ~places.index.duplicated()]


def _fold_of_artist(known: pd.DataFrame) -> pd.Series:
    folds = pd.Series(known["fold"].to_numpy(), index=normalised(known["primary_artist"]))
    return folds[folds.index.notna() & ~folds.index.duplicated()]


def _numbers(column: pd.Series) -> pd.Series:
    return pd.to_numeric(column.astype(object), errors="coerce").astype(np.float64)


def predict_honestly(model: RoutedModel, tracks: pd.DataFrame) -> tuple[Matrix, Matrix]:
    """Predict `completed` tracks, each by estimators that did not see its artist; (value, half width)."""
    labels = GenreLabels.of(tracks["track_genres"])
    return model.predict(tracks, labels, tracks["fold"].to_numpy(dtype=np.int64))


def held_out(plays: pd.DataFrame) -> Mask:
    """Return the last fifth of one listener's plays by time; plays in order of time."""
    return np.arange(len(plays)) >= int(len(plays) * EARLIER_SHARE)


def score_plays(
    listener_id: str, target: str, plays: pd.DataFrame, tracks: pd.DataFrame, predicted: tuple[Matrix, Matrix]
) -> Scored:
    """Compare predictions of a listener's last plays with the mean of the earlier ones.

    plays: play_id, track_id and the target, in order of time, measured ones only. tracks: one row per
    track_id with artist_name; predicted: value and half width in the order of tracks.
    Every track counts once in the metrics, or a few favourites would decide them; artists are drawn.
    """
    if len(plays) < LEAST_PLAYS:
        reason = f"not enough data yet: {len(plays)} plays with measured features, {LEAST_PLAYS} needed"
        return Scored(listener_id, target, len(plays), reason=reason)
    later = held_out(plays)
    baseline = float(plays[target][~later].mean())
    values, half_width = predicted
    place = pd.Series(np.arange(len(tracks)), index=tracks["track_id"])
    of_play = place[plays["track_id"][later]].to_numpy(dtype=np.int64)
    rows = _prediction_rows(plays[later], target, values[of_play, 0], half_width[of_play])
    rows = rows.assign(listener_id=listener_id, baseline=baseline)
    metrics = _metrics(tracks, target, np.unique(of_play), predicted, (plays[target][~later], baseline))
    return Scored(listener_id, target, len(plays), rows, metrics)


def _prediction_rows(plays: pd.DataFrame, target: str, value: Matrix, half_width: Matrix) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "play_id": plays["play_id"].to_numpy(),
            "target": target,
            "predicted": value,
            "lower_90": np.clip(value - half_width, 0.0, 1.0),
            "upper_90": np.clip(value + half_width, 0.0, 1.0),
        }
    )


def _metrics(
    tracks: pd.DataFrame,
    target: str,
    heard: Codes,
    predicted: tuple[Matrix, Matrix],
    earlier: tuple[pd.Series, float],
) -> list[Metric]:
    values, half_width = predicted
    truth = tracks[target].to_numpy(dtype=np.float64)[heard]
    past, mean = earlier
    spread = float(np.quantile(np.abs(past - mean), 0.9))
    model = Predicted(truth, values[heard, 0], half_width[heard])
    baseline = Predicted(truth, np.full(len(heard), mean), np.full(len(heard), spread))
    artists = pd.factorize(normalised(tracks["artist_name"]).fillna(tracks["track_id"]))[0]
    clusters = Clusters(artists[heard].astype(np.int64))
    return regression_metrics(model, baseline, "listener_mean", clusters)


def mood_probabilities(model: RoutedModel, tracks: pd.DataFrame) -> pd.DataFrame:
    """Return a row of ml.track_predictions per mood for a listener's tracks whose valence or energy is unknown.

    Only the category needs a model, and only there: elsewhere it follows by rule.
    """
    probability, _ = model.predict(tracks, GenreLabels.of(tracks["track_genres"]))
    frame = pd.DataFrame(probability, columns=[PROBABILITY + mood for mood in MOODS])
    keys = ["listener_id", "track_id"]
    frame[keys] = tracks[keys].to_numpy()
    rows = frame.melt(id_vars=keys, var_name="feature", value_name="value")
    return rows.assign(standard_error=np.nan, route="model")
