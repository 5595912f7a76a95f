"""Fitting the trees of models on names, several at a time with one thread each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from spotiflow.ml.data.catalogue import TEST_FOLD
from spotiflow.ml.data.features import (
    Codes,
    Mask,
    Matrix,
    learnable,
)
from spotiflow.ml.data.reproducible import N_THREADS, one_thread
from spotiflow.ml.models.fitting import conformal_quantile
from spotiflow.ml.names.model import (
    ARTIST,
    HARDLY_KNOWN,
    KNOWN_FROM,
    TEXT,
    NamesSpec,
    half_of,
    unfitted,
)
from spotiflow.ml.names.training import BY_ARTIST, BY_SONG, Course

SPLIT_OF = {ARTIST: BY_SONG, TEXT: BY_ARTIST}
# 0: all training folds; 1 and 2: without the first or the second half of them.
PARTS = (0, 1, 2)
Fitted = tuple[dict[str, list[Any]], dict[str, float]]


def n_fits(spec: NamesSpec) -> int:
    """Return how many estimators `fit_trees` fits for a model."""
    return len(spec.routes) * len(PARTS)


def fit_trees(
    specs: list[NamesSpec], course: Course, advance: Callable[[float], None]
) -> Iterator[tuple[NamesSpec, Fitted]]:
    """Fit every model, and return per route its estimators (see NamesModel) and its 90 % half width."""
    todo = [(spec, route, part) for spec in specs for route in spec.routes for part in PARTS]
    done: dict[tuple[str, str, int], Any] = {}
    with ThreadPoolExecutor(N_THREADS) as pool:
        fitted = pool.map(lambda one: _fit_one(one[0], one[1], one[2], course), todo)
        for (spec, route, part), estimator in zip(todo, fitted, strict=True):
            done[spec.name, route, part] = estimator
            advance(1)
    for spec in specs:
        estimators = {route: [done[spec.name, route, part] for part in PARTS] for route in spec.routes}
        widths: dict[str, float] = {}
        for route, found in estimators.items():
            widths |= _half_widths(spec, route, found, course)
        yield spec, (estimators, widths)


def _fit_one(spec: NamesSpec, route: str, part: int, course: Course) -> Any:
    lesson = course.lessons[SPLIT_OF[route]]
    rows = learned_from(spec, route, course) & ((half_of(lesson.folds) != part) | (part == 0))
    matrix = learnable(lesson.inputs.matrix(spec.routes[route])[rows])
    with one_thread():
        return unfitted(len(matrix)).fit(matrix, course.truth(spec.target)[rows])


def learned_from(spec: NamesSpec, route: str, course: Course) -> Mask:
    """Return the tracks a route learns from: of the training folds, with the target."""
    lesson = course.lessons[SPLIT_OF[route]]
    rows: Mask = (lesson.folds != TEST_FOLD) & ~np.isnan(course.truth(spec.target))
    return rows


def _half_widths(spec: NamesSpec, route: str, estimators: list[Any], course: Course) -> dict[str, float]:
    """Return 90 % half widths over tracks that the estimator did not see; NaN where too few are.

    Along the artist's route there are two: a width taken over known artists holds too few of the others.
    """
    lesson = course.lessons[SPLIT_OF[route]]
    rows = learned_from(spec, route, course) & course.shown_whole
    if not rows.any():
        return {route: float("nan")}
    predicted = _unseen(estimators, lesson.inputs.matrix(spec.routes[route])[rows], lesson.folds[rows])
    residuals = course.truth(spec.target)[rows] - predicted
    if route == TEXT:
        return {route: conformal_quantile(residuals)}
    n_artist = lesson.inputs.known.n_artist[rows]
    known = conformal_quantile(residuals[n_artist >= KNOWN_FROM])
    # A model with a text route sends artists without any track along that one.
    hardly = (n_artist < KNOWN_FROM) & ((n_artist > 0) | (TEXT not in spec.routes))
    wider = conformal_quantile(residuals[hardly])
    widest = conformal_quantile(residuals)
    return {
        route: widest if np.isnan(known) else known,
        HARDLY_KNOWN: widest if np.isnan(wider) else wider,
    }


def _unseen(estimators: list[Any], matrix: Matrix, folds: Codes) -> Matrix:
    half = half_of(folds)
    predicted = np.empty(len(matrix))
    for part in np.unique(half):
        predicted[half == part] = estimators[part].predict(matrix[half == part])
    return np.clip(predicted, 0.0, 1.0)
