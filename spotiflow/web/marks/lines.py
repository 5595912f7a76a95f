"""Lines over time with bands for their intervals, and small ones without axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from spotiflow.web.marks.svg import datum, frame, number, tag, text, ticks

HEIGHT = 230
BOTTOM = 24
LEFT = 44


@dataclass(frozen=True)
class Point:
    """One moment of a line: value and interval (None: nothing known there), and what the tooltip tells."""

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    told: str = ""


@dataclass(frozen=True)
class Line:
    """One line with its name; its place in the list decides its colour and dash."""

    name: str
    points: Sequence[Point]


def trend(
    lines: Sequence[Line],
    title: str,
    description: str,
    axis: Callable[[float], str] = lambda value: f"{value:.2f}",
    bounds: tuple[float, float] | None = None,
    width: float = 1120,
    height: float = HEIGHT,
) -> Markup:
    """Return lines with bands; a gap in the data is a gap in the line."""
    low, marks = _scale(lines, bounds)
    room, high = width - LEFT - 8, height - BOTTOM - 26
    longest = max(lines, key=lambda line: len(line.points)).points if lines else ()
    count = max(1, len(longest) - 1)

    def x(i: int) -> float:
        return LEFT + room * i / count if len(longest) > 1 else LEFT + room / 2

    def y(value: float) -> float:
        return 22 + high * (1 - (value - low) / (marks[-1] - low))

    drawn: list[Markup] = []
    for value in marks:
        drawn.append(tag("line", x1=LEFT, x2=width - 8, y1=y(value), y2=y(value), class_="grid"))
        drawn.append(text(LEFT - 6, y(value) + 4, axis(value), "quiet", "end"))
    drawn += _labels(longest, x, height)
    for kind, line in enumerate(lines):
        drawn += _bands(line, kind, x, y)
        drawn += _strokes(line, kind, x, y)
    drawn += _legend(lines, LEFT)
    return frame(width, height, title, description, *drawn, kind="trend")


def _labels(points: Sequence[Point], x: Callable[[int], float], height: float) -> list[Markup]:
    """Label what has a label, as far as there is room between one and the next."""
    drawn, until = [], 0.0
    for i, point in enumerate(points):
        half = 3.6 * len(point.label) + 5
        if point.label and x(i) - half >= until:
            drawn.append(text(x(i), height - 5, point.label, "quiet", "middle"))
            until = x(i) + half
    return drawn


def _scale(lines: Sequence[Line], bounds: tuple[float, float] | None) -> tuple[float, list[float]]:
    if bounds:
        low, most = bounds
        return low, [low + (most - low) * i / 4 for i in range(5)]
    values = [
        v for line in lines for point in line.points for v in (point.value, point.high) if v is not None
    ]
    return 0.0, ticks(max(values, default=1.0))


def _runs(points: Sequence[Point], known: Callable[[Point], bool]) -> list[list[tuple[int, Point]]]:
    runs: list[list[tuple[int, Point]]] = [[]]
    for i, point in enumerate(points):
        if known(point):
            runs[-1].append((i, point))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _bands(line: Line, kind: int, x: Callable[[int], float], y: Callable[[float], float]) -> list[Markup]:
    drawn = []
    for run in _runs(line.points, lambda point: point.low is not None and point.high is not None):
        upper = [f"{number(x(i))} {number(y(point.high or 0))}" for i, point in run]
        lower = [f"{number(x(i))} {number(y(point.low or 0))}" for i, point in reversed(run)]
        drawn.append(tag("path", d="M" + "L".join(upper + lower) + "Z", class_=f"band b{kind}"))
    return drawn


def _strokes(line: Line, kind: int, x: Callable[[int], float], y: Callable[[float], float]) -> list[Markup]:
    drawn = []
    for run in _runs(line.points, lambda point: point.value is not None):
        path = "M" + "L".join(f"{number(x(i))} {number(y(point.value or 0))}" for i, point in run)
        drawn.append(tag("path", d=path, class_=f"stroke s{kind}"))
        dots = run if len(line.points) <= 400 else []
        drawn += [
            datum(
                "circle",
                f"{line.name}, {point.told}" if point.told else line.name,
                cx=x(i),
                cy=y(point.value or 0),
                r=2.5 if len(run) < 80 or len(run) == 1 else 1.5,
                class_=f"d f{kind}",
            )
            for i, point in dots
        ]
    return drawn


def _legend(lines: Sequence[Line], left: float) -> list[Markup]:
    if len(lines) < 2:
        return []
    drawn, at = [], left
    for kind, line in enumerate(lines):
        drawn.append(tag("line", x1=at, x2=at + 18, y1=8, y2=8, class_=f"stroke s{kind}"))
        drawn.append(text(at + 24, 12, line.name, "quiet"))
        at += 40 + 7.2 * len(line.name)
    return drawn


def sparkline(values: Sequence[float], title: str) -> Markup:
    """Return a small line without axes."""
    most = max(values, default=0) or 1
    count = max(1, len(values) - 1)
    path = "M" + "L".join(
        f"{number(100 * i / count)} {number(22 - 20 * v / most)}" for i, v in enumerate(values)
    )
    return frame(
        100, 24, title, f"{len(values)} values.", tag("path", d=path, class_="stroke s0"), kind="spark"
    )
