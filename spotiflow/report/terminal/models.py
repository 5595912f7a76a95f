"""The models as a table, a verdict beside each."""

from __future__ import annotations

from rich.text import Text

from spotiflow.core import words
from spotiflow.report.drawing.canvas import QUIET, Canvas
from spotiflow.report.sections.models import NAMES, SHOWN, SPLITS, Model, Models

COLUMNS = (("", 14), ("", 9), ("ours", 5), ("95 %", 12), ("baseline", 18), ("seed", 5), ("n", 7))


def draw(section: Models, canvas: Canvas, advice: str) -> list[Text]:
    """Return a line per model under a line of column names; `advice` stands where there is none."""
    place = SPLITS[section.models[0].split] if section.models else "data they have not seen"
    lines = [canvas.heading("Models", f"measured on {place}")]
    if not section.models:
        return [*lines, *canvas.wrapped(advice, QUIET)]
    lines.append(canvas.line(("".join(name.ljust(width) for name, width in COLUMNS), QUIET)))
    for model in section.models:
        lines += _model(model, canvas)
    return lines


def _model(model: Model, canvas: Canvas) -> list[Text]:
    cells = (
        SHOWN[model.model][0],
        NAMES[model.metric],
        words.unit(model.value),
        words.interval(model.ci_low, model.ci_high),
        f"{words.unit(model.baseline_value)} {model.baseline_text}",
        words.unit(model.seed_value),
        words.count(model.n),
    )
    widths = [width for _, width in COLUMNS]
    row = "".join(canvas.cell(cell, width - 1) + " " for cell, width in zip(cells, widths, strict=True))
    if len(row) + len(model.verdict) <= canvas.width:
        return [canvas.line(row, (model.verdict, "bold"))]
    return [canvas.line(row.rstrip()), canvas.line(" " * widths[0], (model.verdict, "bold"))]
