"""Columns over time and bars beside words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from spotiflow.web.marks.svg import datum, every, frame, number, tag, text, ticks

HEIGHT = 190
BOTTOM = 22
LEFT = 44


@dataclass(frozen=True)
class Column:
    """One column: its parts from below (one, or one a kind), what the axis and the tooltip say."""

    label: str
    parts: tuple[float, ...]
    told: str
    href: str | None = None


def columns(
    data: Sequence[Column],
    title: str,
    description: str,
    axis: Callable[[float], str] = lambda value: f"{value:,.0f}",
    width: float = 560,
) -> Markup:
    """Return columns on an axis from zero."""
    scale = ticks(max((sum(column.parts) for column in data), default=0))
    room, high = width - LEFT, HEIGHT - BOTTOM - 8
    each = room / max(1, len(data))
    drawn: list[Markup] = []
    for value in scale:
        y = 8 + high * (1 - value / scale[-1])
        drawn.append(tag("line", x1=LEFT, x2=width, y1=y, y2=y, class_="grid"))
        drawn.append(text(LEFT - 6, y + 4, axis(value), "quiet", "end"))
    apart = every(len(data), room, 8 + 7 * max((len(column.label) for column in data), default=1))
    for i, column in enumerate(data):
        x, y = LEFT + i * each, 8.0 + high
        for kind, part in enumerate(column.parts):
            tall = high * part / scale[-1]
            y -= tall
            if not part and len(column.parts) > 1:
                continue
            drawn.append(
                datum(
                    "rect",
                    column.told,
                    column.href,
                    x=x + each * 0.08,
                    y=y,
                    width=max(0.6, each * 0.84),
                    height=tall,
                    rx=min(3.0, each * 0.2),
                    class_=f"d c{kind}",
                )
            )
        if i % apart == 0:
            drawn.append(text(x + each / 2, HEIGHT - 5, column.label, "quiet", "middle"))
    return frame(width, HEIGHT, title, description, *drawn, kind="columns")


def bar(share: float) -> Markup:
    """Return one bar of a list; the number itself stands beside it as text."""
    width = number(100 * max(0.0, min(1.0, share)))
    return tag(
        "svg",
        tag("rect", width="100", height="6", class_="rail"),
        tag("rect", width=width, height="6", class_="fill"),
        viewBox="0 0 100 6",
        preserveAspectRatio="none",
        class_="bar",
        aria_hidden="true",
    )


def stacked(parts: Sequence[tuple[str, float, str]], title: str, description: str) -> Markup:
    """Return one bar of parts: class, amount, tooltip."""
    total = sum(amount for _, amount, _ in parts) or 1
    drawn, x = [], 0.0
    for name, amount, told in parts:
        wide = 1000 * amount / total
        if wide:
            drawn.append(datum("rect", told, x=x, y=0, width=wide, height=10, class_=f"d {name}"))
        x += wide
    return frame(1000, 10, title, description, *drawn, kind="stacked", is_filled=True)
