"""The one-screen table after training."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ml.evaluate import NO_LISTENER
from ml.models.seed_recipes import RIVAL_OF
from ml.results import FORECASTS, HEADLINES, TrainResult, TrainRow

METRIC_WORDS = {"r2": "R2", "accuracy": "accuracy", "mse_skill": "skill"}


def render(result: TrainResult) -> RenderableType:
    """Lay out what a training did: a row per model, then who does not serve and why, and what is missing.

    Only the number each verdict rests on is shown; `model_performance_metrics` and `--json` have the others.
    """
    parts: list[RenderableType] = [Text(_headline(result))]
    rows = _shown(result.rows)
    if rows:
        parts += [_table(rows), Text(_legend(rows), style="dim")]
    if any(row.dataset == "simulated" for row in rows):
        parts.append(Text("SIMULATED data: these figures say nothing about real music."))
    waiting = {row.model for row in rows if not row.is_champion} & set(result.decisions)
    parts += [Text(f"{model} does not serve: {result.decisions[model]}") for model in sorted(waiting)]
    parts += [Text(note) for note in result.notes]
    if result.problem:
        parts.append(Text(f"{result.problem.message} {result.problem.hint}"))
    return Group(*parts)


def _headline(result: TrainResult) -> str:
    if not result.changed:
        return "Nothing changed since the last training; nothing was done."
    versions = sorted({row.version for row in result.rows if row.model in result.trained})
    version = f", version {versions[0]}" if len(versions) == 1 else ""
    return f"{len(result.trained)} models trained in {result.seconds:.1f} s{version}"


def _shown(rows: list[TrainRow]) -> list[TrainRow]:
    """One row per model and listener; a seed recipe beside our own model is a column, not a row."""
    rivals = {RIVAL_OF[row.model] for row in rows if row.model in RIVAL_OF}
    order = list(HEADLINES)
    chosen = [
        row
        for row in rows
        if row.metric in (HEADLINES[row.model][0], "mse_skill") and row.model not in rivals
    ]
    return sorted(chosen, key=lambda row: (order.index(row.model), row.listener_id, row.part))


def _table(rows: list[TrainRow]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column("model", no_wrap=True)
    table.add_column("metric", no_wrap=True)
    for name in ("value, 95 %", "n", "base", "seed"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("verdict")
    several = len({row.listener_id for row in rows} - {NO_LISTENER}) > 1
    for row in rows:
        table.add_row(*_cells(row, name_listener=several))
    return table


def _cells(row: TrainRow, *, name_listener: bool) -> list[str]:
    whose = "" if row.listener_id == NO_LISTENER else "plays"
    if name_listener and whose:
        whose = row.listener_id
    elif row.model in FORECASTS:
        whose = ""  # Forecasts are of somebody's days in any case.
    part = "" if row.part == "all" else row.part
    value = _number(row.value)
    if row.low is not None and row.high is not None:
        value += f" ({_number(row.low)} to {_number(row.high)})"
    return [
        " ".join(filter(None, ["*" if row.is_champion else " ", row.model, part, whose])),
        METRIC_WORDS.get(row.metric, row.metric),
        value,
        f"{row.n:,}",
        _number(row.baseline_value),
        _number(row.seed_value),
        row.verdict.split(":")[0].split(" over ")[0],
    ]


def _legend(rows: list[TrainRow]) -> str:
    legend = "* serves now; base: the mean (or the most frequent mood) on the same unseen tracks"
    if any(row.seed_value is not None for row in rows):
        legend += "; seed: the older system's recipe"
    if any(row.metric == "mse_skill" for row in rows):
        legend += "; skill: squared error saved against the mean of the listener's own plays"
    return legend + ". Without a clear gain the base serves, or for forecasts what was best so far."


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.2f}".replace("-0.00", "0.00").replace("0.", ".", 1) if abs(value) < 1 else f"{value:.2f}"
