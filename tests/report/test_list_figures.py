"""What the footer of `recommend` says of the lists: the figure of the method that made them."""

from __future__ import annotations

from typing import Any

import pytest

from spotiflow.report.list_figures import NONE_YET, backtests, method_text


def _row(
    value: float, baseline: float, name: str = "frequency", metric: str = "recall_at_20"
) -> dict[str, Any]:
    return {
        "model": "relisten",
        "metric": metric,
        "value": value,
        "ci_low": value - 0.1,
        "ci_high": value + 0.1,
        "n": 120,
        "baseline_name": name,
        "baseline_value": baseline,
    }


def _said(rows: list[dict[str, Any]], method: str) -> str:
    (line,) = backtests(rows, {"relisten": method, "discovery": "taste"})
    return line


def test_the_figure_is_that_of_the_method_named() -> None:
    rows = [_row(0.55, 0.5), _row(0.55, 0.6, "recency")]
    assert _said(rows, "base_level_0.25_half_life_30") == (
        "back-test again, by age to the power -0.25, halved every 30 days: recall@20 .55 (.45 to .65), "
        "most played .50, n 120 tracks"
    )


def test_a_list_that_lost_says_so_and_shows_what_is_in_use() -> None:
    rows = [_row(0.55, 0.5), _row(0.55, 0.6, "recency")]
    assert _said(rows, "recency") == (
        "back-test again, by most recent: recall@20 .60, n 120 tracks; in use because the usual way did "
        "worse, .55 (.45 to .65)"
    )


def test_a_figure_that_is_full_or_empty_gives_way_to_one_that_tells() -> None:
    full = [_row(1.0, 1.0), _row(0.4, 0.3, metric="play_share_at_20")]
    assert "share of plays in 20 .40 (.30 to .50), most played .30, n 120 plays" in _said(full, "half_life_7")
    empty = [_row(0.0, 0.0, "popularity"), _row(0.02, 0.01, "popularity", "recall_at_100")]
    assert "recall@100 .02" in _said(empty, "half_life_7")


def test_without_a_figure_it_says_what_it_takes() -> None:
    assert backtests([], {"relisten": None, "discovery": None}) == [NONE_YET]


@pytest.mark.parametrize(
    ("method", "said"),
    [
        ("half_life_7", "halved every 7 days"),
        ("base_level_1.2", "age to the power -1.2"),
        ("taste", "artist, genre and popularity"),
        (None, "the usual way"),
    ],
)
def test_every_method_has_words(method: str | None, said: str) -> None:
    assert method_text(method) == said
