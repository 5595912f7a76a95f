"""What a publication did, table by table."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from rich.text import Text

from spotiflow.core.errors import SpotiflowError


@dataclass(frozen=True)
class Published:
    """One table as it now stands at the target: its rows, and the version where the target keeps versions."""

    table: str
    rows: int
    version: int | None = None


@dataclass
class PublishResult:
    """What was published where.

    place: the target without any password. skipped: tables left as they were, with the reason.
    problem: the first error; the tables that are listed as published stand.
    """

    target: str
    place: str
    tables: list[Published] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    problem: SpotiflowError | None = None

    @property
    def rows(self) -> int:
        """Rows of all tables together."""
        return sum(table.rows for table in self.tables)

    @property
    def summary(self) -> str:
        """One line for the run log."""
        return f"{len(self.tables)} tables, {self.rows:,} rows to {self.target}"

    def to_dict(self) -> dict[str, Any]:
        """Return the result as `--json` prints it."""
        return {
            "target": self.target,
            "place": self.place,
            "tables": [asdict(table) for table in self.tables],
            "rows": self.rows,
            "skipped": self.skipped,
            "seconds": round(self.seconds, 2),
            "problem": self.problem.to_dict() if self.problem else None,
        }


def render(result: PublishResult) -> Text:
    """Return a line on what was published and one on each table that was not."""
    done = f"{len(result.tables)} tables with {result.rows:,} rows in {result.seconds:.1f} s"
    lines = [f"published {done} to {result.place}"]
    lines += [f"skipped   {table}: {reason}" for table, reason in result.skipped.items()]
    return Text("\n".join(lines))
