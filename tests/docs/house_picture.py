"""docs/assets/architecture.svg, drawn from the code: rooms on their floors, with the imports between them."""

from __future__ import annotations

import ast
import textwrap
from dataclasses import dataclass
from html import escape

from tests.paths import ROOT
from tests.test_conventions import HOUSE, imported

PICTURE = ROOT / "docs" / "assets" / "architecture.svg"
PACKAGE = ROOT / "spotiflow"
WIDTH, MARGIN, GAP, BETWEEN = 1000, 20, 16, 40
LINE, LETTER, SMALL_LETTER = 15, 6.6, 6.0


@dataclass(frozen=True)
class Box:
    """A room as it is drawn: what it is called and for, the rooms in it, and where it stands."""

    room: str
    left: float
    top: float
    width: float
    height: float
    purpose: list[str]
    inside: list[str]


STYLE = """
text { font: 12px system-ui, sans-serif; fill: #24292f }
.name { font-weight: 600; font-size: 14px }
.rooms { fill: #57606a; font-size: 11px }
rect { fill: #f6f8fa; stroke: #8c959f }
line { stroke: #0969da; stroke-opacity: .28; stroke-width: 1.2 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .rooms { fill: #9198a1 } rect { fill: #151b23; stroke: #656c76 }
  line { stroke: #4493f8; stroke-opacity: .35 }
}
"""


def house_picture() -> str:
    """Return the SVG: one row of boxes a floor, lines from each room to what it imports further down."""
    boxes = _boxes([[room for room in rooms if (PACKAGE / room).is_dir()] for rooms in HOUSE])
    height = max(box.top + box.height for box in boxes.values()) + MARGIN
    lines = [_line(boxes[a], boxes[b]) for a, b in sorted(arrows()) if a in boxes and b in boxes]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img"'
        ' aria-labelledby="title desc">'
    )
    title = '<title id="title">The rooms of spotiflow</title>'
    desc = (
        '<desc id="desc">Each room imports only rooms further down; lines are the imports there are.</desc>'
    )
    drawn = [_drawn(box) for box in boxes.values()]
    return "\n".join([head, title, desc, f"<style>{STYLE}</style>", *lines, *drawn, "</svg>", ""])


def arrows() -> set[tuple[str, str]]:
    """Return which room imports which other one."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        others = {module.split(".")[1] for module in imported(path) if "." in module}
        found |= {(room, other) for other in others if other != room}
    return found


def _boxes(floors: list[list[str]]) -> dict[str, Box]:
    """Return the box of each room: a floor is as high as its fullest room."""
    boxes, top = {}, float(MARGIN)
    for rooms in filter(None, floors):
        width = min((WIDTH - 2 * MARGIN - GAP * (len(rooms) - 1)) / len(rooms), 460)
        left = (WIDTH - width * len(rooms) - GAP * (len(rooms) - 1)) / 2
        texts = {room: (_wrapped(_purpose(room), width, LETTER), _inside(room, width)) for room in rooms}
        height = 32 + LINE * max(len(purpose) + len(inside) for purpose, inside in texts.values())
        for index, room in enumerate(rooms):
            boxes[room] = Box(room, left + index * (width + GAP), top, width, height, *texts[room])
        top += height + BETWEEN
    return boxes


def _line(upper: Box, lower: Box) -> str:
    start = f'x1="{upper.left + upper.width / 2:.0f}" y1="{upper.top + upper.height:.0f}"'
    return f'<line {start} x2="{lower.left + lower.width / 2:.0f}" y2="{lower.top:.0f}"/>'


def _drawn(box: Box) -> str:
    x = f"{box.left + 8:.0f}"
    parts = [
        f'<rect x="{box.left:.0f}" y="{box.top:.0f}" width="{box.width:.0f}" height="{box.height:.0f}"'
        ' rx="6"/>',
        f'<text class="name" x="{x}" y="{box.top + 18:.0f}">{box.room}</text>',
    ]
    for number, text in enumerate([*box.purpose, *box.inside], start=1):
        kind = ' class="rooms"' if number > len(box.purpose) else ""
        parts.append(f'<text{kind} x="{x}" y="{box.top + 20 + number * LINE:.0f}">{escape(text)}</text>')
    return "\n".join(parts)


def _wrapped(text: str, width: float, letter: float) -> list[str]:
    return textwrap.wrap(text, int((width - 16) / letter))


def _inside(room: str, width: float) -> list[str]:
    names = sorted(place.name for place in (PACKAGE / room).iterdir() if (place / "__init__.py").exists())
    return _wrapped(", ".join(names), width, SMALL_LETTER)


def _purpose(room: str) -> str:
    """Return what the room's docstring says it is for."""
    path = PACKAGE / room / "__init__.py"
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return text.split("\n\n")[0].replace("\n", " ").replace("`", "")
