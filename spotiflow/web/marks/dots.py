"""Dots with their intervals beside words: an estimate, how sure it is, and what it is compared with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from spotiflow.web.marks.svg import datum, frame, tag, text, ticks

ROW = 30


@dataclass(frozen=True)
class Dot:
    """One estimate: value, interval (None: too little for one), baseline (None: none), tooltip."""

    label: str
    value: float | None
    low: float | None
    high: float | None
    told: str
    baseline: float | None = None


def dots(
    data: Sequence[Dot],
    title: str,
    description: str,
    axis: Callable[[float], str],
    zero: float | None = None,
    width: float = 560,
) -> Markup:
    """Return a line a row; `zero` is where "no difference" is."""
    left = min(240.0, 20 + 7.4 * max((len(dot.label) for dot in data), default=1))
    low, marks = _scale(data, zero)
    room, high = width - left - 26, len(data) * ROW

    def x(value: float) -> float:
        return left + room * (value - low) / ((marks[-1] - low) or 1)

    drawn: list[Markup] = []
    for value in marks:
        drawn.append(tag("line", x1=x(value), x2=x(value), y1=4, y2=high, class_="grid"))
        drawn.append(text(x(value), high + 18, axis(value), "quiet", "middle"))
    if zero is not None:
        drawn.append(tag("line", x1=x(zero), x2=x(zero), y1=0, y2=high, class_="rule"))
    for i, dot in enumerate(data):
        y = i * ROW + ROW / 2 + 2
        drawn.append(text(left - 12, y + 4, dot.label, "", "end"))
        if dot.baseline is not None:
            drawn.append(
                tag("line", x1=x(dot.baseline), x2=x(dot.baseline), y1=y - 9, y2=y + 9, class_="baseline")
            )
        if dot.low is not None and dot.high is not None:
            drawn.append(tag("line", x1=x(dot.low), x2=x(dot.high), y1=y, y2=y, class_="interval"))
        if dot.value is not None:
            drawn.append(datum("circle", dot.told, cx=x(dot.value), cy=y, r=5.5, class_="d dot"))
        else:
            drawn.append(text(left + 4, y + 4, "too little to tell", "quiet"))
    return frame(width, high + 26, title, description, *drawn, kind="dots")


def _scale(data: Sequence[Dot], zero: float | None) -> tuple[float, list[float]]:
    values = [v for dot in data for v in (dot.value, dot.low, dot.high, dot.baseline) if v is not None]
    most = max([*values, zero or 0, 1e-9])
    least = min([*values, zero or 0, 0])
    span = ticks(max(most, -least) if least < 0 else most, 3 if least < 0 else 4)
    if least >= 0:
        return 0.0, span
    step = span[1]
    below = -step * -(-abs(least) // step)
    count = round((-below) / step)
    above = [value for value in span if value <= step * -(-most // step) + 1e-9]
    return below, [below + step * i for i in range(count)] + (above or [0.0])
