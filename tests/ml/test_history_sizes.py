"""What a listener with 50, 200, 1,500 or 50,000 plays gets: the answer, or a sentence on what is missing."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from spotiflow.core.settings import Settings
from spotiflow.ml.train import train
from tests.ml.builders import frame, play_rows, write_silver

FORECASTS = ["daily_forecast", "session_forecast"]


@pytest.mark.parametrize(
    ("n_plays", "n_days"),
    [(50, 0), (200, 0), (1500, 7), (50_000, 7)],
)
def test_forecasts_or_the_reason_why_not(
    n_plays: int, n_days: int, tmp_path: Path, rows: pd.DataFrame
) -> None:
    settings = Settings(home=tmp_path / "home")
    write_silver(settings, rows, play_rows(rows, n_plays), rows)
    result = train(settings, models=FORECASTS)
    ahead = frame(settings, "select distinct target_date from ml.forecasts where made_on < target_date - 1")
    assert len(ahead) == max(0, n_days - 1)
    assert len(result.notes) == (0 if n_days else 2)
    for note in result.notes:
        assert "not enough data yet" in note
        assert "60 needed" in note
    again = train(settings, models=FORECASTS)
    assert not again.changed
    assert again.notes == result.notes
