"""All features of one listener: predictions of what nobody measured, honest figures on what somebody did."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from spotiflow.ml.completion.blend import (
    LEAST_TRACKS,
    Blend,
    Matched,
    Others,
    artist_folds,
    fit_blend,
    general_blend,
    honest,
)
from spotiflow.ml.completion.heard import Heard
from spotiflow.ml.completion.neighbours import Neighbours, shrunk
from spotiflow.ml.completion.unlike import LEVEL, NORMAL_90
from spotiflow.ml.data.evaluate import (
    Clusters,
    Metric,
    Predicted,
    correlation,
    regression_metrics,
)
from spotiflow.ml.data.features import Codes, Mask, Matrix
from spotiflow.ml.models.fitting import conformal_quantile
from spotiflow.ml.names.tables import TARGETS

KNOWN, UNKNOWN = "known", "unknown"
SLICES = {KNOWN: "known_artist", UNKNOWN: "unknown_artist"}
WITH_ARTIST, WITH_NEIGHBOURS, TEXT_ALONE, MEAN = "names_artist", "names_company", "names", "listener_mean"
# Features that are shares; loudness (dB) and tempo (bpm) have other scales.
SHARES_OF_ONE = tuple(name for name in TARGETS if name not in ("loudness", "tempo"))


@dataclass(frozen=True)
class Completed:
    """What one listener gets: rows of ml.track_predictions without model and version, metrics per feature and
    slice, the blends that made them, and how many measured tracks there are.
    """

    listener_id: str
    n_measured: int
    rows: pd.DataFrame
    metrics: dict[tuple[str, str], list[Metric]] = field(default_factory=dict)
    blends: dict[str, dict[str, Any]] = field(default_factory=dict)


def complete(listener_id: str, mine: Codes, heard: Heard, neighbours: Neighbours | None) -> Completed:
    """Predict every feature of the tracks `mine` (places in `heard`, sorted) that were not measured."""
    frames, metrics, blends = [], {}, {}
    for place, target in enumerate(TARGETS):
        one = ListenerFeature(place, mine, heard, neighbours)
        fitted = one.blends()
        frames.append(one.rows(fitted))
        blends[target] = {route: blend.to_state() if blend else None for route, blend in fitted.items()}
        for route in (KNOWN, UNKNOWN):
            if one.is_enough(route):
                metrics[target, SLICES[route]] = one.figures(route)
    rows = pd.concat(frames, ignore_index=True).assign(listener_id=listener_id)
    n_measured = int(heard.is_measured[mine].sum())
    return Completed(listener_id, n_measured, rows, metrics, blends)


class ListenerFeature:
    """One feature of one listener."""

    def __init__(self, place: int, mine: Codes, heard: Heard, neighbours: Neighbours | None) -> None:
        """Gather the inputs of both routes."""
        self._target, self._heard, self._mine = TARGETS[place], heard, mine
        self._truth = heard.truth[mine, place]
        self._honest: dict[str, tuple[Matrix, Matrix]] = {}
        self._is_matched: Mask = heard.is_measured[mine] & ~np.isnan(self._truth)
        names = {KNOWN: heard.by_artist[mine, place], UNKNOWN: heard.by_text[mine, place]}
        self._width = {KNOWN: heard.width_by_artist[place], UNKNOWN: heard.width_by_text[place]}
        mean = self._mean(heard.best()[mine, place])
        of_artist, of_track, self._has_neighbours = _neighbours(place, mine, heard, neighbours, mean)
        self._inputs = {
            route: np.column_stack([prediction, of_artist, of_track]) for route, prediction in names.items()
        }

    def _mean(self, predicted: Matrix) -> float:
        known = self._truth[self._is_matched]
        said = predicted[~np.isnan(predicted)]
        return float(known.mean()) if len(known) else float(said.mean()) if len(said) else 0.0

    def _matched(self, route: str) -> Matched:
        rows = self._is_matched & ((route == UNKNOWN) | ~np.isnan(self._inputs[KNOWN][:, 0]))
        return Matched(self._inputs[route][rows], self._truth[rows], self._heard.artists[self._mine][rows])

    def _left_out(self, route: str) -> tuple[Matrix, Matrix]:
        """What `honest` says of the matched tracks; the interval and the figures are of the same."""
        if route not in self._honest:
            self._honest[route] = honest(self._matched(route), route)
        return self._honest[route]

    def is_enough(self, route: str) -> bool:
        """Say whether the listener has enough measured tracks, of more than a few artists."""
        matched = self._matched(route)
        return len(matched.truth) >= LEAST_TRACKS and len(np.unique(matched.artists)) >= 10

    def blend(self, route: str) -> Blend | None:
        """Fit one route; None where there is nothing to go by."""
        matched = self._matched(route)
        if self.is_enough(route):
            others = Others(self._inputs[route][self._todo(route)], self._target, self._width[route])
            return fit_blend(matched, route, self._left_out(route)[0], others)
        return general_blend(self._all_matched(route), self._inputs[route], route, self._width[route])

    def _todo(self, route: str) -> Mask:
        """Return which tracks nobody measured and this route predicts."""
        is_known: Mask = ~np.isnan(self._inputs[KNOWN][:, 0])
        return ~self._heard.is_measured[self._mine] & (is_known if route == KNOWN else ~is_known)

    def blends(self) -> dict[str, Blend | None]:
        """Fit both routes."""
        return {route: self.blend(route) for route in (KNOWN, UNKNOWN)}

    def _all_matched(self, route: str) -> Matched:
        rows = self._is_matched
        return Matched(self._inputs[route][rows], self._truth[rows], self._heard.artists[self._mine][rows])

    def rows(self, fitted: dict[str, Blend | None]) -> pd.DataFrame:
        """Return predictions of the tracks that were not measured, with route and standard error."""
        frames = []
        for route in (KNOWN, UNKNOWN):
            rows = self._todo(route)
            blend = fitted[route] or fitted[KNOWN if route == UNKNOWN else UNKNOWN]
            if blend is None or not rows.any():
                continue
            inputs = self._inputs[route][rows]
            value = blend.predict(inputs)
            if self._target in SHARES_OF_ONE:
                value = np.clip(value, 0.0, 1.0)
            frames.append(
                pd.DataFrame(
                    {
                        "track_id": self._heard.tracks["track_id"].to_numpy()[self._mine[rows]],
                        "feature": self._target,
                        "value": value,
                        "standard_error": blend.half_width / NORMAL_90,
                        "route": self._routes(route, rows, blend),
                    }
                )
            )
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()

    def _routes(self, route: str, rows: Mask, blend: Blend) -> Any:
        has_text = ~np.isnan(self._inputs[UNKNOWN][rows, 0])
        if blend.share == 0:
            return MEAN
        if route == KNOWN:
            return WITH_ARTIST
        return np.where(self._has_neighbours[rows], WITH_NEIGHBOURS, np.where(has_text, TEXT_ALONE, MEAN))

    def figures(self, route: str) -> list[Metric]:
        """Score the route on measured tracks, artists left out, beside the listener's mean."""
        matched = self._matched(route)
        predicted, means = self._left_out(route)
        ours = _with_widths(matched, predicted, self._target)
        baseline = _with_widths(matched, means, self._target)
        drawn = Clusters(matched.artists)
        found = regression_metrics(ours, baseline, MEAN, drawn)
        return [*found, correlation(ours.truth, ours.prediction, MEAN, drawn)]


def _with_widths(matched: Matched, predicted: Matrix, target: str) -> Predicted:
    """Put the interval around each prediction that the other artists' errors give."""
    folds = artist_folds(matched.artists)
    width = np.empty(len(predicted))
    for fold in np.unique(folds):
        others = folds != fold
        width[~others] = conformal_quantile((matched.truth - predicted)[others], LEVEL)
    if target not in SHARES_OF_ONE:
        # Metrics of intervals are those of a scale from 0 to 1.
        return Predicted(matched.truth, predicted, np.full(len(predicted), np.nan))
    return Predicted(matched.truth, np.clip(predicted, 0.0, 1.0), width)


def _neighbours(
    place: int, mine: Codes, heard: Heard, neighbours: Neighbours | None, mean: float
) -> tuple[Matrix, Matrix, Mask]:
    """Return the neighbours' values of each track's artist and of the track, as shrunk deviations from the mean."""
    weight, total = np.zeros(len(mine)), np.zeros(len(mine))
    if neighbours is not None:
        at = np.searchsorted(mine, neighbours.places)
        weight[at], total[at] = neighbours.weight[:, place], neighbours.total[:, place]
    codes = np.unique(heard.artists[mine], return_inverse=True)[1]
    artist_weight: Matrix = np.bincount(codes, weights=weight)[codes].astype(np.float64)
    artist_total: Matrix = np.bincount(codes, weights=total)[codes].astype(np.float64)
    return shrunk(artist_total, artist_weight, mean), shrunk(total, weight, mean), artist_weight > 0
