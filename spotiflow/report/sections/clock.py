"""When: plays by day of the week and hour of the day, as a heat map."""

from __future__ import annotations

from dataclasses import dataclass

from spotiflow.report.gold.queries import CLOCK, Gold

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


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
