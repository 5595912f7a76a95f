"""Between trainings forecasts and lists follow new plays, and nothing else is touched."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from spotiflow.core.settings import Settings
from spotiflow.ml.recommend.task import RELISTEN
from spotiflow.ml.refresh import refresh
from spotiflow.ml.train import train
from spotiflow.warehouse.database import open_warehouse
from tests.ml.builders import (
    frame,
    play_rows,
    query,
    write_silver,
)

FIGURES = "select model, version, listener_id, metric, value from ml.model_metrics order by all"
VERSIONS = "select model, version from ml.model_versions order by all"
AHEAD = "select max(target_date) from ml.forecasts where listener_id = 'me'"
CURRENT = "select track_id, rank from ml.recommendations where is_current and kind = 'again' order by rank"


def a_week_more(settings: Settings, rows: pd.DataFrame, favourite: int = 7) -> None:
    """Write seven days of listening after the 100 that were trained on, half of it one track."""
    plays = play_rows(rows, 856)
    new = (plays.index >= 800) & (plays.index % 2 == 0)
    columns = ["track_id", "track_name", "artist_name", "track_genre"]
    song = rows.iloc[favourite]
    plays.loc[new, columns] = [
        song["track_id"],
        song["track_name"],
        song["primary_artist"],
        song["track_genre"],
    ]
    write_silver(settings, rows, plays, rows)


def test_new_plays_move_forecasts_and_lists_but_no_figure(trained: Settings, rows: pd.DataFrame) -> None:
    before = [query(trained, sql) for sql in (VERSIONS, FIGURES, AHEAD, CURRENT)]
    a_week_more(trained, rows)
    found = refresh(trained)
    assert found is not None
    assert found.changed
    versions, figures, ahead, lists = (query(trained, sql) for sql in (VERSIONS, FIGURES, AHEAD, CURRENT))
    assert (versions, figures) == (before[0], before[1])
    assert (ahead[0][0] - before[2][0][0]).days == 7
    assert lists[0] == (rows.iloc[7]["track_id"], 1)
    assert lists != before[3]
    assert query(trained, "select count(*) from ml.recommendations where is_current and rank = 1") == [(2,)]


def test_the_same_plays_make_no_second_list(trained: Settings, rows: pd.DataFrame) -> None:
    counted = "select count(*) from ml.recommendations"
    first = query(trained, counted)
    assert refresh(trained) is not None
    assert query(trained, counted) == first
    a_week_more(trained, rows)
    refresh(trained)
    [(second,)] = query(trained, counted)
    refresh(trained)
    assert query(trained, counted) == [(second,)] != first


def test_the_method_is_the_one_the_training_chose(trained: Settings, rows: pd.DataFrame) -> None:
    with open_warehouse(trained) as db:
        db.execute("update ml.listener_runs set method = 'recency' where model = ?", [RELISTEN])
    a_week_more(trained, rows)
    refresh(trained)
    assert query(trained, "select method from ml.listener_runs where model = 'relisten'") == [("recency",)]


def test_the_next_training_judges_what_was_only_refreshed(trained: Settings, rows: pd.DataFrame) -> None:
    a_week_more(trained, rows)
    refresh(trained)
    judged = "select max(created_at), max(n) from ml.model_metrics where model = 'relisten'"
    before = query(trained, judged)
    models = [RELISTEN, "daily_forecast", "session_forecast"]
    assert set(train(trained, models=models).trained) >= {"daily_forecast", "session_forecast"}
    assert query(trained, judged) != before
    after = frame(trained, "select * exclude (created_at, model_version) from ml.forecasts order by all")
    refresh(trained)
    again = frame(trained, "select * exclude (created_at, model_version) from ml.forecasts order by all")
    pd.testing.assert_frame_equal(after, again)


@pytest.mark.parametrize("without", ["version", "file", "code", "catalogue"])
def test_without_a_training_to_build_on_there_is_none(
    trained: Settings, without: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if without == "version":
        with open_warehouse(trained) as db:
            db.execute("delete from ml.model_aliases where model = 'session_forecast'")
    if without == "file":
        next(trained.models_dir.glob("daily_forecast-*.skops")).write_bytes(b"another")
    if without == "code":
        monkeypatch.setattr("spotiflow.ml.engine.tasks.code_version", lambda *_: "another")
    if without == "catalogue":
        with open_warehouse(trained) as db:
            db.execute("delete from silver.kaggle_tracks")
    assert refresh(trained) is None


def test_no_library_that_fits_models_is_loaded(trained: Settings, rows: pd.DataFrame) -> None:
    a_week_more(trained, rows)
    code = (
        "import sys; from spotiflow.core.settings import load_settings; from spotiflow.ml.refresh import refresh; "
        "assert refresh(load_settings()).changed; "
        "sys.exit([name for name in ('sklearn', 'skops', 'scipy') if name in sys.modules] != [])"
    )
    environment = {"SPOTIFLOW_HOME": str(trained.home), "PATH": str(Path(sys.executable).parent)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
