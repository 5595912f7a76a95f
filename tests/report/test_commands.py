"""The commands of the report as a person runs them: page, JSON and picture, piped and in any width."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.conftest import command_line

pytestmark = pytest.mark.slow
FORMS = {
    "whole": [],
    "period": ["--since", "2026-02", "--until", "2026-03"],
    "year": ["year", "2026"],
    "today": ["today", "--date", "2026-06-28"],
    "artist": ["artist", "dyrio"],
    "methods": ["--methods"],
}


@pytest.mark.parametrize("form", FORMS)
def test_each_form_prints_a_page_that_fits_and_is_plain(demo_output: tuple[Path, str], form: str) -> None:
    page = command_line(demo_output[0])("report", *FORMS[form], COLUMNS="80").stdout
    assert max(map(cell_len, page.splitlines())) <= 80
    assert "simulated" in page.lower()
    assert "\x1b" not in page


@pytest.mark.parametrize("form", ["year", "artist"])
def test_json_and_picture_say_the_same(demo_output: tuple[Path, str], tmp_path: Path, form: str) -> None:
    run = command_line(demo_output[0])
    record = json.loads(run("report", *FORMS[form], "--json").stdout)
    assert record["is_simulated"] if form == "artist" else record["who"]["is_simulated"]
    run("report", *FORMS[form], "--svg", tmp_path / "page.svg")
    picture = (tmp_path / "page.svg").read_text(encoding="utf-8")
    assert picture.startswith("<svg")
    assert "simulated" in picture.lower()


def test_an_artist_nobody_played_ends_in_one_sentence(demo_output: tuple[Path, str]) -> None:
    done = command_line(demo_output[0])("report", "artist", "dyri", check=False)
    assert done.returncode == 1
    assert "Did you mean Dyrio" in done.stderr
    assert done.stdout == ""
