"""What `train` calls simulated: the figures of invented tracks and people, and no others."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from spotiflow.ml.data.evaluate import NO_LISTENER
from spotiflow.ml.show.results import TrainResult, TrainRow
from spotiflow.ml.show.trust import trust
from tests.ml.builders import shown

ROW = TrainRow(
    model="valence_audio",
    version="20260101-abcdef0123",
    listener_id=NO_LISTENER,
    dataset="catalogue",
    part="all",
    metric="r2",
    value=0.5,
    low=0.4,
    high=0.6,
    n=100,
    baseline_name="train_mean",
    baseline_value=0.0,
    seed_value=None,
    last_value=None,
    verdict="clear gain over train mean",
    is_champion=True,
)
ANNA = replace(ROW, model="daily_forecast", listener_id="anna", dataset="simulated", metric="mse_skill")
ME = replace(ANNA, listener_id="me", dataset="listener")
INVENTED = replace(ROW, dataset="simulated")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([ROW, ME], None),
        ([ROW, ME, ANNA], "SIMULATED: the figures of anna say nothing about real music; the others do."),
        (
            [INVENTED, ME],
            "SIMULATED: the figures of the catalogue say nothing about real music; the others do.",
        ),
        ([INVENTED, ANNA], "SIMULATED data: these figures say nothing about real music."),
    ],
)
def test_simulated_is_said_of_what_is_and_of_nothing_else(rows: list[TrainRow], said: str | None) -> None:
    printed = " ".join(shown(TrainResult(rows, True, [], 1.0)).split())
    assert ("SIMULATED" in printed) == (said is not None)
    assert said is None or said in printed


def _metric(metric: str, value: float, *, dataset: str = "listener", listener: int = 2) -> dict[str, object]:
    return {
        "model": "energy_listener",
        "dataset": dataset,
        "split": "artists_left_out",
        "slice": "known_artist",
        "metric": metric,
        "listener": listener,
        "value": value,
        "n": 300,
        "baseline_value": 2 * value,
    }


def test_how_far_numbers_can_be_trusted_is_measured_on_nobody_invented() -> None:
    real = [_metric("rmse", 0.14), _metric("coverage_90", 0.91)]
    invented = [_metric("rmse", 0.01, dataset="simulated", listener=1)]
    text = trust(pd.DataFrame(invented + real))
    assert (
        "| energy of a listener's track, the artist in the catalogue | 0.140 | 0.280 | 0.910 | 300 |" in text
    )
    assert trust(pd.DataFrame(invented)) == ""
