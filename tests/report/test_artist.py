"""One artist, and one day of the year: every value recomputed from gold, near names, simulated said."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, replace
from datetime import date, datetime
from pathlib import Path

import pytest
import time_machine
from rich.console import Console

from spotiflow.core.errors import NotFoundError
from spotiflow.core.settings import Settings, load_settings
from spotiflow.report.drawing.paper import Paper
from spotiflow.report.gold.period import Period
from spotiflow.report.sections.artist import ArtistReport, build_artist, folded_name
from spotiflow.report.sections.methods import build_methods
from spotiflow.report.sections.report import build_report
from spotiflow.report.sections.today import build_today
from spotiflow.report.terminal import artist, methods, today
from spotiflow.warehouse.database import open_warehouse
from tests.report.recomputed_findings import Answers
from tests.report.test_printed import NUMBER, leaves, written

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def demo(demo_output: tuple[Path, str]) -> Settings:
    """The demo's home, for reading only."""
    return load_settings(home=demo_output[0], lock_wait_seconds=5.0)


def shown(page: Paper, width: int = 100) -> str:
    with (console := Console(width=width)).capture() as capture:
        console.print(page)
    return capture.get()


@pytest.fixture(scope="module")
def favourite(demo: Settings) -> str:
    with open_warehouse(demo, read_only=True) as db:
        ask = Answers(db, "demo")
        name: str = ask.value(
            "select artist_name from top_artists where listener_id = $me and period_kind = 'all' and rank = 4"
        )
    return name


def test_an_artist_is_that_of_gold(demo: Settings, favourite: str) -> None:
    report = build_artist(demo, favourite.upper())
    quoted = favourite.replace("'", "''")
    with open_warehouse(demo, read_only=True) as db:
        ask = Answers(db, "demo")
        plays, minutes, tracks, rank = ask.row(
            f"""select plays, minutes, tracks, (
                select count(*) + 1 from top_artists as more where more.listener_id = $me
                and more.period_kind = 'all' and more.plays > top_artists.plays
            ) from top_artists where listener_id = $me and period_kind = 'all' and artist_name = '{quoted}'"""
        )
        total, artists = ask.row("select plays, artists from listening_overview where listener_id = $me")
        by_year = ask.rows(
            f"""select year(period_start), plays, minutes from top_artists where listener_id = $me
            and period_kind = 'year' and artist_name = '{quoted}' order by 1"""
        )
        best = ask.rows(
            f"""select track_name, plays from top_tracks where listener_id = $me and period_kind = 'all'
            and artist_name = '{quoted}' order by rank limit 1"""
        )
    assert (report.artist, report.plays, report.tracks, report.artists) == (favourite, plays, tracks, artists)
    assert report.rank == rank
    assert [report.share, report.minutes] == pytest.approx([plays / total, minutes])
    assert [(y.year, y.plays) for y in report.years.years] == [row[:2] for row in by_year]
    assert [(e.name, e.plays) for e in report.top_tracks.entries[:1]] == best
    assert report.is_simulated
    _check_numbers(report)


def _check_numbers(report: ArtistReport) -> None:
    allowed = {str(rank) for rank in range(1, 11)}
    for leaf in leaves(asdict(report)):
        allowed |= written(leaf)
    for width in (80, 100):
        text = shown(artist.page(report), width)
        assert max(map(len, text.splitlines())) <= width
        assert set(NUMBER.findall(text)) <= allowed
        assert "SIMULATED" in text.splitlines()[0]


def test_a_part_of_an_artist(demo: Settings, favourite: str) -> None:
    whole = build_artist(demo, favourite)
    part = build_artist(demo, favourite, period=Period(None, whole.first_date))
    assert (part.days, part.first_date, part.last_date) == (1, whole.first_date, whole.first_date)
    assert 0 < part.plays < whole.plays
    assert json.loads(json.dumps(part.to_dict(), default=str))["period"]["until"] == str(whole.first_date)


def test_an_artist_nobody_played_gets_near_names(demo: Settings, favourite: str) -> None:
    with pytest.raises(NotFoundError, match="No play is by an artist") as raised:
        build_artist(demo, favourite[:-1] + "xq")
    assert favourite in raised.value.hint
    with pytest.raises(NotFoundError) as raised:
        build_artist(demo, "  ")
    assert "spotiflow sql" in raised.value.hint
    with pytest.raises(NotFoundError, match="in the period 1999"):
        build_artist(demo, favourite, period=Period(date(1999, 1, 1), date(1999, 12, 31)))


def test_names_are_the_same_in_any_case_and_without_accents() -> None:
    assert folded_name(" Beyoncé ") == folded_name("BEYONCE")
    assert folded_name("Sigur Rós") != folded_name("Sigur")


def test_this_day_is_that_of_gold(demo: Settings) -> None:
    with open_warehouse(demo, read_only=True) as db:
        ask = Answers(db, "demo")
        day = ask.value("select max(date) from temporal_trends where listener_id = $me and total_plays > 0")
        expected = ask.row(
            f"""select total_plays, minutes from temporal_trends
            where listener_id = $me and date = date '{day}'"""
        )
        empty = ask.value(
            """select min(date) from temporal_trends where listener_id = $me and total_plays = 0
            and strftime(date, '%m-%d') not in (
                select month_day from on_this_day where listener_id = $me)"""
        )
        plays: dict[date, int] = dict(
            ask.rows("select date, total_plays from temporal_trends where listener_id = $me")
        )
    report = build_today(demo, day=day)
    assert [report.days[0].plays, report.days[0].minutes] == pytest.approx(expected)
    assert all(entry.date.day == day.day and entry.date.month == day.month for entry in report.days)
    assert report.is_simulated
    text = shown(today.page(report), 80)
    assert "SIMULATED" in text.splitlines()[0]
    assert f"{expected[0]:,}" in text
    nothing = build_today(demo, day=empty)
    assert nothing.days == ()
    assert nothing.nearest_date is not None
    assert plays[nothing.nearest_date] == nothing.nearest_plays
    assert str(nothing.nearest_date) in shown(today.page(nothing))


def test_a_day_before_everything(small_warehouse: Settings) -> None:
    report = build_today(small_warehouse, "beginner", date(1999, 5, 17))
    assert "No plays up to this day yet." in shown(today.page(report))
    assert "No plays up to this day yet." in shown(today.page(build_today(small_warehouse, "nobody")))


@pytest.mark.parametrize(
    ("moment", "listener", "day"),
    [
        # The machine is on UTC: by its own clock each of these would be the 25th of November.
        ("2026-11-25T10:59:00", "beginner", date(2026, 11, 25)),
        ("2026-11-25T11:00:00", "beginner", date(2026, 11, 26)),
        ("2026-11-25T20:00:00", "newcomer", date(2026, 11, 26)),
        ("2026-11-25T20:00:00", "nobody", date(2026, 11, 25)),
        # Before the move the listener lived in Paris.
        ("2025-11-25T20:00:00", "beginner", date(2025, 11, 25)),
    ],
)
def test_today_is_the_day_where_the_listener_lives(
    small_warehouse: Settings, tmp_path: Path, moment: str, listener: str, day: date
) -> None:
    moved = replace(small_warehouse, home=tmp_path)
    shutil.copyfile(small_warehouse.database_path, moved.database_path)
    with open_warehouse(moved) as db:
        db.execute(
            """update silver.time_zone_intervals set valid_to = '2026-01-01' where listener_id = 'beginner';
            insert into silver.time_zone_intervals by name
            select 'beginner' as listener_id, 'Pacific/Auckland' as time_zone,
                timestamp '2026-01-01' as valid_from, timestamp '9999-12-31' as valid_to"""
        )
    with time_machine.travel(datetime.fromisoformat(f"{moment}+00:00"), tick=False):
        assert build_today(moved, listener).day == day


def test_methods_say_what_the_numbers_rest_on(demo: Settings, small_warehouse: Settings) -> None:
    report = build_report(demo, "demo")
    found = build_methods(demo, report)
    text = " ".join(shown(methods.page(found)).split())
    assert "SIMULATED" in text
    assert "GENERATED catalogue" in text
    assert f"{report.who.plays:,} plays" in text
    assert not any("Pandya" in citation for citation in found.citations), "not used"
    allowed = {number for leaf in leaves(report.to_dict()) for number in written(leaf)}
    data = found.paragraphs["Data"] + found.paragraphs["Audio features"]
    assert set(NUMBER.findall(data)) <= allowed
    real = build_methods(small_warehouse, build_report(small_warehouse, "beginner"))
    assert "account data" in real.paragraphs["Data"]
    assert "SIMULATED" not in shown(methods.page(real))
    assert build_methods(small_warehouse, build_report(small_warehouse, "nobody")).paragraphs["Data"] == (
        "No plays yet."
    )
