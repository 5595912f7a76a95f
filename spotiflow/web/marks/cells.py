"""Cells in colours of five steps: the clock, the calendar, the plane of moods, a matrix."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

from spotiflow.web.marks.svg import datum, frame, tag, text

STEPS = 5
# Days of which nothing is known: without plays they are no empty days.
HATCHED = ("missing", "unknown")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Day:
    """One day of the calendar: its value, the state of the history there, what the tooltip tells."""

    value: float
    state: str
    told: str
    href: str | None = None


def step(value: float, most: float) -> int:
    """Return the colour step of a value: 0 for nothing, else 1 to 5, in even parts of the largest."""
    return 0 if value <= 0 or most <= 0 else min(STEPS, math.ceil(STEPS * value / most - 1e-9))


def quantile_steps(values: Sequence[float]) -> Callable[[float], int]:
    """Return a function that gives the fifth of the non-empty values in which one lies."""
    present = sorted(value for value in values if value > 0)
    if not present:
        return lambda _: 0
    breaks = [present[min(len(present) - 1, len(present) * i // STEPS)] for i in range(1, STEPS)]
    return lambda value: 0 if value <= 0 else 1 + sum(value >= limit for limit in breaks)


def clock(
    cells: Sequence[Sequence[float]], told: Callable[[int, int, float], str], title: str, description: str
) -> Markup:
    """Return days of the week by hours of the day."""
    left, top, size = 34, 18, 22
    most = max(map(max, cells), default=0)
    drawn = [text(left + hour * size, 12, f"{hour:02}", "quiet") for hour in range(0, 24, 3)]
    for day, row in enumerate(cells):
        drawn.append(text(0, top + day * size + 15, DAYS[day], "quiet"))
        drawn += [
            datum(
                "rect",
                told(day, hour, value),
                x=left + hour * size,
                y=top + day * size,
                width=size - 2,
                height=size - 2,
                rx=4,
                class_=f"d q{step(value, most)}",
            )
            for hour, value in enumerate(row)
        ]
    return frame(left + 24 * size, top + 7 * size, title, description, *drawn, kind="clock")


def calendar(year: int, days: Mapping[date, Day], scale: Callable[[float], int], title: str) -> Markup:
    """Return one year, a column a week; hatched where history is missing, empty before it begins."""
    left, top, size = 46, 16, 13
    first = date(year, 1, 1)
    start = first - timedelta(days=first.weekday())
    drawn = [text(0, top + day * size + 10, DAYS[day], "quiet small") for day in (0, 2, 4)]
    drawn.append(text(0, 11, year, "small strong"))
    for month in range(1, 13):
        week = (date(year, month, 1) - start).days // 7
        drawn.append(text(left + week * size, 11, MONTHS[month - 1], "quiet small"))
    hatch = f"hatch{year}"
    drawn.append(_hatch(hatch))
    for when, day in days.items():
        offset = (when - start).days
        missing = day.state in HATCHED and not day.value
        drawn.append(
            datum(
                "rect",
                day.told,
                day.href,
                x=left + offset // 7 * size,
                y=top + offset % 7 * size,
                width=size - 2,
                height=size - 2,
                rx=2,
                class_="d missing" if missing else f"d q{scale(day.value)}",
                fill=f"url(#{hatch})" if missing else None,
            )
        )
    total = sum(1 for day in days.values() if day.value)
    described = f"{total} days with plays; a darker cell holds more, a hatched one is missing."
    return frame(left + 54 * size, top + 7 * size, title, described, *drawn, kind="calendar")


def _hatch(ident: str) -> Markup:
    lines = tag("path", d="M0 5L5 0", class_="hatch")
    pattern = tag("pattern", lines, id=ident, width=5, height=5, patternUnits="userSpaceOnUse")
    return tag("defs", pattern)


def plane(counts: Mapping[tuple[int, int], int], bins: int, title: str, description: str) -> Markup:
    """Return valence to the right, energy upwards; a darker cell holds more plays."""
    left, top, size = 26, 26, 360 / bins
    scale = quantile_steps(list(counts.values()))
    side = bins * size
    drawn: list[Markup] = [
        tag("rect", x=left, y=top, width=side, height=side, rx=6, class_="ground"),
        *(
            datum(
                "rect",
                f"valence {x / bins:.2f} to {(x + 1) / bins:.2f}, "
                f"energy {y / bins:.2f} to {(y + 1) / bins:.2f}: {plays:,} plays",
                x=left + x * size,
                y=top + side - (y + 1) * size,
                width=size - 1,
                height=size - 1,
                rx=2,
                class_=f"d q{scale(plays)}",
            )
            for (x, y), plays in sorted(counts.items())
        ),
    ]
    for limit in (0.4, 0.6):
        drawn.append(
            tag("line", x1=left + limit * side, x2=left + limit * side, y1=top, y2=top + side, class_="rule")
        )
        drawn.append(
            tag("line", y1=top + limit * side, y2=top + limit * side, x1=left, x2=left + side, class_="rule")
        )
    corners = (
        ("sad, energetic", 0, -10, "start"),
        ("happy, energetic", side, -10, "end"),
        ("sad, calm", 0, side + 20, "start"),
        ("happy, calm", side, side + 20, "end"),
    )
    drawn += [text(left + x, top + y, words, "corner", anchor) for words, x, y, anchor in corners]
    drawn.append(text(left + side / 2, top + side + 20, "valence →", "quiet", "middle"))
    upright = tag(
        "text",
        "energy →",
        transform=f"translate(14 {top + side / 2}) rotate(-90)",
        class_="quiet",
        text_anchor="middle",
    )
    return frame(left + side + 8, top + side + 28, title, description, *drawn, upright, kind="plane")


def matrix(
    rows: Sequence[str],
    columns: Sequence[str],
    cells: Mapping[tuple[str, str], tuple[float, str, str]],
    title: str,
    description: str,
) -> Markup:
    """Return a table in colours; each cell: a value from -1 to 1 that colours it, its text, its tooltip."""
    left, top, wide, high = 128, 30, 96, 30
    drawn = [text(left - 8, top + i * high + 20, name, "", "end") for i, name in enumerate(rows)]
    drawn += [
        text(left + j * wide + wide / 2, top - 8, name, "quiet small", "middle")
        for j, name in enumerate(columns)
    ]
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            if (found := cells.get((row, column))) is None:
                continue
            value, shown, told = found
            colour = f"{'p' if value >= 0 else 'n'}{step(abs(value), 1)}"
            x, y = left + j * wide, top + i * high
            drawn.append(
                datum("rect", told, x=x, y=y, width=wide - 2, height=high - 2, rx=4, class_=f"d {colour}")
            )
            drawn.append(text(x + wide / 2 - 1, y + 19, shown, f"inside i{colour}", "middle"))
    return frame(
        left + len(columns) * wide, top + len(rows) * high, title, description, *drawn, kind="matrix"
    )
