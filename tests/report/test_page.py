"""The page fits: at most 60 lines of 100 columns, no line wider than the terminal, plain in a pipe."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from spotiflow.core.errors import InputError
from spotiflow.report.drawing.canvas import Canvas
from spotiflow.report.drawing.picture import save
from spotiflow.report.sections.report import Report
from spotiflow.report.terminal.page import Page
from tests.report.sample import full_report, printed, without_plays

FULL = full_report()
TITLES = (
    "Three findings",
    "Top artists",
    "Top albums",
    "Top tracks",
    "Clock",
    "Years",
    "Habits",
    "Mood of the music, not you",
    "Feature sources",
    "Models",
    "Next",
)


@pytest.mark.parametrize("width", [1, 20, 40, 79, 80, 95, 96, 99, 100, 120, 200])
@pytest.mark.parametrize("report", [FULL, without_plays(FULL)], ids=["full", "no plays"])
def test_no_line_is_wider_than_the_terminal(report: Report, width: int) -> None:
    assert max(map(cell_len, printed(report, width).splitlines())) <= min(width, 100)


@pytest.mark.parametrize("width", [100, 120, 300])
def test_the_fullest_page_has_at_most_60_lines(width: int) -> None:
    assert len(printed(FULL, width).splitlines()) <= 60


def test_a_pipe_receives_plain_text() -> None:
    text = printed(FULL)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e\u00a0]", text)


def test_a_name_is_never_read_as_markup() -> None:
    entry = replace(FULL.rankings[0].entries[0], name="[bold]x[/]")
    artists = replace(FULL.rankings[0], entries=(entry,))
    assert "[bold]x[/]" in printed(replace(FULL, rankings=(artists, *FULL.rankings[1:])))


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_an_encoding_without_blocks_gets_ascii(encoding: str) -> None:
    text = printed(FULL, encoding=encoding)
    assert "#" in text
    assert ("café" in text) is (encoding == "latin-1")


def test_what_is_simulated_is_said_in_the_first_line_and_in_every_title() -> None:
    lines = printed(FULL).splitlines()
    assert "SIMULATED listener and catalogue" in lines[0]
    assert all(any(f"{title}  simulated" in line for line in lines) for title in TITLES)


def test_a_simulated_catalogue_marks_only_what_speaks_of_songs() -> None:
    report = replace(FULL, who=replace(FULL.who, is_simulated=False))
    text = printed(report)
    assert "SIMULATED catalogue" in text.splitlines()[0]
    assert "Mood of the music, not you  simulated" in text
    assert "Top artists  simulated" not in text


def test_nothing_simulated_is_not_mentioned() -> None:
    real = replace(
        FULL,
        who=replace(FULL.who, is_simulated=False),
        sources=replace(FULL.sources, is_catalogue_simulated=False),
    )
    assert "simulated" not in printed(real).lower()


@pytest.mark.parametrize(("days", "told"), [(0, None), (1, "1 unknown day,"), (1_784, "1,784 unknown days,")])
def test_unknown_days_and_what_they_are_left_out_of_are_one_line(days: int, told: str | None) -> None:
    text = printed(replace(FULL, who=replace(FULL.who, unknown_days=days)))
    line = next((line for line in text.splitlines() if "unknown day" in line), None)
    assert (line is None) is (told is None)
    if line is not None and told is not None:
        assert told in line
        assert "in no average or trend" in line


@pytest.mark.parametrize(("days", "told"), [(0, False), (2, True)])
def test_days_of_over_24_hours_are_told(days: int, *, told: bool) -> None:
    text = printed(replace(FULL, who=replace(FULL.who, days_over_24_hours=days)))
    assert ("2 days over 24 h (two devices at once)" in text) is told
    assert ("over 24 h" in text) is told


def test_years_that_do_not_fit_share_the_first_line() -> None:
    early = FULL.years.years[:-6]
    line = next(line for line in printed(FULL).splitlines() if f"to {early[-1].year}" in line)
    assert f"{sum(year.plays for year in early):,}" in line
    assert f"{sum(year.minutes or 0 for year in early) / 60:,.0f} h" in line


def test_bars_and_shades_keep_order_and_ends() -> None:
    canvas = Canvas(80)
    lengths = [len(canvas.bar(i / 20, 8).rstrip()) for i in range(21)]
    assert lengths == sorted(lengths)
    assert lengths[0] == 0
    assert lengths[1] == 1, "a little is not nothing"
    assert lengths[-1] == 8
    assert [canvas.shade(x) for x in (0, 0.01, 0.3, 0.6, 0.8, 1)] == ["·", "░", "▒", "▓", "█", "█"]


def test_json_holds_what_a_program_needs() -> None:
    record = json.loads(json.dumps(FULL.to_dict(), default=str))
    assert record["who"]["first_date"] == "2006-01-02"
    assert record["models"]["models"][0]["verdict"].startswith("no clear gain")
    assert all(section["source"] for name, section in record.items() if isinstance(section, dict) and name)


def test_the_picture_is_the_page_and_asks_no_server(tmp_path: Path) -> None:
    save(Page(FULL), tmp_path / "report.svg")
    svg = (tmp_path / "report.svg").read_text(encoding="utf-8")
    assert svg.startswith("<svg")
    assert "Listening" in svg
    assert "url(http" not in svg.replace('"', "")
    assert "font-face" not in svg
    save(Page(FULL), tmp_path / "again.svg")
    assert (tmp_path / "again.svg").read_text(encoding="utf-8") == svg


def test_a_picture_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written") as raised:
        save(Page(FULL), tmp_path / "no" / "folder.svg")
    assert raised.value.hint


def test_a_terminal_gets_colours() -> None:
    out = io.StringIO()
    Console(width=100, force_terminal=True, color_system="standard", file=out).print(Page(FULL))
    assert "\x1b[32m" in out.getvalue()
