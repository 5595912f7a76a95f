"""The page of models: what stands in docs comes from its record, and every stored figure is on it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from spotiflow.core.errors import NotFoundError
from spotiflow.core.settings import Settings
from spotiflow.ml.show.page import (
    Record,
    page_of,
    read_record,
    write_page,
)
from spotiflow.ml.show.targets import (
    TARGETS,
    Target,
    judge_all,
    not_measured,
)
from spotiflow.warehouse.database import open_warehouse
from tests.ml.builders import frame
from tests.paths import ROOT

DOCS = ROOT / "docs" / "models.md"
RECORD = ROOT / "benchmarks" / "models.json"


def test_the_page_in_docs_is_what_its_record_gives() -> None:
    record = Record.from_json(RECORD.read_text(encoding="utf-8"))
    assert DOCS.read_text(encoding="utf-8") == page_of(record)
    assert "the Kaggle Spotify Tracks file" in DOCS.read_text(encoding="utf-8")


def test_the_page_in_docs_answers_all_seven_hopes_with_a_figure() -> None:
    text = DOCS.read_text(encoding="utf-8")
    for model in (
        "temporal_split",
        "temporal_features",
        "sequence_model",
        "embedding_inputs",
        "gaussian_mixture",
        "autoencoder",
        "tuning",
    ):
        assert f"`train --recipe improvements --model {model}`" in text
    assert "not measured yet" not in text


def test_every_figure_of_the_newest_versions_is_on_the_page(trained: Settings, tmp_path: Path) -> None:
    path = write_page(trained, tmp_path / "out" / "models.md")
    text = path.read_text(encoding="utf-8")
    rows = frame(trained, "select model, metric, value from ml.model_metrics")
    table = [line for line in text.splitlines() if line.startswith("| ")]
    for row in rows.to_dict("records"):
        words = (f"| {row['model']} |", f"| {row['metric'].replace('_', ' ')} |", f"| {row['value']:.3f} |")
        assert any(all(word in line for word in words) for line in table), words
    assert page_of(Record.from_json(path.with_suffix(".json").read_text(encoding="utf-8"))) == text
    record = read_record(trained)
    assert record.n_looks == frame(trained, "from ml.test_looks").shape[0] > 0


def test_without_figures_there_is_no_page(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    with open_warehouse(settings):
        pass
    with pytest.raises(NotFoundError, match="no figures of models yet"):
        write_page(settings, tmp_path / "models.md")
    assert not (tmp_path / "models.md").exists()


def _row(value: float) -> dict[str, object]:
    return {
        "model": "m",
        "split": "s",
        "slice": "all",
        "metric": "r2",
        "value": value,
        "ci_low": value - 0.02,
        "ci_high": value + 0.02,
        "n": 100,
        "listener_id": "-",
    }


@pytest.mark.parametrize(
    ("value", "word", "holds"),
    [
        (0.61, "stretch", True),
        (0.55, "reached", True),
        (0.49, "within two standard errors", True),
        (0.47, "missed", False),
    ],
)
def test_a_target_is_judged_by_its_interval(value: float, word: str, holds: bool) -> None:
    (reached,) = Target("m", "s", "all", "r2", 0.5, 0.6).judge(pd.DataFrame([_row(value)]))
    assert (reached.word, reached.holds) == (word, holds)
    (most,) = Target("m", "s", "all", "r2", 0.5, at_most=True).judge(pd.DataFrame([_row(1.04 - value)]))
    assert most.holds is (value >= 0.53)
    assert judge_all(pd.DataFrame([_row(value)])) == []
    assert len(not_measured(pd.DataFrame([_row(value)]))) == len(TARGETS)
