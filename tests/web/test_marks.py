"""What is drawn is what is told: places and sizes of shapes follow the values, and nothing breaks out."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import date, timedelta

import pytest
from markupsafe import Markup

from spotiflow.web.marks import bars, cells, dots, lines, svg

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '<script>alert("x")</script>&\x00\u202e'


def parsed(mark: Markup) -> ET.Element:
    """Return the drawing as XML: it has to be well formed to be saved as a file."""
    root = ET.fromstring(mark)
    assert root.tag == f"{SVG}svg"
    names = root.get("aria-labelledby", "").split()
    titled = {child.get("id"): child.text for child in root if child.tag in (f"{SVG}title", f"{SVG}desc")}
    assert len(names) == 2
    assert all(titled[name] for name in names)
    assert "style" not in mark
    return root


def shapes(root: ET.Element, kind: str) -> list[ET.Element]:
    return [one for one in root.iter(f"{SVG}{kind}") if "d" in (one.get("class") or "").split()]


def test_columns_are_as_tall_as_their_values() -> None:
    data = [bars.Column(str(n), (float(n),), f"told {n}") for n in (0, 5, 10)]
    found = shapes(parsed(bars.columns(data, "Title", "Description")), "rect")
    heights = [float(one.get("height") or 0) for one in found]
    assert heights[0] == 0
    assert heights[2] == pytest.approx(2 * heights[1], abs=0.2)
    assert [one.find(f"{SVG}title").text for one in found] == ["told 0", "told 5", "told 10"]  # type: ignore[union-attr]


def test_parts_of_a_column_stand_on_each_other() -> None:
    data = [bars.Column("a", (1.0, 3.0), "told")]
    low, high = shapes(parsed(bars.columns(data, "Title", "Description")), "rect")
    assert float(high.get("y") or 0) + float(high.get("height") or 0) == pytest.approx(
        float(low.get("y") or 0), abs=0.2
    )
    assert float(high.get("height") or 0) == pytest.approx(3 * float(low.get("height") or 0), abs=0.3)


def test_the_clock_has_168_cells_darker_for_more() -> None:
    grid = [[float(day * 24 + hour) for hour in range(24)] for day in range(7)]
    found = shapes(parsed(cells.clock(grid, lambda d, h, v: f"{d} {h} {v}", "Title", "Description")), "rect")
    assert len(found) == 168
    steps = [int((one.get("class") or "")[-1]) for one in found]
    assert steps[0] == 0
    assert steps == sorted(steps)
    assert steps[-1] == 5
    assert [cells.step(value, 100) for value in (0, 1, 20, 21, 40, 100)] == [0, 1, 1, 2, 2, 5]


def test_quantiles_spread_the_steps_over_the_days() -> None:
    scale = cells.quantile_steps([0, 0, *range(1, 101)])
    counts = [sum(scale(value) == step for value in range(1, 101)) for step in range(1, 6)]
    assert counts == [20, 20, 20, 20, 20]
    assert scale(0) == 0
    assert cells.quantile_steps([])(3) == 0
    assert cells.quantile_steps([7])(7) == 5


@pytest.mark.parametrize("year", [2023, 2024, 2026])
def test_the_calendar_has_each_day_in_its_row(year: int) -> None:
    first = date(year, 1, 1)
    days = {}
    for offset in range((date(year + 1, 1, 1) - first).days):
        state = "missing" if offset % 50 == 7 else "complete"
        days[first + timedelta(days=offset)] = cells.Day(
            0.0 if state == "missing" else 3.0, state, str(offset)
        )
    root = parsed(cells.calendar(year, days, lambda value: 1 if value else 0, str(year)))
    found = shapes(root, "rect")
    assert len(found) == len(days)
    rows = sorted({float(one.get("y") or 0) for one in found})
    assert len(rows) == 7
    for day, one in zip(days, found, strict=True):
        assert rows.index(float(one.get("y") or 0)) == day.weekday()
    assert sum("missing" in (one.get("class") or "") for one in found) == sum(
        day.state == "missing" for day in days.values()
    )


def test_dots_lie_in_their_intervals_and_in_order() -> None:
    data = [
        dots.Dot(str(value), value, value - 0.1, value + 0.1, "told", 0.0) for value in (-0.4, 0.0, 0.3, 0.9)
    ]
    root = parsed(dots.dots(data, "Title", "Description", str, zero=0.0))
    places = [float(one.get("cx") or 0) for one in shapes(root, "circle")]
    assert places == sorted(places)
    intervals = [one for one in root.iter(f"{SVG}line") if one.get("class") == "interval"]
    for place, interval in zip(places, intervals, strict=True):
        assert float(interval.get("x1") or 0) < place < float(interval.get("x2") or 0)
    zero = next(one for one in root.iter(f"{SVG}line") if one.get("class") == "rule")
    assert float(zero.get("x1") or 0) == pytest.approx(places[1], abs=0.2)
    width = float(root.get("viewBox", "").split()[2])
    assert all(0 <= place <= width for place in places)


def test_a_dot_without_a_value_says_so() -> None:
    mark = dots.dots([dots.Dot("a", None, None, None, "told")], "Title", "Description", str)
    assert "too little to tell" in mark
    assert not shapes(parsed(mark), "circle")


def test_a_gap_in_the_data_is_a_gap_in_the_line() -> None:
    points = [lines.Point(str(n), None if n == 2 else float(n)) for n in range(5)]
    root = parsed(lines.trend([lines.Line("a", points)], "Title", "Description"))
    strokes = [one for one in root.iter(f"{SVG}path") if "stroke" in (one.get("class") or "")]
    assert len(strokes) == 2
    assert len(shapes(root, "circle")) == 4


def test_bands_hold_the_line() -> None:
    points = [lines.Point(str(n), 0.5, 0.4, 0.6) for n in range(4)]
    root = parsed(lines.trend([lines.Line("a", points)], "Title", "Description", bounds=(0.0, 1.0)))
    band = next(one for one in root.iter(f"{SVG}path") if "band" in (one.get("class") or ""))
    heights = [float(pair.split()[1]) for pair in (band.get("d") or "").strip("MZ").split("L")]
    circle = shapes(root, "circle")[0]
    assert min(heights) < float(circle.get("cy") or 0) < max(heights)


@pytest.mark.parametrize(("most", "last"), [(0, 1), (1, 1), (7, 8), (10, 10), (101, 150), (0.04, 0.04)])
def test_ticks_are_round_and_reach_the_largest(most: float, last: float) -> None:
    found = svg.ticks(most)
    assert found[0] == 0
    assert found[-1] >= most
    assert found[-1] == pytest.approx(last)


def test_names_are_data_in_every_drawing() -> None:
    marks = [
        bars.columns([bars.Column(HOSTILE, (1.0,), HOSTILE, "/a?b=c&d")], HOSTILE, HOSTILE),
        dots.dots([dots.Dot(HOSTILE, 1.0, 0.5, 1.5, HOSTILE)], HOSTILE, HOSTILE, str),
        lines.trend([lines.Line(HOSTILE, [lines.Point(HOSTILE, 1.0, told=HOSTILE)])] * 2, HOSTILE, HOSTILE),
        cells.matrix([HOSTILE], [HOSTILE], {(HOSTILE, HOSTILE): (0.5, HOSTILE, HOSTILE)}, HOSTILE, HOSTILE),
        cells.plane({(0, 0): 1}, 4, HOSTILE, HOSTILE),
        bars.stacked([("c0", 1.0, HOSTILE)], HOSTILE, HOSTILE),
    ]
    for mark in marks:
        root = parsed(mark)
        assert not list(root.iter(f"{SVG}script"))
        assert "\x00" not in mark
        assert "\u202e" not in mark
