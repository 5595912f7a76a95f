"""The one-screen table after training."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ml.evaluate import NO_LISTENER
from ml.results import TrainResult, TrainRow


def render(result: TrainResult) -> RenderableType:
    """Lay out what a training did: a row per number, then who serves and why, and what is missing."""
    parts: list[RenderableType] = [Text(_headline(result))]
    if result.rows:
        parts.append(_table(result.rows))
        parts.append(
            Text("* serves now. Brackets: 95 % interval, by artists (forecasts: by weeks) drawn anew.")
        )
    if any(row.dataset == "simulated" for row in result.rows):
        parts.append(Text("SIMULATED data: these figures say nothing about real music."))
    parts += [Text(f"{model}: {rule}") for model, rule in result.decisions.items()]
    parts += [Text(note) for note in result.notes]
    if result.problem:
        parts.append(Text(f"{result.problem.message} {result.problem.hint}"))
    return Group(*parts)


def _headline(result: TrainResult) -> str:
    if not result.changed:
        return "Nothing changed since the last training; nothing was done."
    return f"Trained {', '.join(result.trained)} in {result.seconds:.1f} s."


def _table(rows: list[TrainRow]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("model")
    table.add_column("version")
    table.add_column("metric")
    for name in ("value", "n", "baseline", "seed recipe"):
        table.add_column(name, justify="right")
    table.add_column("verdict")
    for row in rows:
        table.add_row(*_cells(row))
    return table


def _cells(row: TrainRow) -> list[str]:
    mark = "*" if row.is_champion else ""
    part = "" if row.part == "all" else f" {row.part}"
    whose = "" if row.listener_id == NO_LISTENER else f" ({row.listener_id})"
    interval = "" if row.low is None or row.high is None else f" [{_number(row.low)}, {_number(row.high)}]"
    return [
        f"{row.model}{part}{whose}{mark}",
        row.version,
        row.metric,
        f"{_number(row.value)}{interval}",
        f"{row.n:,}",
        _number(row.baseline_value),
        _number(row.seed_value),
        row.verdict,
    ]


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
