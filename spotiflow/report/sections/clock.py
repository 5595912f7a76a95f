"""When: plays by day of the week and hour of the day, as a heat map."""

from __future__ import annotations

from dataclasses import dataclass

from rich.text import Text

from spotiflow.report.drawing import words
from spotiflow.report.drawing.canvas import ACCENT, QUIET, Canvas
from spotiflow.report.gold.queries import CLOCK, Gold

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
HOURS_MARKED = (0, 6, 12, 18)
CELL_WIDTH = 2
WIDTH = 4 + 24 * CELL_WIDTH
LINES = 2 + len(DAYS)


@dataclass(frozen=True)
class Clock:
    """Plays in 7 x 24 cells, Monday first, local time."""

    source: tuple[str, ...]
    cells: tuple[tuple[int, ...], ...]

    @property
    def most(self) -> int:
        """Plays in the busiest cell."""
        return max((max(row) for row in self.cells), default=0)


def load(gold: Gold, listener: str) -> Clock:
    """Read the 168 cells; all 0 for a listener without plays."""
    cells = [[0] * 24 for _ in DAYS]
    for row in gold.rows(CLOCK, listener=listener):
        cells[row["day_of_week"] - 1][row["hour_of_day"]] = row["play_count"]
    return Clock(CLOCK.tables, tuple(tuple(row) for row in cells))


def draw(clock: Clock, canvas: Canvas) -> list[Text]:
    """Return the heat map; a denser cell holds more plays, a dot none."""
    lines = [canvas.heading("Clock", f"busiest hour: {words.counted(clock.most, 'play')}")]
    lines.append(canvas.line((" " * 4 + _hours(), QUIET)))
    for day, row in zip(DAYS, clock.cells, strict=True):
        line = Text(f"{day} ", style=QUIET, no_wrap=True, overflow="crop")
        for plays in row:
            style = ACCENT if plays else QUIET
            line.append(canvas.shade(plays / max(1, clock.most)) * CELL_WIDTH, style=f"not dim {style}")
        line.truncate(canvas.width)
        lines.append(line)
    return lines


def _hours() -> str:
    return "".join(
        f"{hour:02}".ljust(CELL_WIDTH) if hour in HOURS_MARKED else " " * CELL_WIDTH for hour in range(24)
    )
