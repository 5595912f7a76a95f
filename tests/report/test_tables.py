"""`tables` reads layer, rows, grain, question and columns from the comments in the file."""

from __future__ import annotations

import json

import pytest
from rich.console import Console

from spotiflow.core.errors import NotFoundError
from spotiflow.core.settings import Settings
from spotiflow.report.tables import (
    LAYERS,
    TableDescription,
    TableList,
    describe_table,
    list_tables,
    split_description,
)
from spotiflow.warehouse.database import open_warehouse

COMMENT = "Which tracks did you play most?\nTies go to the lower id.\n\nGrain: listener_id, rank."


@pytest.fixture
def warehouse(settings: Settings) -> Settings:
    """A warehouse with one described gold table, and a view whose table is gone."""
    with open_warehouse(settings) as db:
        db.execute("create schema gold; create schema silver; create schema bronze")
        db.execute(
            "create table gold.top_tracks (rank integer, plays bigint, zones struct(a integer, b varchar)[])"
        )
        db.execute("insert into gold.top_tracks (rank) values (1), (2)")
        db.execute(f"comment on table gold.top_tracks is '{COMMENT}'")
        db.execute("comment on column gold.top_tracks.plays is 'Plays of 30 s or more, count.'")
        db.execute("create table silver.tracks (track_id varchar)")
        db.execute("create table raw.gone as select 1 as x")
        db.execute("create view bronze.gone_bronze as select x from raw.gone")
        db.execute("drop table raw.gone")
    return settings


def shown(page: TableList | TableDescription, width: int = 100) -> str:
    with (console := Console(width=width)).capture() as capture:
        console.print(page.render())
    return capture.get()


def test_every_table_is_listed_layer_by_layer(warehouse: Settings) -> None:
    tables = list_tables(warehouse, everything=True).tables
    order = [(LAYERS.index(table.layer), table.name) for table in tables]
    assert order == sorted(order)
    first = tables[0]
    assert (first.layer, first.name, first.rows, first.grain) == (
        "gold",
        "top_tracks",
        2,
        "listener_id, rank",
    )
    assert first.question == "Which tracks did you play most?"
    broken = next(table for table in tables if table.name == "gone_bronze")
    assert broken.rows is None
    assert broken.is_view


def test_what_a_person_asks_for_is_listed_and_the_rest_counted(warehouse: Settings) -> None:
    page = list_tables(warehouse)
    n_all = len(list_tables(warehouse, everything=True).tables)
    assert [(table.layer, table.name) for table in page.tables] == [("gold", "top_tracks")]
    text = shown(page)
    assert f"{n_all - 1} more that these are made of: spotiflow tables --all" in text
    assert "listening_history" not in text
    assert "--all" not in shown(list_tables(warehouse, everything=True))


def test_one_table_is_described_with_its_columns(warehouse: Settings) -> None:
    description = describe_table(warehouse, "top_tracks")
    assert description.table.notes == "Ties go to the lower id."
    assert [column.name for column in description.columns] == ["rank", "plays", "zones"]
    assert description.columns[1].type == "BIGINT"
    assert description.columns[1].description == "Plays of 30 s or more, count."
    text = shown(description)
    for words in (
        "gold.top_tracks",
        "2 rows",
        "One row per listener_id, rank.",
        "Plays of 30 s or more, count.",
    ):
        assert words in text


def test_a_name_is_found_as_sql_finds_it(warehouse: Settings) -> None:
    assert describe_table(warehouse, "tracks").table.layer == "silver"
    assert describe_table(warehouse, "raw.tracks").table.layer == "raw"
    assert describe_table(warehouse, " TOP_TRACKS ").table.name == "top_tracks"


@pytest.mark.parametrize(
    ("name", "hint"),
    [("top_track", "top_tracks"), ("history", "listening_history"), ("zzzz", "spotiflow tables")],
)
def test_an_unknown_table_gets_near_names(warehouse: Settings, name: str, hint: str) -> None:
    with pytest.raises(NotFoundError, match=f"no table '{name}'") as raised:
        describe_table(warehouse, name)
    assert hint in raised.value.hint


def test_without_a_warehouse_the_hint_says_how_to_start(settings: Settings) -> None:
    with pytest.raises(NotFoundError):
        list_tables(settings)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (COMMENT, ("Which tracks did you play most?", "Ties go to the lower id.", "listener_id, rank")),
        ("Plays as they came. More. Grain: one play.", ("Plays as they came.", "More.", "one play")),
        ("No full stop", ("No full stop", "", "")),
        ("Share of 0.5. Then? Grain: day", ("Share of 0.5. Then?", "", "day")),
        ("", ("", "", "")),
    ],
)
def test_a_description_splits_into_question_notes_and_grain(
    text: str, expected: tuple[str, str, str]
) -> None:
    assert split_description(text) == expected


@pytest.mark.parametrize("width", [60, 80, 100, 120])
def test_the_list_fits_and_says_how_to_go_on(warehouse: Settings, width: int) -> None:
    text = shown(list_tables(warehouse), width)
    assert max(map(len, text.splitlines())) <= width
    assert "spotiflow tables NAME" in text


def test_before_the_first_build_the_list_says_so(settings: Settings) -> None:
    with open_warehouse(settings):
        pass
    assert "Nothing is built yet" in shown(list_tables(settings))


def test_json_holds_the_same(warehouse: Settings) -> None:
    listed = json.loads(json.dumps(list_tables(warehouse).to_dict()))
    described = json.loads(json.dumps(describe_table(warehouse, "top_tracks").to_dict()))
    assert listed[0].items() <= described.items()
    assert described["columns"][0] == {"name": "rank", "type": "INTEGER", "description": ""}
