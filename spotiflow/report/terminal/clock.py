"""The heat map of the week."""

from __future__ import annotations

from rich.text import Text

from spotiflow.core import words
from spotiflow.report.drawing.canvas import ACCENT, QUIET, Canvas
from spotiflow.report.sections.clock import DAYS, Clock

HOURS_MARKED = (0, 6, 12, 18)
CELL_WIDTH = 2
WIDTH = 4 + 24 * CELL_WIDTH
LINES = 2 + len(DAYS)


def draw(clock: Clock, canvas: Canvas) -> list[Text]:
    """Return the heat map; a denser cell holds more plays, a dot none."""
    lines = [canvas.heading("Clock", f"darkest cell: {words.counted(clock.most, 'play')}")]
    lines.append(canvas.line((" " * 4 + _hours(), QUIET)))
    for day, row in zip(DAYS, clock.cells, strict=True):
        line = Text(f"{day} ", style=QUIET, no_wrap=True, overflow="crop")
        for plays in row:
            style = ACCENT if plays else QUIET
            line.append(canvas.shade(plays / max(1, clock.most)) * CELL_WIDTH, style=f"not dim {style}")
        line.truncate(canvas.width)
        lines.append(line)
    return lines


def _hours() -> str:
    return "".join(
        f"{hour:02}".ljust(CELL_WIDTH) if hour in HOURS_MARKED else " " * CELL_WIDTH for hour in range(24)
    )
