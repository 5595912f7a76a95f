"""What a section draws on: a width, and the marks that the terminal's encoding can print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from rich.cells import cell_len
from rich.text import Text

from spotiflow.core.words import NO_BREAK, fit

ACCENT = "green"
QUIET = "dim"
WARNING = "yellow"
GAP = 4


@dataclass(frozen=True)
class Marks:
    """Characters to draw with. `steps` (parts of a bar's cell) and `shades` go from least to most."""

    rule: str
    steps: str
    shades: str
    ellipsis: str
    dot: str


UNICODE = Marks(rule="─", steps="╸━", shades="·░▒▓█", ellipsis="…", dot=" · ")
ASCII = Marks(rule="-", steps="#", shades=".-+*#", ellipsis="..", dot=" | ")


@dataclass(frozen=True)
class Canvas:
    """A column of text `width` cells wide. `note` ('simulated') is said in every heading."""

    width: int
    marks: Marks = UNICODE
    note: str = ""

    def narrowed(self, width: int) -> Canvas:
        """Return a canvas of another width."""
        return replace(self, width=max(1, width))

    def heading(self, title: str, aside: str = "", columns: str = "") -> Text:
        """Return a title with a rule to the right edge.

        `aside` qualifies the title; `columns` names what stands in the number columns below, at the edge.
        """
        head = Text(title, style=f"bold {ACCENT}")
        extra = self.marks.dot.join(part for part in (self.note, aside) if part)
        if extra:
            head.append(f"  {extra}", style="not bold default")
        room = self.width - head.cell_len - len(columns) - 1
        head.append(" " + self.marks.rule * max(0, room), style=f"not bold {QUIET}")
        head.append(columns, style=f"not bold {QUIET}")
        head.truncate(self.width)
        return head

    def line(self, *parts: str | tuple[str, str]) -> Text:
        """Return one line of parts, each a string or a pair of string and style, cut at the width."""
        text = Text.assemble(*parts, no_wrap=True, overflow="crop")
        text.truncate(self.width)
        return text

    def wrapped(self, text: str, style: str = "") -> list[Text]:
        """Return the text on as many lines as it needs."""
        return self._filled(text.split(" "), " ", style)

    def joined(self, parts: Sequence[str], style: str = "") -> list[Text]:
        """Return the parts with dots between them, on as many lines as they need; no part is broken."""
        return self._filled(parts, self.marks.dot, style)

    def _filled(self, parts: Sequence[str], between: str, style: str) -> list[Text]:
        lines: list[str] = []
        for part in parts:
            if lines and cell_len(lines[-1] + between + part) <= self.width:
                lines[-1] += between + part
            else:
                lines.append(part)
        return [self.line((line.replace(NO_BREAK, " "), style)) for line in lines]

    def bar(self, fraction: float, width: int) -> str:
        """Return a bar of `fraction` (0..1) of `width` cells; anything above nothing shows a sliver."""
        steps = len(self.marks.steps)
        filled = min(width * steps, round(fraction * width * steps))
        whole, rest = divmod(max(1, filled) if fraction > 0 else 0, steps)
        return (self.marks.steps[-1] * whole + (self.marks.steps[rest - 1] if rest else "")).ljust(width)

    def shade(self, fraction: float) -> str:
        """Return the shade for `fraction` (0..1): nothing for 0, else one of four equal steps."""
        if fraction <= 0:
            return self.marks.shades[0]
        levels = len(self.marks.shades) - 1
        return self.marks.shades[min(levels, 1 + int(fraction * levels))]

    def cell(self, text: object, width: int) -> str:
        """Return text in exactly `width` cells."""
        return fit(text, width, self.marks.ellipsis)


def beside(left: Sequence[Text], right: Sequence[Text], left_width: int) -> list[Text]:
    """Return two columns as lines: the right one starts `GAP` cells after `left_width`."""
    lines = []
    for first, second in zip_longest(left, right):
        line = Text(no_wrap=True, overflow="crop")
        if first is not None:
            line.append_text(first)
        if second is not None:
            line.append(" " * (left_width + GAP - line.cell_len)).append_text(second)
        lines.append(line)
    return lines
