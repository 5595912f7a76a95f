"""The report as an SVG picture: what rich records of a terminal 100 columns wide."""

from __future__ import annotations

import io
import re
from pathlib import Path

from rich.terminal_theme import TerminalTheme

from spotiflow.core.console import SafeConsole
from spotiflow.core.files import write_output
from spotiflow.report.drawing.paper import WIDEST, Paper

# Ink on a calm dark ground; the page uses green for what counts, yellow for a warning, dim for the rest.
THEME = TerminalTheme(
    (22, 27, 34),
    (208, 215, 222),
    [
        (22, 27, 34),
        (255, 123, 114),
        (63, 185, 80),
        (210, 153, 34),
        (88, 166, 255),
        (188, 140, 255),
        (57, 197, 207),
        (177, 186, 196),
    ],
    [
        (110, 118, 129),
        (255, 161, 152),
        (86, 211, 100),
        (227, 179, 65),
        (121, 192, 255),
        (210, 168, 255),
        (86, 212, 221),
        (240, 246, 252),
    ],
)
FONTS = "'DejaVu Sans Mono', Menlo, Consolas, 'Fira Code', monospace"


def save(page: Paper, path: Path) -> None:
    """Write the picture. Raises InputError when the file cannot be written."""
    # A text in memory counts as UTF-8, whatever the encoding of the screen.
    console = SafeConsole(
        record=True,
        width=WIDEST,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        legacy_windows=False,
        no_color=False,
    )
    console.print(page)
    console.print()  # The frame cuts into the last line.
    write_output(path, _with_local_fonts(console.export_svg(title="spotiflow report", theme=THEME)))


def _with_local_fonts(svg: str) -> str:
    """rich has the viewer fetch a font from a server; nothing here asks the network for anything.

    Each run of text has its length set in the picture, so any monospaced font keeps the columns.
    """
    return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL).replace("Fira Code, monospace", FONTS)
