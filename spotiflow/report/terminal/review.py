"""A year in review."""

from __future__ import annotations

from rich.text import Text

from spotiflow.core import words
from spotiflow.report.drawing.canvas import QUIET, Canvas
from spotiflow.report.sections.review import COUNTS, NAMES, Item, Review

LABEL_WIDTH = 16


def draw(section: Review, canvas: Canvas) -> list[Text]:
    """Return the counts and a line per name; without a year before most counts stand in the first lines."""
    lines = [canvas.heading(f"The year {section.year}", section.comparison)]
    shown = [item for item in section.items if item.before is not None or item.item.startswith("new_")]
    lines += canvas.joined([_count(item) for item in shown])
    for item in section.items:
        if item.item in NAMES:
            label, unit = NAMES[item.item]
            text = f"{words.clean(item.text)} ({words.counted(round(item.value), unit)})"
            lines.append(canvas.line((label.ljust(LABEL_WIDTH), QUIET), text))
    return lines


def _count(item: Item) -> str:
    shown = words.hours(item.value) if item.item == "minutes" else words.count(item.value)
    label = "" if item.item == "minutes" else f" {COUNTS[item.item]}"
    if not item.before:
        return f"{shown}{label}"
    change = item.value / item.before - 1
    return f"{shown}{label} ({'+' if change >= 0 else '-'}{words.share(abs(change))})"
