"""The older system's seven hopes, each answered by its measured figure and in words."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from spotiflow.ml.show.page_tables import markdown_table, number


@dataclass(frozen=True)
class Hope:
    """One improvement: the row that measures it, and what follows from it beside the figure.

    answer: said in any case. in_use: whether spotiflow works that way whatever the figure.
    """

    title: str
    model: str
    split: str
    part: str
    metric: str
    answer: str
    in_use: bool = False


ARTISTS, TIME = "artist_grouped_test", "global_time"
HOPES = (
    Hope(
        "split of the user's data by time",
        "temporal_split",
        TIME,
        "valence",
        "r2",
        "every figure on a listener is of later plays; a random split of the same plays says {at_random}, as "
        "the same tracks are then on both sides",
        in_use=True,
    ),
    Hope(
        "temporal features",
        "temporal_features",
        TIME,
        "valence",
        "mse_skill",
        "weighted means of the past are what forecasts are made of; here with hour, weekday and lags",
        in_use=True,
    ),
    Hope("sequence models", "sequence_model", TIME, "valence", "mse_skill", "a network on ten plays"),
    Hope(
        "embeddings",
        "embedding_inputs",
        ARTISTS,
        "valence",
        "rmse_gain",
        "discriminants of the genre; pretrained ones would need the audio, which no export holds",
    ),
    Hope("Gaussian mixture", "gaussian_mixture", ARTISTS, "valence", "rmse_gain", "soft memberships"),
    Hope("autoencoder", "autoencoder", ARTISTS, "valence", "rmse_gain", "codes of the features"),
    Hope("tuning", "tuning", ARTISTS, "valence", "rmse_gain", "twelve random settings on inner folds"),
)
HEAD = ["hope", "recipe", "figure", "95 % interval", "n", "baseline", "answer"]


def answers(metrics: pd.DataFrame) -> str:
    """Answer each hope from the metrics; one that was not measured yet says how to."""
    return markdown_table(HEAD, [_answer(hope, metrics) for hope in HOPES])


def _answer(hope: Hope, metrics: pd.DataFrame) -> list[str]:
    recipe = f"`train --recipe improvements --model {hope.model}`"
    row = _row(metrics, hope, hope.split, hope.part)
    if row is None:
        return [hope.title, recipe, "not measured yet", "", "", "", hope.answer.split("; a random")[0]]
    random = _row(metrics, hope, "random_rows", "at_random")
    words = hope.answer.format(at_random=number(random["value"]) if random is not None else "more")
    gain = row["ci_low"] > row["baseline_value"]
    verdict = "in use" if hope.in_use else "gains, not yet in use" if gain else "left out: no clear gain"
    return [
        hope.title,
        recipe,
        f"{hope.metric.replace('_', ' ')} {number(row['value'])}",
        f"{number(row['ci_low'])} to {number(row['ci_high'])}",
        f"{row['n']:,}",
        f"{number(row['baseline_value'])} ({row['baseline_name'].replace('_', ' ')})",
        f"{verdict}; {words}",
    ]


def _row(metrics: pd.DataFrame, hope: Hope, split: str, part: str) -> pd.Series | None:
    same = (metrics["model"] == hope.model) & (metrics["metric"] == hope.metric)
    found = metrics[same & (metrics["split"] == split) & (metrics["slice"] == part)]
    return found.iloc[0] if len(found) else None
