"""One reading statement, found names, refused writing, and the four ways to print rows."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.console import Console, RenderableType

from spotiflow.core.errors import (
    InputError,
    NotFoundError,
    SpotiflowError,
    UsageError,
)
from spotiflow.core.settings import Settings
from spotiflow.report.sql import as_unicode, format_rows, run_sql, write_rows
from spotiflow.warehouse.database import open_warehouse
from tests.paths import ROOT


@pytest.fixture
def warehouse(settings: Settings) -> Settings:
    """A warehouse with the same name in two layers, and values that are hard to print."""
    with open_warehouse(settings) as db:
        db.execute("create schema gold; create schema silver")
        db.execute("create table silver.tracks as select 'silver' as layer")
        db.execute(
            """create table gold.top_tracks as
            select unnest(['a|b', 'line\nbreak', '[bold]x', null]) as track_name,
                unnest([1, 2, 3, 4]) as plays, unnest([0.5, 'nan'::double, 1e9, null]) as share,
                timestamp '2025-01-02 03:04:05' as played_at"""
        )
    return settings


def shown(rows: RenderableType, width: int = 100, encoding: str = "utf-8") -> str:
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    Console(file=out, width=width).print(rows)
    out.flush()
    return str(out.buffer.getvalue().decode(encoding))


def test_plain_names_are_found_in_gold_silver_bronze_raw(warehouse: Settings) -> None:
    assert run_sql(warehouse, "select layer from tracks").rows == (("silver",),)
    assert run_sql(warehouse, "select count(*) from raw.tracks").rows == ((0,),)
    assert run_sql(warehouse, "from top_tracks;").n_rows == 4


@pytest.mark.parametrize(
    "query",
    ["with a as (select 1) from a", "values (1)", "describe top_tracks", "summarize top_tracks",
     "show tables", "explain select 1", "pragma table_info('top_tracks')",
     "pivot top_tracks on plays using count(*)",
     "-- a comment\nselect 1 -- and another"],
)  # fmt: skip
def test_what_reads_runs(warehouse: Settings, query: str) -> None:
    assert run_sql(warehouse, query).n_rows >= 1


@pytest.mark.parametrize(
    "query",
    ["drop table gold.top_tracks", "delete from top_tracks", "insert into raw.tracks default values",
     "update top_tracks set plays = 0", "create table gold.x as select 1", "create temp table x as select 1",
     "copy top_tracks to 'x.csv'", "export database 'x'", "attach 'x.duckdb'", "install httpfs", "load json",
     "set memory_limit = '1GB'", "begin", "checkpoint", "use silver", "vacuum", "prepare p as select 1"],
)  # fmt: skip
def test_what_does_not_read_is_refused(
    warehouse: Settings, query: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = warehouse.database_path.read_bytes()
    if query != "checkpoint":  # On a file opened read-only it does nothing.
        with pytest.raises(UsageError, match="only reads"):
            run_sql(warehouse, query)
    else:
        run_sql(warehouse, query)
    assert warehouse.database_path.read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"home"}


@pytest.mark.parametrize(
    "query",
    ["select * from read_csv('/etc/hostname')", "select * from read_text('/etc/hostname')",
     "select * from glob('/*')", "select * from '/etc/hostname.csv'",
     "explain analyze insert into raw.tracks default values"],
)  # fmt: skip
def test_no_other_file_is_reached(warehouse: Settings, query: str) -> None:
    with pytest.raises(SpotiflowError):
        run_sql(warehouse, query)


@pytest.mark.parametrize(
    "query", ["select 1; select 2", "select 1; drop table gold.top_tracks", "", "  ", "-- none"]
)
def test_there_must_be_one_statement(warehouse: Settings, query: str) -> None:
    with pytest.raises(UsageError, match="Expected one SQL statement"):
        run_sql(warehouse, query)
    assert run_sql(warehouse, "from top_tracks").n_rows == 4


@pytest.mark.parametrize(
    ("query", "sentence", "hint"),
    [
        ("from top_track", "top_track does not exist", "Did you mean top_tracks?"),
        ("select trackname from top_tracks", '"trackname" not found', "track_name"),
        ("selec 1", 'syntax error at or near "selec"', "spotiflow tables"),
        ("select track_name::int from top_tracks", "Could not convert string", "spotiflow tables"),
    ],
)
def test_an_error_is_one_sentence_with_near_names(
    warehouse: Settings, query: str, sentence: str, hint: str
) -> None:
    with pytest.raises(InputError) as raised:
        run_sql(warehouse, query)
    assert sentence in raised.value.message
    assert "\n" not in raised.value.message
    assert "Error:" not in raised.value.message
    assert hint in raised.value.hint


def test_without_a_warehouse_the_hint_says_how_to_start(settings: Settings) -> None:
    with pytest.raises(NotFoundError):
        run_sql(settings, "select 1")


def written(settings: Settings, query: str, style: str) -> str:
    """Return what `sql --csv`, `--json` or `--md` writes."""
    text = io.StringIO()
    write_rows(settings, query, style, text.write)
    return text.getvalue()


def test_long_answers_are_written_as_they_come(warehouse: Settings) -> None:
    query = "select range as n, repeat('x', 50) || '\r' as text from range(1_000_000)"
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sizes = list[int]()
    write_rows(warehouse, query, "csv", lambda text: sizes.append(len(text)))
    assert sum(sizes) == len("n,text\n") + sum(len(f"{n},") + 56 for n in range(1_000_000))
    assert max(sizes) <= 1_048_576
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - used < 350_000, "kilobytes"
    assert json.loads(written(warehouse, "select 1 as n where false", "json")) == []


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_query_that_takes_minutes_to_plan_can_be_stopped(
    warehouse: Settings, number: signal.Signals, code: int
) -> None:
    query = "with a0 as not materialized (select 1 as x)"
    for n in range(1, 20):
        query += f", a{n} as not materialized (select l.x from a{n - 1} as l, a{n - 1} as r)"
    words = [sys.executable, str(ROOT / "cli.py"), "sql", f"{query} select x from a19"]
    with subprocess.Popen(words, env=os.environ | {"SPOTIFLOW_HOME": str(warehouse.home)}) as running:
        time.sleep(4)
        assert running.poll() is None
        running.send_signal(number)
        assert running.wait(timeout=10) == code


@pytest.mark.parametrize("query", [b"select '\xff'", "select '\udcff'"])
def test_a_query_that_is_no_utf_8(warehouse: Settings, query: str | bytes) -> None:
    with pytest.raises(UsageError, match="no UTF-8"):
        run_sql(warehouse, as_unicode(query))


def test_a_query_of_a_file_from_windows(warehouse: Settings) -> None:
    assert run_sql(warehouse, as_unicode(b"\xef\xbb\xbfselect 1")).rows == ((1,),)


def test_a_limit_keeps_rows_and_counts_the_rest(warehouse: Settings) -> None:
    result = run_sql(warehouse, "from range(25000)", limit=3)
    assert (len(result.rows), result.n_rows, result.n_hidden) == (3, 25_000, 24_997)
    assert "24,997 more rows" in shown(format_rows(result))


def test_csv_json_and_markdown_hold_every_row(warehouse: Settings) -> None:
    query = "select *, 1 as plays from top_tracks order by 2"
    records = json.loads(written(warehouse, query, "json"))
    assert records[0] == {
        "track_name": "a|b", "plays": 1, "share": 0.5, "played_at": "2025-01-02T03:04:05", "plays_2": 1,
    }  # fmt: skip
    assert [record["share"] for record in records] == [0.5, None, 1e9, None]
    rows = list(csv.reader(io.StringIO(written(warehouse, query, "csv"))))
    assert rows[0] == ["track_name", "plays", "share", "played_at", "plays_2"]
    assert rows[2][0] == "line\nbreak"
    assert rows[4][0] == ""
    markdown = written(warehouse, query, "md").splitlines()
    assert len(markdown) == 6
    assert markdown[2].startswith("| a\\|b | 1 | 0.5 |")
    assert markdown[3].startswith("| line break |")


def test_other_types_print_everywhere(warehouse: Settings) -> None:
    query = """select uuid() as id, [1, 2] as items, {'a': date '2025-01-01'} as record,
        interval 3 days as span, 1.50::decimal(5, 2) as money, time '10:00' as at, 'x'::blob as bytes,
        true as yes"""
    record = json.loads(written(warehouse, query, "json"))[0]
    assert record["items"] == [1, 2]
    assert record["record"] == {"a": "2025-01-01"}
    assert record["yes"] is True
    assert "1.50" in shown(format_rows(run_sql(warehouse, query)), 300)
    for style in ("csv", "md"):
        assert "1.50" in written(warehouse, query, style)


def test_an_unknown_format_names_the_known_ones(warehouse: Settings) -> None:
    with pytest.raises(UsageError) as raised:
        written(warehouse, "select 1", "xml")
    assert "table, csv, json, md" in raised.value.hint


@pytest.mark.parametrize("width", [10, 40, 80])
def test_a_table_never_exceeds_the_width_and_names_what_it_hides(warehouse: Settings, width: int) -> None:
    columns = ", ".join(f"'{'x' * 60}' as column_{i}" for i in range(9))
    text = shown(format_rows(run_sql(warehouse, f"select {columns} from range(2)")), width)
    assert max(map(len, text.splitlines())) <= width
    assert "column_8" in re.sub(r"\s", "", text)


def test_one_wide_record_is_shown_downwards(warehouse: Settings) -> None:
    columns = ", ".join(f"{i} as column_{i}" for i in range(30))
    lines = shown(format_rows(run_sql(warehouse, f"select {columns}")), 60).splitlines()
    assert len(lines) == 30
    assert lines[29].split() == ["column_29", "29"]


def test_a_table_is_aligned_plain_and_without_markup(warehouse: Settings) -> None:
    text = shown(format_rows(run_sql(warehouse, "select track_name, plays from top_tracks order by 2")))
    assert text.splitlines() == [
        "track_name  plays",
        "a|b             1",
        "line break      2",
        "[bold]x         3",
        "NULL            4",
    ]
    assert "x" in shown(format_rows(run_sql(warehouse, "select '日本x' as name")), encoding="ascii")
    assert "No rows." in shown(format_rows(run_sql(warehouse, "from top_tracks where false")))
