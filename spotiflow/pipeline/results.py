"""What a run did, stage by stage, for people and programs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rich.table import Table
from rich.text import Text

from spotiflow.pipeline.faults import exit_code_of

SKIPPED = "skipped"


@dataclass(frozen=True)
class StageOutcome:
    """How one stage ended: ok, skipped, partial, failed, waiting, login or interrupted; `detail` says why.

    hint: what a person can do. exit_code: what this stage alone would end the run with.
    """

    stage: str
    status: str
    detail: str
    seconds: float = 0.0
    attempts: int = 0
    exit_code: int = 0
    hint: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the outcome as `--json` prints it."""
        return {
            "stage": self.stage,
            "status": self.status,
            "detail": self.detail,
            "seconds": round(self.seconds, 2),
            "attempts": self.attempts,
            "exit_code": self.exit_code,
            "hint": self.hint,
        }


@dataclass
class RunResult:
    """What a run did. `left_out`: the stages after a fault that stops everything."""

    run_id: str
    stages: list[StageOutcome] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def exit_code(self) -> int:
        """What the process ends with."""
        return exit_code_of([stage.exit_code for stage in self.stages])

    @property
    def status(self) -> str:
        """The run as a whole: ok, waiting, login, interrupted, partial (a stage failed) or failed (all)."""
        bad = [stage for stage in self.stages if stage.exit_code]
        if not bad:
            return "ok"
        worst = next(stage for stage in bad if stage.exit_code == self.exit_code)
        if worst.status in ("waiting", "login", "interrupted"):
            return worst.status
        return "failed" if self.left_out or len(bad) == len(self.stages) else "partial"

    @property
    def summary(self) -> str:
        """The stages and how each ended, in one line."""
        return ", ".join(f"{stage.stage} {stage.status}" for stage in self.stages)

    def did(self, stage: str) -> bool:
        """Whether a stage ran to its end."""
        return any(one.stage == stage and one.status in ("ok", "partial") for one in self.stages)

    def to_dict(self) -> dict[str, Any]:
        """Return the run as `--json` prints it."""
        return {
            "run_id": self.run_id,
            "status": self.status,
            "exit_code": self.exit_code,
            "seconds": round(self.seconds, 2),
            "stages": [stage.to_dict() for stage in self.stages],
            "left_out": self.left_out,
        }

    def render(self) -> Table:
        """Return a line per stage; what a person can do stands under a stage that failed."""
        table = Table(box=None, show_header=False, pad_edge=False)
        for stage in self.stages:
            colour = (
                "yellow" if stage.exit_code else {"ok": "green", SKIPPED: "dim"}.get(stage.status, "yellow")
            )
            took = f"{stage.seconds:.1f} s" if stage.attempts else ""
            hint = f"\n{stage.hint}" if stage.hint else ""
            table.add_row(stage.stage, Text(stage.status, style=colour), took, stage.detail + hint)
        for name in self.left_out:
            table.add_row(name, Text("left out", style="yellow"), "", "the run had to stop before it")
        return table
