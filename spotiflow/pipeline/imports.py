"""Paths of any kind: told apart by their content, each brought to the import it is for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from spotiflow.core.settings import Settings
from spotiflow.ingest.exports import import_exports
from spotiflow.ingest.features import import_features, render_imported
from spotiflow.ingest.features.results import FeatureReceipt
from spotiflow.ingest.files.inputs import InputKind, require
from spotiflow.ingest.history.receipts import render
from spotiflow.ingest.history.results import HistoryReceipt
from spotiflow.ingest.kaggle import load_kaggle
from spotiflow.ingest.kaggle import render as render_kaggle
from spotiflow.ingest.scrobbles import import_scrobbles
from spotiflow.pipeline.stage import Show


@dataclass(frozen=True)
class Problem:
    """What is wrong with a file that was imported. is_nothing_kept: not one of its rows could be used."""

    sentence: str
    is_nothing_kept: bool = False


def import_paths(
    settings: Settings,
    paths: Sequence[Path],
    *,
    show: Show,
    listener: str | None = None,
    time_zone: str | None = None,
) -> list[Problem]:
    """Import paths told apart by content and return what could not be read of them.

    All paths are looked at before the first is imported. Raises InputError for a path that is nothing
    spotiflow knows.
    """
    by_kind: dict[InputKind, list[Path]] = {kind: [] for kind in _IMPORTS}
    for path in paths:
        by_kind[require(path, *KINDS)].append(path)
    problems = []
    for kind, found in by_kind.items():
        if found:
            problems += _IMPORTS[kind](settings, found, show, listener, time_zone)
    return problems


def _kaggle(settings: Settings, paths: list[Path], show: Show, *_: str | None) -> list[Problem]:
    for path in paths:
        show(render_kaggle(load_kaggle(settings, path)))
    return []


def _history(take_in: Callable[..., HistoryReceipt]) -> Callable[..., list[Problem]]:
    def run(
        settings: Settings, paths: list[Path], show: Show, listener: str | None, zone: str | None
    ) -> list[Problem]:
        receipt = take_in(settings, paths, listener_id=listener, time_zone=zone)
        show(render(receipt))
        return _problems(receipt)

    return run


def _features(settings: Settings, paths: list[Path], show: Show, *_: str | None) -> list[Problem]:
    receipt = import_features(settings, paths)
    show(render_imported(receipt))
    return _problems(receipt)


def _problems(receipt: HistoryReceipt | FeatureReceipt) -> list[Problem]:
    return [Problem(sentence, sentence in receipt.useless) for sentence in receipt.problems]


# Catalogues first, so that one message names what they cover.
_IMPORTS: dict[InputKind, Callable[..., list[Problem]]] = {
    InputKind.KAGGLE: _kaggle,
    InputKind.EXPORT: _history(import_exports),
    InputKind.SCROBBLES: _history(import_scrobbles),
    InputKind.FEATURES: _features,
}
KINDS = tuple(sorted(_IMPORTS, key=list(InputKind).index))
