"""One feature of one listener: names and neighbours, weighed by what the listener's measured tracks say.

A small ridge on the deviations from the mean, drawn to what fits listeners in general; how much of it is used
(all to nothing) is what was best when artists were left out, so that it is not worse than the mean.

Why so little freedom: a person has some hundred measured tracks, of artists that come in clumps, and weights fitted
on predictions that had seen the artist trusted names six times too much (1.2 instead of .2). Why three inputs:
names read an artist that the catalogue knows well and an unknown one hardly, and there what is played beside a
track says more (docs/evidence.md 3).
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, replace

import numpy as np

from spotiflow.ml.completion.unlike import LEVEL, half_width_of, shift_of
from spotiflow.ml.data.features import Codes, Mask, Matrix
from spotiflow.ml.models.fitting import conformal_quantile

# From so many measured tracks on the weights are the listener's own; each weight is drawn to the general one
# by as many tracks.
LEAST_TRACKS = 50
DRAWN_BY = 25.0
# With fewer tracks their mean is mixed with the mean of the predictions, as if that were so many tracks.
MEAN_SHRINKAGE = 10.0
N_FOLDS = 5
SHARES = (1.0, 0.75, 0.5, 0.25, 0.0)
# A quarter is kept where that costs at most 1 % of the squared error: names and neighbours help listeners in
# general, and the order of the tracks would be lost with nothing.
LEAST_SHARE, TOLERATED = 0.25, 1.01
# Figures of the catalogue flatter.
CATALOGUE_FLATTERS = 1.15
# Weights of the prediction from names, the neighbours of the artist and those of the track.
GENERAL = {"known": np.array([0.75, 0.25, 0.15]), "unknown": np.array([0.4, 0.5, 0.3])}


@dataclass(frozen=True)
class Blend:
    """A fitted blend. mean: where predictions are drawn to. center, weights: of the inputs. share: how much
    of the deviation is used. half_width: of the 90 % interval.
    """

    mean: float
    center: Matrix
    weights: Matrix
    share: float
    half_width: float

    def predict(self, inputs: Matrix) -> Matrix:
        """Predict tracks from their inputs; a missing input says nothing."""
        deviation = np.nan_to_num(inputs - self.center, nan=0.0)
        predicted: Matrix = self.mean + self.share * (deviation @ self.weights)
        return predicted

    def to_state(self) -> dict[str, object]:
        """Return plain numbers and lists."""
        return {
            "mean": self.mean,
            "center": self.center.tolist(),
            "weights": self.weights.tolist(),
            "share": self.share,
            "half_width": self.half_width,
        }


@dataclass(frozen=True)
class Matched:
    """A listener's measured tracks, one row each: inputs as if not measured, the truth, the artist."""

    inputs: Matrix
    truth: Matrix
    artists: Codes

    def take(self, rows: Mask) -> Matched:
        """Return some of the tracks."""
        return Matched(self.inputs[rows], self.truth[rows], self.artists[rows])


@dataclass(frozen=True)
class Others:
    """A listener's tracks that nobody measured: their inputs, the feature, and its half width on the catalogue."""

    inputs: Matrix
    target: str
    catalogue_width: float


def fit_blend(matched: Matched, route: str, predicted: Matrix, others: Others) -> Blend:
    """Fit from LEAST_TRACKS tracks on, for tracks that may be unlike them.

    predicted: what `honest` made of the measured tracks; its errors say how far others may be off.
    """
    fitted = _fit(matched, route)
    blend = Blend(fitted.mean, fitted.center, fitted.weights, _best_share(matched, route), np.nan)
    errors = matched.truth - predicted
    shift = shift_of(predicted, blend.predict(others.inputs), errors)
    own = conformal_quantile(errors, LEVEL)
    half_width = half_width_of(errors, own, others.catalogue_width, others.target)
    return replace(blend, mean=blend.mean + shift, half_width=half_width)


def honest(matched: Matched, route: str) -> tuple[Matrix, Matrix]:
    """Predict every track with its artist left out of everything fitted; return (prediction, mean so far)."""
    folds = artist_folds(matched.artists)
    predicted, means = np.empty(len(folds)), np.empty(len(folds))
    for fold in np.unique(folds):
        rest = matched.take(folds != fold)
        blend = _fit(rest, route)
        chosen = Blend(blend.mean, blend.center, blend.weights, _best_share(rest, route), np.nan)
        predicted[folds == fold] = chosen.predict(matched.inputs[folds == fold])
        means[folds == fold] = blend.mean
    return predicted, means


def artist_folds(artists: Codes) -> Codes:
    """Spread artists over folds, the most frequent first, each into the emptiest."""
    found, codes, counts = np.unique(artists, return_inverse=True, return_counts=True)
    fold_of = np.zeros(len(found), dtype=np.int64)
    # The emptiest fold is the first of a heap; of those as empty the lowest.
    folds = [(0, fold) for fold in range(N_FOLDS)]
    for place in np.argsort(-counts, kind="stable"):
        size, fold_of[place] = folds[0]
        heapq.heapreplace(folds, (size + int(counts[place]), int(fold_of[place])))
    return fold_of[codes]


def _fit(matched: Matched, route: str) -> Blend:
    center = _center(matched.inputs)
    mean = float(matched.truth.mean()) if len(matched.truth) else np.nan
    deviation = np.nan_to_num(matched.inputs - center, nan=0.0)
    drawn = np.diag(DRAWN_BY * np.maximum(np.square(deviation).mean(axis=0), 1e-9))
    left = deviation.T @ deviation + drawn
    right = deviation.T @ (matched.truth - mean) + drawn @ GENERAL[route]
    return Blend(mean, center, np.linalg.solve(left, right), 1.0, np.nan)


def _center(inputs: Matrix) -> Matrix:
    known = ~np.isnan(inputs)
    center: Matrix = np.where(known, inputs, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return center


def _best_share(matched: Matched, route: str) -> float:
    """Return how much of the blend was best on artists left out; nothing where it clearly harms."""
    folds = artist_folds(matched.artists)
    errors = dict.fromkeys(SHARES, 0.0)
    for fold in np.unique(folds):
        blend, rows = _fit(matched.take(folds != fold), route), folds == fold
        deviation = blend.predict(matched.inputs[rows]) - blend.mean
        for share in SHARES:
            error = matched.truth[rows] - blend.mean - share * deviation
            errors[share] += float(np.square(error).sum())
    best = min(SHARES, key=lambda share: errors[share])
    is_free = errors[LEAST_SHARE] <= TOLERATED * errors[0.0]
    return LEAST_SHARE if best == 0 and is_free else best


def general_blend(matched: Matched, inputs: Matrix, route: str, catalogue_width: float) -> Blend | None:
    """Return the blend of a listener with too few measured tracks: general weights, mean mixed.

    inputs: of all tracks of the listener. None where there is nothing to draw predictions to.
    """
    center, n_tracks = _center(inputs), len(matched.truth)
    said = inputs[:, 0][~np.isnan(inputs[:, 0])]
    if not len(said) and not n_tracks:
        return None
    prior = float(said.mean()) if len(said) else float(matched.truth.mean())
    mean = (float(matched.truth.sum()) + MEAN_SHRINKAGE * prior) / (n_tracks + MEAN_SHRINKAGE)
    return Blend(mean, center, GENERAL[route], 1.0, catalogue_width * CATALOGUE_FLATTERS)
