"""The one screen after training: how good each model is, and what that can and cannot tell a person."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from spotiflow.ml.data.evaluate import NO_LISTENER
from spotiflow.ml.models.seed_recipes import RIVAL_OF
from spotiflow.ml.show.results import (
    FORECASTS,
    HEADLINES,
    TrainResult,
    TrainRow,
)

METRIC_WORDS = {
    "r2": "R2",
    "mse_skill": "skill",
    "rmse_gain": "gain",
    "accuracy": "acc.",
    "recall_at_20": "r@20",
    "same_artist_hit_at_10": "hit",
    "silhouette": "silh.",
}
# What a model tells, in words that stand after "can tell" and "cannot tell".
TOLD = {
    "valence_audio": "the valence of a track from its other audio features",
    "energy_audio": "the energy of a track from its other audio features",
    "mood_category": "the mood of a track without valence or energy",
    "valence_names_artist": "the valence of a track from its names",
    "energy_names_artist": "the energy of a track from its names",
    "valence_listener": "the valence of your own tracks that nobody measured",
    "energy_listener": "the energy of your own tracks that nobody measured",
    "daily_forecast": "the {part} of your next days",
    "session_forecast": "the {part} of your next session",
}
VERDICT_WORDS = {"clear gain": "better", "no clear gain": "no better", "not enough data yet": "too few"}
SHORT_VERSION = 4
LONGEST_NAME = 18


def render(result: TrainResult) -> RenderableType:
    """Lay out what a training did: a row per model, what it can and cannot tell, and what is missing.

    Only the number each verdict rests on is shown; `model_performance_metrics` and `--json` have the others.
    """
    parts: list[RenderableType] = [Text(_headline(result))]
    rows = _shown(result.rows)
    if rows:
        parts += [_table(rows), Text(_legend(rows), style="dim")]
        parts += [Text(line) for line in _told(rows)]
    if result.n_looks:
        parts.append(
            Text(f"Looks at the frozen test of this catalogue so far: {result.n_looks}.", style="dim")
        )
    parts += [Text(line) for line in _simulated(rows)]
    parts += [Text(line) for line in _waiting(rows, result.decisions)]
    parts += [Text(note) for note in result.notes]
    if result.problem:
        parts.append(Text(f"{result.problem.message} {result.problem.hint}"))
    return Group(*parts)


def _simulated(rows: list[TrainRow]) -> list[str]:
    """Say which of the figures are of invented tracks or people, and no more than those."""
    simulated = [row for row in rows if row.dataset == "simulated"]
    if not simulated:
        return []
    if len(simulated) == len(rows):
        return ["SIMULATED data: these figures say nothing about real music."]
    people = sorted({row.listener_id for row in simulated} - {NO_LISTENER})
    of = ["the catalogue"] if any(row.listener_id == NO_LISTENER for row in simulated) else []
    return [
        f"SIMULATED: the figures of {', '.join(of + people)} say nothing about real music; the others do."
    ]


def _headline(result: TrainResult) -> str:
    if not result.changed:
        return "Nothing changed since the last training; nothing was done."
    days = sorted({row.version.split("-")[0] for row in result.rows if row.model in result.trained})
    version = f", versions {days[-1]}-..." if days else ""
    return f"{result.summary}{version}"


def _shown(rows: list[TrainRow]) -> list[TrainRow]:
    """One row per model and listener; a seed recipe beside our own model is a column, not a row."""
    rivals = {RIVAL_OF[row.model] for row in rows if row.model in RIVAL_OF}
    order = {model: place for place, model in enumerate(HEADLINES)}
    chosen = [
        row
        for row in rows
        if row.model not in rivals
        and (row.metric in ("mse_skill", HEADLINES.get(row.model, (row.metric,))[0]))
    ]
    return sorted(
        chosen, key=lambda row: (order.get(row.model, len(order)), row.model, row.listener_id, row.part)
    )


def _table(rows: list[TrainRow]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column("model", min_width=LONGEST_NAME)
    table.add_column("ver.", no_wrap=True)
    table.add_column("metric", no_wrap=True)
    for name in ("value, 95 %", "n", "base", "seed", "last"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    several = len({row.listener_id for row in rows} - {NO_LISTENER}) > 1
    for row in rows:
        table.add_row(*_cells(row, name_listener=several))
    return table


def _cells(row: TrainRow, *, name_listener: bool) -> list[str]:
    value = _number(row.value)
    if row.low is not None and row.high is not None:
        value += f" ({_number(row.low)}, {_number(row.high)})"
    return [
        " ".join(filter(None, ["*" if row.is_champion else " ", _name(row, name_listener=name_listener)])),
        row.version.rpartition("-")[2][:SHORT_VERSION],
        METRIC_WORDS.get(row.metric, row.metric[:5]),
        value,
        f"{row.n:,}",
        _number(row.baseline_value),
        _number(row.seed_value),
        _number(row.last_value),
        VERDICT_WORDS.get(_short_verdict(row), _short_verdict(row)),
    ]


def _name(row: TrainRow, *, name_listener: bool) -> str:
    whose = "" if row.listener_id == NO_LISTENER or row.model in FORECASTS else "plays"
    if name_listener and row.listener_id != NO_LISTENER:
        whose = row.listener_id
    part = "" if row.part == "all" else row.part
    return " ".join(filter(None, [row.model, part, whose]))


def _short_verdict(row: TrainRow) -> str:
    return row.verdict.split(":")[0].split(" over ")[0]


def _waiting(rows: list[TrainRow], decisions: dict[str, str]) -> list[str]:
    """Say which of the models fitted now are not in use, and why, those with the same reason together."""
    reasons: dict[str, list[str]] = {}
    for model in sorted({row.model for row in rows if not row.is_champion} & set(decisions)):
        reasons.setdefault(decisions[model], []).append(model)
    return [
        f"{', '.join(models)} {'are' if len(models) > 1 else 'is'} not in use: {reason}"
        for reason, models in reasons.items()
    ]


def _told(rows: list[TrainRow]) -> list[str]:
    """Say what the figures can and cannot tell, a listener's own before those of the catalogue."""
    clear: dict[str, bool] = {}
    for row in sorted(rows, key=lambda row: row.listener_id == NO_LISTENER):
        if row.model in TOLD:
            words = TOLD[row.model].format(part=row.part)
            clear.setdefault(words, _short_verdict(row) == "clear gain")
    lines = []
    can = [words for words, is_clear in clear.items() if is_clear]
    cannot = [words for words, is_clear in clear.items() if not is_clear]
    if can:
        lines.append(f"This can tell, better than the base: {'; '.join(can)}.")
    if cannot:
        lines.append(f"It cannot tell, better than the base: {'; '.join(cannot)}.")
    return lines


def _legend(rows: list[TrainRow]) -> str:
    legend = "* in use; base: the mean (or the most frequent mood) on the same unseen tracks"
    if any(row.seed_value is not None for row in rows):
        legend += "; seed: the older system's recipe"
    if any(row.last_value is not None for row in rows):
        legend += "; last: the version before"
    if any(row.metric == "mse_skill" for row in rows):
        legend += "; skill: squared error saved against the mean of the listener's own plays"
    if any(row.metric == "accuracy" for row in rows):
        legend += "; acc.: accuracy"
    if any(row.metric == "recall_at_20" for row in rows):
        legend += "; r@20: places of a list of 20 that were played"
    if any(row.metric == "rmse_gain" for row in rows):
        legend += "; gain: share of the error that it saves"
    return legend + ". Without a clear gain the base is used, or for forecasts what was best so far."


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.2f}".replace("-0.00", "0.00").replace("0.", ".", 1) if abs(value) < 1 else f"{value:.2f}"
