"""What a page is printed on: blocks of lines under each other, in the width and characters of a console."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from spotiflow.core import words
from spotiflow.report.drawing.canvas import ASCII, UNICODE, Canvas

Blocks = Callable[[Canvas], Iterable[list[Text]]]

WIDEST = 100
MOST_LINES = 60
# From this width on two sections stand beside each other.
TWO_COLUMNS = 96


class Paper:
    """Blocks of lines that draw themselves in the width and the characters of a console."""

    def __init__(self, blocks: Blocks) -> None:
        """Keep the function that draws; nothing is drawn before a console asks."""
        self._draw = blocks

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield one Text per line, none wider than the console and at most 100 cells."""
        marks = ASCII if options.ascii_only else UNICODE
        canvas = Canvas(min(options.max_width, WIDEST), marks)
        for line in _spaced([block for block in self._draw(canvas) if block], canvas.width):
            # A letter that the encoding lacks becomes one sign, so styles and widths stay in place.
            line.plain = words.encodable(line.plain, options.encoding)
            line.rstrip()
            yield line


def _spaced(blocks: list[list[Text]], width: int) -> Iterator[Text]:
    """Yield the lines with an empty one between blocks; at full width, as many as 60 lines hold."""
    n_gaps = len(blocks) - 1
    if width >= TWO_COLUMNS:
        n_gaps = min(n_gaps, MOST_LINES - sum(map(len, blocks)))
    for position, block in enumerate(blocks):
        if 0 < position <= n_gaps:
            yield Text()
        yield from block
