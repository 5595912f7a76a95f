"""The whole line for a person who has files: import, build, train, report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from core.database import open_warehouse
from core.errors import NotFoundError
from core.settings import Settings
from ingest.exports import import_exports
from ingest.exports import receipt as export_receipt
from ingest.features import import_features, render_imported
from ingest.inputs import InputKind, require
from ingest.kaggle import load_kaggle
from ingest.kaggle import render as render_kaggle
from ingest.scrobbles import import_scrobbles
from ingest.scrobbles import render as render_scrobbles
from pipeline.stages import build_tables, train_models
from report.build_summary import render_build
from report.terminal import build_report
from report.terminal import render as render_report

Show = Callable[[Any], None]
KINDS = (InputKind.EXPORT, InputKind.KAGGLE, InputKind.SCROBBLES, InputKind.FEATURES)


def run_all(
    settings: Settings,
    paths: Sequence[Path],
    *,
    show: Show,
    listener: str | None = None,
    time_zone: str | None = None,
) -> None:
    """Import every path by what it holds, build, train and report; `show` prints each result.

    All paths are looked at before the first is imported. Without a catalogue, training is left out with a
    sentence. Raises InputError for a path that is none of these, NotFoundError without paths and warehouse.
    """
    if not paths:
        with open_warehouse(settings, read_only=True):
            pass  # There has to be something to run on.
    import_paths(settings, paths, show=show, listener=listener, time_zone=time_zone)
    show(render_build(settings, build_tables(settings)))
    train_if_possible(settings, show=show)
    show(render_report(build_report(settings, listener=listener)))


def import_paths(
    settings: Settings,
    paths: Sequence[Path],
    *,
    show: Show,
    listener: str | None = None,
    time_zone: str | None = None,
) -> None:
    """Import paths told apart by content; catalogues first, so that one message names what they cover."""
    by_kind: dict[InputKind, list[Path]] = {kind: [] for kind in KINDS}
    for path in paths:
        by_kind[require(path, *KINDS)].append(path)
    for path in by_kind[InputKind.KAGGLE]:
        show(render_kaggle(load_kaggle(settings, path)))
    if by_kind[InputKind.EXPORT]:
        receipt = import_exports(
            settings, by_kind[InputKind.EXPORT], listener_id=listener, time_zone=time_zone
        )
        show(export_receipt.render(receipt))
    if by_kind[InputKind.SCROBBLES]:
        receipt = import_scrobbles(
            settings, by_kind[InputKind.SCROBBLES], listener_id=listener, time_zone=time_zone
        )
        show(render_scrobbles(receipt))
    if by_kind[InputKind.FEATURES]:
        show(render_imported(import_features(settings, by_kind[InputKind.FEATURES])))


def train_if_possible(settings: Settings, *, show: Show) -> None:
    """Train, or say in one sentence what is missing for it; the rest of the line goes on either way."""
    from ml.screen import render as render_training

    try:
        result = train_models(settings)
    except NotFoundError as error:
        show(f"No models yet: {error.message} {error.hint}")
        return
    show(render_training(result))
