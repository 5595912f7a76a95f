"""Fitting a routed model on the training folds of the catalogue, and the width of its intervals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd

from spotiflow.ml.data.catalogue import LEAST_TEST_TRACKS, Catalogue, enough
from spotiflow.ml.data.features import (
    GenreMeans,
    Mask,
    Matrix,
    genre_measures,
    input_matrix,
    learnable,
    out_of_fold_genres,
)
from spotiflow.ml.data.reproducible import N_THREADS, one_thread
from spotiflow.ml.models.routed import (
    ModelSpec,
    Route,
    RoutedModel,
    target_values,
)


def conformal_quantile(residuals: Matrix, level: float = 0.9) -> float:
    """Return the half width that holds `level` of new tracks (split conformal): the
    ceil((n + 1) level)-th smallest absolute residual; NaN where n is too small to say.
    """
    ordered = np.sort(np.abs(residuals))
    rank = int(np.ceil((len(ordered) + 1) * level))
    return float(ordered[rank - 1]) if 0 < rank <= len(ordered) else float("nan")


def can_learn(spec: ModelSpec, catalogue: Catalogue) -> bool:
    """Say whether enough tracks tell the target; of moods, two that are left when any fold is."""
    truth = target_values(catalogue.canonical, spec.target)
    known = ~np.isnan(truth)
    if not enough(catalogue.folds[known], LEAST_TEST_TRACKS):
        return False
    train = known & ~catalogue.is_test
    told = pd.DataFrame({"mood": truth[train], "fold": catalogue.folds[train]}).drop_duplicates()
    return not spec.is_classifier or int((told["mood"].value_counts() > 1).sum()) > 1


def fit(spec: ModelSpec, catalogue: Catalogue, advance: Callable[[float], None]) -> RoutedModel:
    """Fit every route of `spec` on the training folds; calls `advance(1)` after each fitted estimator."""
    truth = target_values(catalogue.canonical, spec.target)
    train = ~catalogue.is_test & ~np.isnan(truth)
    unseen: list[int | None] = [None]
    if spec.keeps_folds:
        unseen += [int(fold) for fold in np.unique(catalogue.folds[train])]
    fitted: dict[int | None, dict[str, Route]] = {fold: {} for fold in unseen}
    for fold, name, route in _fit_all(spec, catalogue, train, unseen):
        fitted[fold][name] = route
        advance(1)
    folds = {fold: routes for fold, routes in fitted.items() if fold is not None}
    quantiles = {
        name: conformal_quantile(truth[train] - _out_of_fold(folds, name, catalogue, train))
        for name in fitted[None]
        if folds
    }
    return RoutedModel(spec.target, fitted[None], folds, quantiles)


def _fit_all(
    spec: ModelSpec, catalogue: Catalogue, train: Mask, unseen: list[int | None]
) -> Iterator[tuple[int | None, str, Route]]:
    """Fit each route without each fold, several at a time with one thread each.

    One thread per fit is exact on every machine (sums do not depend on how many threads add them up) and
    much faster than threads inside a fit when other programs use the same cores: those wait for each other.
    """
    routes = _usable_routes(spec, catalogue)

    def work(task: tuple[int | None, str]) -> tuple[int | None, str, Route]:
        fold, name = task
        rows = train if fold is None else train & (catalogue.folds != fold)
        with one_thread():
            return fold, name, _fit_route(spec, catalogue, rows, routes[name])

    with ThreadPoolExecutor(N_THREADS) as pool:
        yield from pool.map(work, [(fold, name) for fold in unseen for name in routes])


def n_fits(spec: ModelSpec, catalogue: Catalogue) -> int:
    """Return how many estimators `fit` will fit, for a progress bar."""
    n_folds = len(set(catalogue.folds[~catalogue.is_test])) if spec.keeps_folds else 0
    return len(_usable_routes(spec, catalogue)) * (1 + n_folds)


def _usable_routes(spec: ModelSpec, catalogue: Catalogue) -> dict[str, list[str]]:
    """Leave out the routes that need a genre when the catalogue has none for most of its tracks."""
    known = catalogue.genres.known()
    has_genres = bool(known.any()) and float(known.mean()) >= 0.5
    return {name: inputs for name, inputs in spec.routes.items() if has_genres or not _needs_genre(inputs)}


def _needs_genre(inputs: Sequence[str]) -> bool:
    return any(name.startswith("genre_mean_") for name in inputs)


def _fit_route(spec: ModelSpec, catalogue: Catalogue, train: Mask, inputs: list[str]) -> Route:
    tracks, usual, means = catalogue.canonical, None, None
    if _needs_genre(inputs):
        train = train & catalogue.genres.known()
        measures = genre_measures(tracks)
        usual = out_of_fold_genres(catalogue.genres, measures, train, catalogue.folds)
        means = GenreMeans.fit(catalogue.genres, measures, train)
    matrix = learnable(input_matrix(tracks[train], inputs, usual))
    truth = target_values(tracks[train], spec.target)
    estimator = spec.estimator(len(truth))
    estimator.fit(matrix, truth.astype(np.int64) if spec.is_classifier else truth)
    return Route(estimator, inputs, means)


def _out_of_fold(folds: dict[int, dict[str, Route]], route: str, catalogue: Catalogue, train: Mask) -> Matrix:
    """Predict every training track by the estimators that did not see its fold, along one route."""
    prediction = np.full(len(catalogue.canonical), np.nan)
    for fold, routes in folds.items():
        rows = train & (catalogue.folds == fold)
        rows[rows] = routes[route].serves(catalogue.genres.take(rows))
        part = catalogue.genres.take(rows)
        prediction[rows] = routes[route].predict(catalogue.canonical[rows], part, is_classifier=False)[:, 0]
    return prediction[train]
