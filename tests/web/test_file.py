"""`report --html`: one file that needs nothing, the figures of the pages, no name but the one asked for."""

from __future__ import annotations

import re
import stat
from datetime import date
from pathlib import Path

import pytest

from spotiflow.core.errors import InputError, NotFoundError, UsageError
from spotiflow.core.files import write_output
from spotiflow.core.settings import Settings
from spotiflow.report.gold.period import Period, of_year
from spotiflow.web.saving.file import Choice, build_file
from tests.conftest import RunCli, command_line
from tests.report.conftest import small_warehouse  # noqa: F401 (a fixture)
from tests.web.conftest import Site

YEAR = of_year(2026)
TABLE = r'<section class="card[^"]*" id="{key}".*?<table>(.*?)</table>'


def table_of(page: str, key: str) -> list[list[str]]:
    """The table under a figure, as text without links."""
    found = re.search(TABLE.format(key=key), page, re.DOTALL)
    assert found, key
    rows = re.findall(r"<tr>(.*?)</tr>", found[1], re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[re.sub(r"<[^>]+>", "", cell) for cell in row] for row in cells]


@pytest.fixture(scope="module")
def year_file(demo_site: Site) -> str:
    return build_file(demo_site.settings, Choice(period=YEAR, name="A friend"))


@pytest.fixture(scope="module")
def whole_file(demo_site: Site) -> str:
    return build_file(demo_site.settings, Choice())


def test_a_file_needs_nothing(year_file: str, whole_file: str) -> None:
    for text in (year_file, whole_file):
        assert 40_000 < len(text.encode()) < 350_000
        assert "<script" not in text
        assert "default-src 'none'" in text
        # The only addresses are the empty picture of the tab and the names of SVG itself.
        outside = re.findall(r'(?:href|src|action|data|xlink:href)="([^"]*)"', text)
        assert set(outside) == {"data:,"}
        assert set(re.findall(r"https?://[^\s\"'<)]+", text)) == {"http://www.w3.org/2000/svg"}
        assert set(re.findall(r"url\(([^)]*)\)", text)) <= {"#hatch2025", "#hatch2026"}
        assert "@import" not in text


def test_its_figures_are_those_of_the_page(demo_site: Site, year_file: str) -> None:
    page = demo_site.get("/year/2026")
    for key in ("items", "artist", "track", "album", "months", "calendar", "genres", "moods"):
        assert table_of(year_file, key) == table_of(page, key), key
    tiles = r'<div class="tile" id="tile-\w+">.*?</div>'
    assert re.findall(tiles, year_file) == re.findall(tiles, page) != []


def test_figures_of_the_whole_history(demo_site: Site, whole_file: str) -> None:
    for path, keys in (("/", ("artist", "track", "album", "moods")), ("/music", ("plane", "by-month"))):
        page = demo_site.get(path)
        for key in keys:
            assert table_of(whole_file, key) == table_of(page, key), key


def test_another_name_and_no_hours_unless_asked(demo_site: Site, year_file: str) -> None:
    assert "<bdi>A friend</bdi>" in year_file
    assert not re.search(r"\bdemo\b", year_file), "the listener's own name is in it"
    assert 'id="clock"' not in year_file
    assert 'id="clock"' in build_file(demo_site.settings, Choice(period=YEAR, hours=True))


def test_simulated_people_are_marked_at_every_figure(year_file: str, whole_file: str) -> None:
    for text in (year_file, whole_file):
        assert "SIMULATED: this listener" in text
        cards = re.findall(r'<section class="card.*?</header>', text, re.DOTALL)
        assert len(cards) > 5
        assert all('<span class="chip">simulated</span>' in card for card in cards)


def test_small_histories_and_hostile_names(small_warehouse: Settings) -> None:  # noqa: F811 (the fixture)
    for listener in ("beginner", "newcomer"):
        text = build_file(small_warehouse, Choice(listener=listener, name='<b onclick="x">\u202eEve</b>'))
        assert "<b onclick" not in text
        assert "\u202e" not in text
    with pytest.raises(UsageError, match="no name"):
        build_file(small_warehouse, Choice(listener="beginner", name="\u200b \n"))
    for period in (of_year(1999), Period(date(1999, 1, 1), date(1999, 2, 1))):
        with pytest.raises(NotFoundError):
            build_file(small_warehouse, Choice(listener="beginner", period=period))
    with pytest.raises(NotFoundError, match="no plays at all"):
        build_file(small_warehouse, Choice(listener="nobody"))


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "a.html"
    write_output(target, "first")
    write_output(target, "second")
    assert target.read_text() == "second"
    assert stat.S_IMODE(target.stat().st_mode) & 0o600 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["a.html"]
    for wrong in (tmp_path, tmp_path / "none" / "a.html", Path("/dev/null")):
        with pytest.raises(InputError, match="cannot be written"):
            write_output(wrong, "x")
    assert Path("/dev/null").is_char_device()


@pytest.mark.slow
def test_the_command(demo_site: Site, tmp_path: Path) -> None:
    spotiflow: RunCli = command_line(demo_site.settings.home)
    target = tmp_path / "2026.html"
    said = spotiflow("report", "year", "2026", "--html", target, "--as", "A friend").stdout
    assert said == f"Saved {target}\n"
    assert "A friend" in target.read_text(encoding="utf-8")
    for words in (["--as", "Anna"], ["--html", "a.html", "--svg", "a.svg"], ["--hours"]):
        assert spotiflow("report", *words, check=False).returncode == 2
