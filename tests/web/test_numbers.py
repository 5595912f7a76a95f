"""Every number of every page is recomputed by SQL of its own from the warehouse, not from the copy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from spotiflow.warehouse.database import open_warehouse
from spotiflow.web.figure import Page
from spotiflow.web.pages import PAGES
from spotiflow.web.pages.day import lead
from spotiflow.web.view import View, look
from tests.report.conftest import PLAYS
from tests.web.conftest import Site
from tests.web.recomputed import DAY_COLUMNS, DEPTHS, HEARD, TILES
from tests.web.recomputed_habits import HABITS_AND_MODELS

pytestmark = pytest.mark.slow
FIGURES = HEARD | HABITS_AND_MODELS
PERIODS = ("all", "2026", "2026-Q2", "28d")


@contextmanager
def looking(site: Site, **asked: str) -> Iterator[View]:
    with site.keeper.current().reading() as gold:
        yield look(gold, asked, "")


def page_of(view: View, path: str) -> Page:
    return PAGES[path](view)


def compared(site: Site, view: View, sql: str, depth: int = 10) -> list[list[Any]]:
    kind = view.span.kind if view.span.kind in ("year", "quarter", "month") else "all"
    values = {"listener": view.listener, "first": view.span.first, "last": view.span.last, "depth": depth}
    values |= {"kind": kind}
    with open_warehouse(site.settings, read_only=True) as db:
        return fetched(db, sql, values)


def fetched(db: duckdb.DuckDBPyConnection, sql: str, values: dict[str, Any]) -> list[list[Any]]:
    rows = db.execute(sql, {name: value for name, value in values.items() if f"${name}" in sql}).fetchall()
    return [[float(cell) if isinstance(cell, Decimal) else cell for cell in row] for row in rows]


def assert_same(found: list[list[Any]], expected: list[list[Any]], what: str) -> None:
    assert len(found) == len(expected), f"{what}: {len(found)} rows, expected {len(expected)}"
    for i, (row, other) in enumerate(zip(found, expected, strict=True)):
        for cell, wanted in zip(row, other, strict=True):
            if isinstance(wanted, int | float) and not isinstance(wanted, bool):
                assert cell == pytest.approx(wanted, rel=1e-9, abs=1e-9), f"{what}, row {i}: {row} / {other}"
            else:
                assert cell == wanted, f"{what}, row {i}: {row} / {other}"


def check(site: Site, view: View, path: str) -> None:
    page = page_of(view, path)
    known = FIGURES[path]
    assert {figure.key for figure in page.figures} == set(known), "a figure without a recomputation"
    for figure in page.figures:
        sql = known[figure.key]
        if figure.key == "months" and view.span.days <= 62:
            sql = DAY_COLUMNS
        expected = compared(site, view, sql, DEPTHS.get(path, 10))
        if figure.empty and not figure.table:
            assert not [row for row in expected if any(isinstance(c, int | float) and c for c in row[1:])]
            continue
        assert figure.table is not None, figure.key
        width = len(expected[0]) if expected else 0
        assert_same([row[:width] for row in figure.table.values()], expected, f"{path} {figure.key}")


@pytest.mark.parametrize("path", FIGURES)
@pytest.mark.parametrize("period", PERIODS)
def test_every_table_of_every_page(demo_site: Site, path: str, period: str) -> None:
    with looking(demo_site, period=period) as view:
        check(demo_site, view, path)


@pytest.mark.parametrize("path", FIGURES)
@pytest.mark.parametrize("listener", PLAYS)
def test_every_table_of_small_histories(small_site: Site, path: str, listener: str) -> None:
    with looking(small_site, listener=listener) as view:
        check(small_site, view, path)


@pytest.mark.parametrize("period", [*PERIODS, "2026-03"])
def test_tiles_and_how_they_stand_to_the_period_before(demo_site: Site, period: str) -> None:
    with looking(demo_site, period=period) as view:
        tiles = {tile.key: tile for tile in page_of(view, "/").tiles}
        (expected,) = compared(demo_site, view, TILES)
        names = ("plays", "minutes", "artists", "tracks", "sessions", "days", "measured_share")
        assert_same([[tiles[name].value for name in names]], [expected], "tiles")
        if view.span.before is None or view.span.before[0] < view.history[0]:
            assert not any(tile.change for tile in tiles.values())
            return
        values = dict(zip(("first", "last"), view.span.before, strict=True)) | {"listener": view.listener}
        with open_warehouse(demo_site.settings, read_only=True) as db:
            ((plays, *_),) = fetched(db, TILES, values)
        by = abs(expected[0] / plays - 1) * 100
        assert tiles["plays"].change.replace("\u00a0", " ") in {
            f"{'+' if expected[0] >= plays else chr(0x2212)}{by:.1f} %",
            f"{'+' if expected[0] >= plays else chr(0x2212)}{by:.0f} %",
        }


def test_places_are_compared_with_the_period_of_the_same_length_before(demo_site: Site) -> None:
    with looking(demo_site, period="2026-03") as view:
        (figure,) = (one for one in page_of(view, "/top").figures if one.key == "artist")
        assert figure.table is not None
        before = {
            "listener": view.listener,
            "first": date(2026, 2, 1),
            "last": date(2026, 2, 28),
            "depth": 10**6,
        }
        with open_warehouse(demo_site.settings, read_only=True) as db:
            past = {row[1]: row[0] for row in fetched(db, FIGURES["/top"]["artist"], before)}
        for entry, row in zip(figure.entries, figure.table.values(), strict=True):
            assert row[4] == past.get(row[1])
            by = (past[row[1]] - row[0]) if row[1] in past else None
            expected = "new" if by is None else f"▲ {by}" if by > 0 else f"▼ {-by}" if by < 0 else "="
            assert entry.change == expected


def test_rankings_are_those_of_the_gold_tables(demo_site: Site) -> None:
    with looking(demo_site, period="2026-Q2") as view:
        tables = {figure.key: figure.table for figure in page_of(view, "/top").figures}
    for kind, name in (("artist", "artist_name"), ("track", "track_name"), ("album", "album_name")):
        sql = f"""
            select rank, {name} from gold.top_{kind}s where listener_id = 'demo' and period_kind = 'quarter'
                and period_start = date '2026-04-01' and rank <= 50 order by rank
        """
        with open_warehouse(demo_site.settings, read_only=True) as db:
            expected = fetched(db, sql, {})
        table = tables[kind]
        assert table is not None
        assert [row[:2] for row in table.values()] == expected


def test_minutes_rank_by_minutes_and_sum_up(demo_site: Site) -> None:
    with looking(demo_site, unit="minutes") as view:
        page = page_of(view, "/")
    tables = {figure.key: figure.table for figure in page.figures}
    with open_warehouse(demo_site.settings, read_only=True) as db:
        (total,) = fetched(db, "select sum(ms_played) / 60000.0 from gold.listening_log", {})
        top = fetched(
            db,
            "select artist_name from gold.listening_log where artist_name is not null group by 1 "
            "order by sum(ms_played) desc, count(*) desc, 1 limit 10",
            {},
        )
    clock, artists = tables["clock"], tables["artist"]
    assert clock is not None
    assert artists is not None
    assert sum(sum(row[1:]) for row in clock.values()) == pytest.approx(total[0])
    assert [[row[1]] for row in artists.values()] == top


def test_one_artist_one_track_one_album_one_day(demo_site: Site) -> None:
    with open_warehouse(demo_site.settings, read_only=True) as db:
        ((artist, track, album, day),) = fetched(
            db,
            "select mode(artist_name), mode(track_id), mode(album_name), mode(date) from gold.listening_log",
            {},
        )
    filters = {
        "/artist/{name:path}": ({"name": artist}, f"and artist_name = '{artist}'"),
        "/track/{ident:path}": ({"ident": track}, f"and track_id = '{track}'"),
        "/album/{name:path}": ({"name": album, "artist": ""}, f"and album_name = '{album}'"),
        "/day/{day}": ({"day": day.isoformat()}, f"and date = date '{day}'"),
    }
    for path, (values, condition) in filters.items():
        with looking(demo_site) as view:
            page = PAGES[path](view, **values)
            sql = f"""
                select count(*), sum(ms_played) / 60000.0, count(distinct track_id)
                from gold.listening_log where listener_id = $listener {condition}
            """
            (expected,) = compared(demo_site, view, sql)
        tiles = {tile.key: tile.value for tile in page.tiles}
        assert tiles["plays"] == expected[0], path
        assert tiles["minutes"] == pytest.approx(expected[1]), path
        assert tiles.get("tracks", 1) == expected[2], path
        tables = {figure.key: figure.table for figure in page.figures}
        if path == "/day/{day}":
            assert len(tables["log"].rows) == expected[0]  # type: ignore[union-attr]
            assert sum(row[1] for row in tables["hours"].values()) == expected[0]  # type: ignore[union-attr]
            continue
        months, clock = tables["months"], tables["clock"]
        assert months is not None
        assert clock is not None
        assert sum(row[1] for row in months.values()) == expected[0], path
        assert sum(cell for row in clock.values() for cell in row[1:]) == expected[0], path


def test_a_day_of_over_24_hours_says_so() -> None:
    assert "two devices at once" in lead("complete", is_over_24_hours=True)
    assert "two devices" not in lead("complete", is_over_24_hours=False)


def test_the_year_is_that_of_the_period(demo_site: Site) -> None:
    with looking(demo_site, period="2026") as view:
        overview, year = page_of(view, "/"), PAGES["/year/{year}"](view, "2026")
    tables = {figure.key: figure.table for figure in overview.figures}
    for figure in year.figures:
        if figure.key in ("clock", "months", "calendar", "history") and figure.table:
            assert figure.table.values() == tables[figure.key].values()  # type: ignore[union-attr]
    tiles = {tile.key: tile.value for tile in overview.tiles}
    assert {tile.key: tile.value for tile in year.tiles} == pytest.approx(
        {tile.key: tiles[tile.key] for tile in year.tiles}
    )
    sql = "select item, value from gold.year_in_review where listener_id = 'demo' and year = 2026"
    with open_warehouse(demo_site.settings, read_only=True) as db:
        items = {row[0]: row[1] for row in fetched(db, sql, {})}
    assert items["plays"] == tiles["plays"]
    assert items["days"] == tiles["days"]
    (stood_out,) = (one for one in year.figures if one.key == "items")
    assert stood_out.table is not None
    assert {row[2] for row in stood_out.table.values()} <= set(items.values())
