"""The commands to go on with."""

from __future__ import annotations

from rich.text import Text

from spotiflow.report.drawing.canvas import QUIET, Canvas
from spotiflow.report.sections.report import Report
from spotiflow.report.sections.steps import steps

COMMAND_WIDTH = 46


def draw(report: Report, canvas: Canvas) -> list[Text]:
    """Return a line per command."""
    lines = [canvas.heading("Next")]
    for command, purpose in steps(report):
        lines.append(canvas.line(command.ljust(min(COMMAND_WIDTH, canvas.width // 2 + 6)), (purpose, QUIET)))
    return lines
