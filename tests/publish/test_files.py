"""Parquet, CSV and Delta Lake: the same rows, descriptions, whole tables only, safe to repeat."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import deltalake
import duckdb
import pytest

from spotiflow.core.errors import HomeError, NotFoundError, UsageError
from spotiflow.core.settings import Settings
from spotiflow.ingest.listeners import add_listener
from spotiflow.people.forget import forget_listener
from spotiflow.people.forget.traces import holds
from spotiflow.people.forget.words import Words
from spotiflow.publish import files, publish
from spotiflow.publish.memory import remembered
from spotiflow.publish.own_folder import MARKER
from spotiflow.publish.results import PublishResult
from spotiflow.publish.tables import Table, list_tables
from spotiflow.warehouse.database import open_warehouse
from spotiflow.warehouse.known_copies import FORGOTTEN, copy_at, forget_in_copies, rename_in_copies
from tests.conftest import RunCli
from tests.publish.conftest import copied

PLAYS = "select play_id::varchar, played_at, day, n, small, share, is_even, name, genres from {} order by n"


def test_parquet_holds_the_same_rows_by_month(filled: Settings, tmp_path: Path) -> None:
    for _ in range(2):
        result = publish(filled, "parquet", tmp_path / "out")
    assert (len(result.tables), result.rows) == (3, 103)
    plays = tmp_path / "out" / "silver" / "plays"
    assert {part.name for part in plays.iterdir()} == {f"month=2024-{n:02}" for n in range(1, 6)}
    found = duckdb.execute(PLAYS.format(f"read_parquet('{plays}/*/*.parquet')")).fetchall()
    assert found == copied(filled.home, PLAYS.format("silver.plays"))
    metadata = f"from parquet_kv_metadata('{plays}/month=2024-01/*.parquet')"
    texts = dict(duckdb.execute(f"select decode(key), decode(value) {metadata}").fetchall())
    assert texts["description"] == "Which plays? It's a play. Grain: play."
    assert json.loads(texts["columns"])["share"] == 'Share, 0..1; "quoted".'
    empty = tmp_path / "out" / "gold" / "empty_one.parquet"
    assert duckdb.execute(f"select count(*) from '{empty}'").fetchall() == [(0,)]
    for entry in (tmp_path / "out").rglob("*"):
        assert stat.S_IMODE(entry.stat().st_mode) == (0o700 if entry.is_dir() else 0o600)
        assert not entry.name.startswith(".") or entry.name == MARKER


def test_what_a_kill_left_is_put_right(filled: Settings, tmp_path: Path) -> None:
    publish(filled, "parquet", tmp_path / "out")
    plays = tmp_path / "out" / "silver" / "plays"
    # Killed between the two renames: the old folder is away, the new one not yet in its place.
    plays.rename(plays.with_name(".old-plays"))
    (plays.with_name(".new-plays") / "month=2024-01").mkdir(parents=True)
    publish(filled, "parquet", tmp_path / "out", only=["top_albums"])
    assert duckdb.execute(f"select count(*) from '{plays}/*/*.parquet'").fetchall() == [(100,)]
    assert {entry.name for entry in plays.parent.iterdir()} == {"plays"}


@pytest.mark.parametrize("target", ["parquet", "csv", "delta"])
@pytest.mark.parametrize(
    "theirs", ["silver/.new-plays/a", "silver/.old-plays.csv", "silver/plays/a", "notes"]
)
def test_a_folder_with_things_of_others_is_refused(
    filled: Settings, tmp_path: Path, target: str, theirs: str
) -> None:
    place = tmp_path / "out" / theirs
    place.parent.mkdir(parents=True)
    place.write_text("mine")
    with pytest.raises(UsageError, match="did not publish"):
        publish(filled, target, tmp_path / "out")
    assert [entry for entry in (tmp_path / "out").rglob("*") if entry.is_file()] == [place]


@pytest.mark.parametrize("target", ["parquet", "csv", "delta"])
def test_in_a_folder_of_ours_things_of_others_stay(filled: Settings, tmp_path: Path, target: str) -> None:
    out = tmp_path / "out"
    publish(filled, target, out, only=["top_albums"])
    theirs = [out / "gold" / name for name in (".new-mine", ".old-mine.csv", "mine.parquet")]
    for place in theirs:
        place.write_text("mine")
    publish(filled, target, out, only=["top_albums"])
    assert [place.read_text() for place in theirs] == ["mine"] * 3
    in_the_way = out / files.place_of(target, _plays(filled))
    in_the_way.parent.mkdir(exist_ok=True)
    in_the_way.write_text("mine")
    with pytest.raises(UsageError, match="is in the way"):
        publish(filled, target, out)
    assert in_the_way.read_text() == "mine"


def _plays(settings: Settings) -> Table:
    with open_warehouse(settings, read_only=True) as db:
        return next(table for table in list_tables(db) if table.name == "plays")


def test_two_forms_do_not_share_a_table(filled: Settings, tmp_path: Path) -> None:
    publish(filled, "parquet", tmp_path / "out")
    with pytest.raises(UsageError, match="was published as parquet"):
        publish(filled, "delta", tmp_path / "out")


@pytest.mark.parametrize("target", ["parquet", "csv", "delta"])
def test_after_somebody_was_forgotten_a_publication_holds_nothing_of_them(
    filled: Settings, tmp_path: Path, target: str
) -> None:
    for name in ("anna", "me"):
        add_listener(filled, name, time_zone="UTC")
    fill = "insert into silver.plays (listener_id, play_id, played_at) values ('anna', uuid(), '2024-01-01')"
    with open_warehouse(filled) as db:
        db.execute(fill)
    out = tmp_path / "out"
    publish(filled, target, out)
    with open_warehouse(filled) as db:
        db.execute("drop table gold.empty_one; drop table gold.top_albums; drop table silver.plays")
        db.execute("delete from ml.track_embeddings")
    assert forget_listener(filled, "anna").copies == [f"published as {target} {out}"]
    with open_warehouse(filled) as db:
        db.execute("create schema gold; create schema silver")
        db.execute("create table gold.top_albums as select 'me' as listener_id")
        db.execute("create table gold.empty_one (listener_id varchar, value double)")
        db.execute(
            "create table silver.plays as select 'me' as listener_id, timestamp '2024-01-01' as played_at"
        )
    publish(filled, target, out, only=["top_albums"])
    known = copy_at(filled, target, out)
    assert known
    assert FORGOTTEN in known.listeners, "not every table is written again yet"
    publish(filled, target, out)
    known = copy_at(filled, target, out)
    assert known
    assert known.listeners == ["me"]
    for path in out.rglob("*"):
        assert path.is_dir() or not holds(path, Words(("anna",))), path


def test_csv_comes_with_a_dictionary(filled: Settings, tmp_path: Path) -> None:
    publish(filled, "csv", tmp_path / "out")
    plays = tmp_path / "out" / "silver" / "plays.csv"
    rows = f"select n, name, played_at::timestamp from read_csv('{plays}') order by n"
    found = duckdb.execute(rows).fetchall()
    assert found == copied(filled.home, "select n, name, played_at from silver.plays order by n")
    described = duckdb.execute(
        f"""select type, description, is_key from read_csv('{tmp_path / "out" / "columns.csv"}')
        where "table" = 'silver.plays' and "column" in ('share', 'play_id') order by "column" """
    ).fetchall()
    assert described == [("UUID", None, True), ("DOUBLE", 'Share, 0..1; "quoted".', False)]


def test_delta_keeps_versions_and_follows_a_changed_table(filled: Settings, tmp_path: Path) -> None:
    place = tmp_path / "out" / "silver" / "plays"
    first = next(t.version for t in publish(filled, "delta", tmp_path / "out").tables if "plays" in t.table)
    with open_warehouse(filled) as db:
        db.execute("delete from silver.plays where n >= 40")
    second = publish(filled, "delta", tmp_path / "out", only=["plays"]).tables[0].version
    assert first is not None
    assert second == first + 1
    for version, n_rows in ((first, 100), (second, 40)):
        table = deltalake.DeltaTable(str(place), version=version)
        rows = f"read_parquet({table.file_uris()})"
        assert duckdb.execute(f"select count(*) from {rows}").fetchall() == [(n_rows,)]
    latest = deltalake.DeltaTable(str(place))
    assert latest.metadata().description == "Which plays? It's a play. Grain: play."
    comments = {field.name: field.metadata.get("comment") for field in latest.schema().fields}
    assert comments["share"] == 'Share, 0..1; "quoted".'
    rows = f"read_parquet({latest.file_uris()}, hive_partitioning = true)"
    assert duckdb.execute(PLAYS.format(rows)).fetchall() == copied(filled.home, PLAYS.format("silver.plays"))

    with open_warehouse(filled) as db:
        db.execute("alter table silver.plays drop column share")
    publish(filled, "delta", tmp_path / "out", only=["plays"])
    assert "share" not in {field.name for field in deltalake.DeltaTable(str(place)).schema().fields}


def test_what_cannot_be_published(settings: Settings, filled: Settings, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no target 'excel'"):
        publish(filled, "excel", tmp_path)
    with pytest.raises(UsageError, match="was not said"):
        publish(filled, "parquet")
    with pytest.raises(UsageError, match="no table 'nope'"):
        publish(filled, "csv", tmp_path / "out", only=["nope"])
    (tmp_path / "file").touch()
    with pytest.raises(HomeError, match="cannot be used to publish"):
        publish(filled, "csv", tmp_path / "file")
    with open_warehouse(settings) as db:
        db.execute("drop schema gold cascade; drop schema silver cascade")
    with pytest.raises(NotFoundError, match="no tables to publish"):
        publish(settings, "parquet", tmp_path / "out")


def test_the_command(filled: Settings, tmp_path: Path, run_cli: RunCli) -> None:
    words = ("publish", "csv", tmp_path / "out", "--table", "plays", "--json")
    told = json.loads(run_cli(*words, SPOTIFLOW_HOME=str(filled.home)).stdout)
    assert (told["rows"], [table["table"] for table in told["tables"]]) == (100, ["silver.plays"])


def test_whoever_is_forgotten_while_it_is_written_is_not_named_again(
    filled: Settings, tmp_path: Path
) -> None:
    """A publication to PostgreSQL reads from a copy of the file, and does not keep `forget` waiting."""
    for name in ("anna", "bert", "me"):
        add_listener(filled, name, time_zone="UTC")
    result = PublishResult("postgres", "postgresql://localhost/x")
    with open_warehouse(filled, read_only=True) as db, remembered(filled, db, result, []):
        forget_in_copies(filled, ["anna"])
        rename_in_copies(filled, "bert", "carl")
    known = copy_at(filled, "postgres", "postgresql://localhost/x")
    assert known is not None
    assert sorted(known.listeners) == [FORGOTTEN, "bert", "carl", "me"]
