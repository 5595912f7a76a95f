"""Where the audio features come from, and what would raise the measured share."""

from __future__ import annotations

from dataclasses import dataclass

from rich.text import Text

from spotiflow.report.drawing import words
from spotiflow.report.drawing.canvas import ACCENT, QUIET, Canvas
from spotiflow.report.gold.queries import (
    CATALOGUE,
    PREDICTED,
    SOURCES,
    Gold,
)

LABELS = {
    "real": "real",
    "kaggle": "catalogue",
    "synthetic": "synthetic stand-in",
    "unknown": "unknown",
}
LABEL_WIDTH = 19
SHARE_WIDTH = 7
TRACKS_WIDTH = 8


@dataclass(frozen=True)
class FeatureSource:
    """One source of audio features: plays and distinct tracks that take them from there."""

    feature_source: str
    plays: int
    tracks: int
    share: float


@dataclass(frozen=True)
class Predicted:
    """What predictions fill in where use_predictions is on: tracks, share of plays, mean standard errors."""

    tracks: int
    share: float
    valence_standard_error: float
    energy_standard_error: float


@dataclass(frozen=True)
class Sources:
    """All sources of one listener, and the catalogue that tracks are matched with."""

    source: tuple[str, ...]
    sources: tuple[FeatureSource, ...]
    catalogue_rows: int
    is_catalogue_simulated: bool
    predicted: Predicted | None = None


def load(gold: Gold, listener: str) -> Sources:
    """Read the sources; a source without plays is a row of 0, as long as there are plays at all."""
    found = {row["feature_source"]: FeatureSource(**row) for row in gold.rows(SOURCES, listener=listener)}
    everything = [found.get(name, FeatureSource(name, 0, 0, 0.0)) for name in LABELS]
    catalogue = gold.first(CATALOGUE) or {}
    predicted = gold.first(PREDICTED, listener=listener)
    return Sources(
        SOURCES.tables + CATALOGUE.tables + (PREDICTED.tables if predicted else ()),
        tuple(everything) if found else (),
        catalogue.get("n_rows") or 0,
        bool(catalogue.get("is_simulated")),
        Predicted(**predicted) if predicted else None,
    )


def draw(section: Sources, canvas: Canvas, advice: str) -> list[Text]:
    """Return a bar per source; `advice` says how to raise the measured share."""
    lines = [canvas.heading("Feature sources", columns=f"{'plays':>{SHARE_WIDTH}}{'tracks':>{TRACKS_WIDTH}}")]
    if not section.sources:
        lines.append(canvas.line(("No plays yet.", QUIET)))
    lines += [_source(entry, canvas) for entry in section.sources]
    if section.predicted:
        lines += canvas.wrapped(_in_words(section.predicted), QUIET)
    return [*lines, *canvas.wrapped(advice, QUIET)]


def _in_words(predicted: Predicted) -> str:
    return (
        f"Predictions are on: silver.track_features_completed holds predicted features of "
        f"{words.count(predicted.tracks)} tracks ({words.share(predicted.share)} of plays), standard error "
        f"{predicted.valence_standard_error:.2f} valence, {predicted.energy_standard_error:.2f} energy."
    )


def _source(entry: FeatureSource, canvas: Canvas) -> Text:
    room = max(0, canvas.width - LABEL_WIDTH - SHARE_WIDTH - TRACKS_WIDTH)
    return canvas.line(
        LABELS[entry.feature_source].ljust(LABEL_WIDTH),
        (canvas.bar(entry.share, room), ACCENT),
        f"{words.share(entry.share):>{SHARE_WIDTH}}",
        (f"{words.count(entry.tracks):>{TRACKS_WIDTH}}", QUIET),
    )


def advice(section: Sources, complete_days: int) -> str:
    """Return the one step that would raise the measured share most."""
    if not section.catalogue_rows:
        return "To raise it: spotiflow ingest kaggle archive.zip (the Kaggle Spotify Tracks Dataset)."
    if section.sources and not complete_days:
        return "To raise it: the Extended streaming history names track ids, which match best; ask Spotify."
    return "The catalogue lacks the rest; statistics and models use measured plays only."
