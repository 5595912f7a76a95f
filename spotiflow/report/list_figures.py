"""How the lists of `recommend` did on plays they had not seen, each by the method that it is made by now."""

from __future__ import annotations

import re
from typing import Any

from spotiflow.core import words

LISTED = {"relisten": "again", "discovery": "new"}
METHODS = {
    "frequency": "most played",
    "recency": "most recent",
    "popularity": "most popular",
    "taste": "artist, genre and popularity",
}
FIGURES = {
    "recall_at_20": "recall@20",
    "recall_at_100": "recall@100",
    "play_share_at_20": "share of plays in 20",
}
NONE_YET = "back-test: none yet; it takes 200 plays before the last 28 days"


def backtests(rows: list[dict[str, Any]], methods: dict[str, str | None]) -> list[str]:
    """Say for each list what it is made by and how that did. rows: of gold, slice `all` first."""
    lines = [
        _line(LISTED[model], [row for row in rows if row["model"] == model], method)
        for model, method in methods.items()
        if any(row["model"] == model for row in rows)
    ]
    return lines or [NONE_YET]


def _line(listed: str, rows: list[dict[str, Any]], method: str | None) -> str:
    figure = telling_figure(rows)
    shown = [row for row in rows if row["metric"] == figure]
    first = shown[0]
    lost = (row for row in shown if row["baseline_value"] > row["value"])
    of_method = [row for row in lost if row["baseline_name"] == method]
    told = f"n {first['n']:,} tracks" if figure != "play_share_at_20" else f"n {first['n']:,} plays"
    if of_method:
        one = of_method[0]
        return (
            f"back-test {listed}, by {method_text(method)}: {FIGURES[figure]} "
            f"{words.unit(one['baseline_value'])}, {told}; in use because the usual way did worse, "
            f"{words.unit(one['value'])} ({words.interval(one['ci_low'], one['ci_high'])})"
        )
    return (
        f"back-test {listed}, by {method_text(method)}: {FIGURES[figure]} {words.unit(first['value'])} "
        f"({words.interval(first['ci_low'], first['ci_high'])}), "
        f"{method_text(first['baseline_name'])} {words.unit(first['baseline_value'])}, {told}"
    )


def telling_figure(rows: list[dict[str, Any]]) -> str:
    """Return the figure that still tells lists apart: recall of 20, where it is neither all nor nothing."""
    first = next(row for row in rows if row["metric"] == "recall_at_20")
    others = {row["metric"] for row in rows}
    if first["value"] >= 1 and "play_share_at_20" in others:
        return "play_share_at_20"
    if first["value"] == first["baseline_value"] == 0 and "recall_at_100" in others:
        return "recall_at_100"
    return "recall_at_20"


def method_text(method: str | None) -> str:
    """Say how plays are weighed, or what else a list is made by."""
    if method is None or method in METHODS:
        return METHODS.get(method or "", "the usual way")
    power = re.search(r"base_level_(\d+(?:\.\d+)?)", method)
    days = re.search(r"half_life_(\d+)", method)
    said = [f"age to the power -{power[1]}"] if power else []
    return ", ".join([*said, *([f"halved every {days[1]} days"] if days else [])]) or method
