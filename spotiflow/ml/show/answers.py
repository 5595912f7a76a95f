"""The older system's seven candidates for an improvement, each answered by its measured figure and in words."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from spotiflow.ml.show.page_tables import markdown_table, number


@dataclass(frozen=True)
class Candidate:
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
CANDIDATES = (
    Candidate(
        "split of the user's data by time",
        "temporal_split",
        TIME,
        "valence",
        "r2",
        "every figure on a listener is of later plays; a random split of the same plays says {at_random}, as "
        "the same tracks are then on both sides",
        in_use=True,
    ),
    Candidate(
        "temporal features",
        "temporal_features",
        TIME,
        "valence",
        "mse_skill",
        "weighted means of the past are what forecasts are made of; here with hour, weekday and lags",
        in_use=True,
    ),
    Candidate("sequence models", "sequence_model", TIME, "valence", "mse_skill", "a network on ten plays"),
    Candidate(
        "embeddings",
        "embedding_inputs",
        ARTISTS,
        "valence",
        "rmse_gain",
        "discriminants of the genre; pretrained ones would need the audio, which no export holds",
    ),
    Candidate("Gaussian mixture", "gaussian_mixture", ARTISTS, "valence", "rmse_gain", "soft memberships"),
    Candidate("autoencoder", "autoencoder", ARTISTS, "valence", "rmse_gain", "codes of the features"),
    Candidate("tuning", "tuning", ARTISTS, "valence", "rmse_gain", "twelve random settings on inner folds"),
)
HEAD = ["candidate", "recipe", "figure", "95 % interval", "n", "baseline", "answer"]


def answers(metrics: pd.DataFrame) -> str:
    """Answer each candidate from the metrics; one that was not measured yet says how to."""
    return markdown_table(HEAD, [_answer(candidate, metrics) for candidate in CANDIDATES])


def _answer(candidate: Candidate, metrics: pd.DataFrame) -> list[str]:
    recipe = f"`train --recipe improvements --model {candidate.model}`"
    row = _row(metrics, candidate, candidate.split, candidate.part)
    if row is None:
        return [
            candidate.title,
            recipe,
            "not measured yet",
            "",
            "",
            "",
            candidate.answer.split("; a random")[0],
        ]
    random = _row(metrics, candidate, "random_rows", "at_random")
    words = candidate.answer.format(at_random=number(random["value"]) if random is not None else "more")
    gain = row["ci_low"] > row["baseline_value"]
    verdict = "in use" if candidate.in_use else "gains, not yet in use" if gain else "left out: no clear gain"
    return [
        candidate.title,
        recipe,
        f"{candidate.metric.replace('_', ' ')} {number(row['value'])}",
        f"{number(row['ci_low'])} to {number(row['ci_high'])}",
        f"{row['n']:,}",
        f"{number(row['baseline_value'])} ({row['baseline_name'].replace('_', ' ')})",
        f"{verdict}; {words}",
    ]


def _row(metrics: pd.DataFrame, candidate: Candidate, split: str, part: str) -> pd.Series | None:
    same = (metrics["model"] == candidate.model) & (metrics["metric"] == candidate.metric)
    found = metrics[same & (metrics["split"] == split) & (metrics["slice"] == part)]
    return found.iloc[0] if len(found) else None
