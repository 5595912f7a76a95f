"""The findings, numbered."""

from __future__ import annotations

from rich.text import Text

from spotiflow.report.drawing.canvas import ACCENT, QUIET, Canvas
from spotiflow.report.sections.findings import GATE_PLAYS, SHOWN, Finding
from spotiflow.report.sections.who import Who


def draw(findings: tuple[Finding, ...], who: Who, canvas: Canvas) -> list[Text]:
    """Return the findings numbered, each with its n."""
    lines = [canvas.heading("Three findings" if len(findings) == SHOWN else "Findings")]
    if who.plays < GATE_PLAYS:
        short = f"Not enough listening for a finding yet: it takes {GATE_PLAYS} plays, there are {who.plays}."
        return lines + canvas.wrapped(short, QUIET)
    if not findings:
        return lines + canvas.wrapped("Nothing stands out.", QUIET)
    for number, finding in enumerate(findings, start=1):
        for position, line in enumerate(canvas.narrowed(canvas.width - 3).wrapped(finding.text)):
            mark = f"{number}  " if position == 0 else "   "
            lines.append(canvas.line((mark, ACCENT), line.plain))
    return lines
