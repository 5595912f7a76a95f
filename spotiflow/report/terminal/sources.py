"""Feature sources as bars, and the advice."""

from __future__ import annotations

from rich.text import Text

from spotiflow.core import words
from spotiflow.report.drawing.canvas import ACCENT, QUIET, Canvas
from spotiflow.report.sections.sources import LABELS, FeatureSource, Predicted, Sources

LABEL_WIDTH = 19
SHARE_WIDTH = 7
TRACKS_WIDTH = 8


def draw(section: Sources, canvas: Canvas, advice: str) -> list[Text]:
    """Return a bar per source; `advice` says how to raise the measured share."""
    lines = [canvas.heading("Feature sources", columns=f"{'plays':>{SHARE_WIDTH}}{'tracks':>{TRACKS_WIDTH}}")]
    if not section.sources:
        lines.append(canvas.line(("No plays yet.", QUIET)))
    lines += [_source(entry, canvas) for entry in section.sources]
    if section.predicted:
        lines += canvas.wrapped(_predicted(section.predicted), QUIET)
    return [*lines, *canvas.wrapped(advice, QUIET)]


def _predicted(predicted: Predicted) -> str:
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
