"""The page of what the numbers rest on."""

from __future__ import annotations

from dataclasses import replace

from rich.text import Text

from spotiflow.report.drawing.canvas import Canvas
from spotiflow.report.drawing.paper import Paper
from spotiflow.report.sections.methods import Methods


def page(methods: Methods) -> Paper:
    """Return the page for a rich console."""
    return Paper(lambda canvas: _blocks(methods, canvas))


def _blocks(methods: Methods, canvas: Canvas) -> list[list[Text]]:
    canvas = replace(canvas, note="simulated" if methods.is_simulated else "")
    blocks = [[canvas.heading(title), *canvas.wrapped(text)] for title, text in methods.paragraphs.items()]
    quoted = [line for citation in methods.citations for line in canvas.wrapped(citation)]
    return [*blocks, [canvas.heading("To quote"), *quoted]]
