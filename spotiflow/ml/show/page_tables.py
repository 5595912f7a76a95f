"""Tables of the page of models, as Markdown."""

from __future__ import annotations

from typing import Any

import pandas as pd

from spotiflow.ml.models.seed_recipes import RIVAL_OF

HEAD = ["model", "measured on", "slice", "metric", "value", "95 % interval", "n", "baseline", "seed recipe"]


def markdown_table(head: list[str], rows: list[list[str]]) -> str:
    """Lay out a table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "/") for cell in line) + " |" for line in lines)


def metric_table(metrics: pd.DataFrame, models: list[str]) -> str:
    """Lay out every figure of some models."""
    chosen = metrics[metrics["model"].isin(models)]
    return markdown_table(HEAD, [_row(metrics, row) for row in chosen.to_dict("records")])


def _row(metrics: pd.DataFrame, row: dict[Any, Any]) -> list[str]:
    baseline = f"{number(row['baseline_value'])} ({row['baseline_name'].replace('_', ' ')})"
    return [
        row["model"],
        f"{row['dataset']}, {row['split'].replace('_', ' ')}",
        row["slice"].replace("_", " "),
        row["metric"].replace("_", " "),
        number(row["value"]),
        f"{number(row['ci_low'])} to {number(row['ci_high'])}",
        f"{row['n']:,}",
        baseline,
        _seed(metrics, row),
    ]


def _seed(metrics: pd.DataFrame, row: dict[Any, Any]) -> str:
    rival = RIVAL_OF.get(row["model"])
    keys = ["split", "slice", "metric", "listener"]
    same = (metrics[keys] == [row[key] for key in keys]).all(axis=1) & (metrics["model"] == rival)
    found = metrics[same]["value"]
    return number(found.iloc[0]) if len(found) else ""


def number(value: float | None) -> str:
    """Write a figure with three decimals; a dash for none."""
    return "-" if value is None or pd.isna(value) else f"{value:.3f}"
