"""`spotiflow train` and its versions as a person meets them: sentences and exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from spotiflow.core.settings import Settings
from tests.conftest import command_line


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["--promote", "valence_audio", "1"], 2, "There is no version '1' of valence_audio."),
        (["--promote", "magic", "1"], 2, "There is no model 'magic'."),
        (["--rollback", "energy_audio"], 1, "energy_audio has no champion before the present one"),
        (["--rollback", "magic"], 2, "There is no model 'magic'."),
        (["--list", "--verify"], 2, "four different things to do"),
        (["--recipe", "magic"], 2, "There is no recipe 'magic'."),
        (["--list"], 0, "first in use: beats the"),
        (["--verify", "--model", "session_forecast"], 0, "metrics reproduced to 1e-06"),
    ],
)
def test_every_case_ends_in_a_sentence_and_an_exit_code(
    trained: Settings, words: list[str], code: int, sentence: str
) -> None:
    done = command_line(trained.home)("train", *words, check=False)
    assert done.returncode == code
    assert sentence in " ".join((done.stdout + done.stderr).split())


def test_a_figure_that_is_not_reproduced_ends_with_code_one(trained: Settings) -> None:
    from spotiflow.warehouse.database import open_warehouse

    with open_warehouse(trained) as db:
        db.execute("update ml.model_metrics set value = value + .001 where model = 'session_forecast'")
    run = command_line(trained.home)
    done = run("train", "--verify", "--model", "session_forecast", "--json", check=False)
    assert done.returncode == 1
    (found,) = json.loads(done.stdout)
    assert not found["holds"]
    assert found["worst"] == pytest.approx(0.001)


def test_the_page_of_models_is_written_where_it_is_wanted(trained: Settings, tmp_path: Path) -> None:
    run = command_line(trained.home)
    run("docs", "models", "--to", tmp_path / "page.md")
    assert (tmp_path / "page.md").read_text(encoding="utf-8").startswith("# Models and how good they are")
    assert (tmp_path / "page.json").exists()
    assert "Written:" in run("docs", "models").stdout
    assert (trained.models_dir / "models.md").exists()
