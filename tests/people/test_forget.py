"""Forgetting a listener: nothing of them is left in any table, byte of the file, login or inbox."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from spotiflow.core.errors import HomeError, NotFoundError, UsageError
from spotiflow.core.settings import Settings
from spotiflow.ingest.exports import import_exports
from spotiflow.ingest.kaggle import load_kaggle
from spotiflow.ingest.listeners import add_listener
from spotiflow.ingest.spotify.spool import Batch, spool, spooled
from spotiflow.ingest.spotify.token_store import token_path
from spotiflow.people.forget import forget_listener, render
from spotiflow.pipeline.backup_commands import make_backup
from spotiflow.warehouse.database import open_warehouse
from tests.conftest import RunCli
from tests.ingest import builders as b
from tests.ingest.conftest import Rows

Query = Callable[..., Rows]
SECRET = "Zyxwvut Nonesuch"


def own_play(number: int) -> b.Record:
    return b.play(
        number,
        master_metadata_track_name=f"{SECRET} Song {number}",
        master_metadata_album_artist_name=f"{SECRET} Band",
        spotify_track_uri=b.track_uri(500_000 + number),
    )


@pytest.fixture
def two(settings: Settings, tmp_path: Path) -> Settings:
    """A home with anna, whose secrets are to go, and bert; both know track 1, and one is in the catalogue."""
    for name in ("anna", "bert"):
        add_listener(settings, name, display_name=f"{name.capitalize()} Longname", time_zone="UTC")
    shared = [b.play(1), b.play(2)]
    theirs = b.write(
        tmp_path / "a" / "endsong_0.json", [*shared, *map(own_play, range(50)), b.play(3, ts="x")]
    )
    import_exports(settings, [theirs], listener_id="anna")
    others = b.write(tmp_path / "b" / "endsong_0.json", [b.play(1), b.play(9, ts="x"), b.local_file(4)])
    import_exports(settings, [others], listener_id="bert")
    load_kaggle(settings, b.write(tmp_path / "d.csv", b.catalogue([b.catalogue_row(2)])))
    with open_warehouse(settings) as db:
        for number in (1, 2, 500_001):
            values = [f"{number:022d}", f"{SECRET} {number}" if number > 9 else "Song"]
            db.execute(
                "insert into raw.tracks (track_id, track_name, fetched_at) values (?, ?, now())", values
            )
            db.execute("insert into raw.missing_tracks values (?, now())", values[:1])
            db.execute("insert into ml.track_embeddings values (?, [0.5], 'm', '1', now())", values[:1])
        db.execute(
            """insert into ml.forecasts
            values ('anna', 'x', '2024-01-01', '2024-01-01', 1, 0, 0, 0, 0, true, 'm', '1', now())"""
        )
        db.execute("create schema gold")
        db.execute(f"create table gold.top_artists as select '{SECRET} Band' as artist_name")
    for name in ("anna", "bert"):
        token_path(settings, name).write_text("{}")
        spool(settings, Batch(name, [], {"calls": [], "backoffs": []}))
    (settings.inbox_dir / "spotify-1.unreadable").write_text('{"listener_id": "anna", "ite')
    (settings.logs_dir / "spotiflow.log").write_text(f"{SECRET} Song 1 stored\n")
    (settings.home / "backup.duckdb").write_bytes(b"x")
    return settings


def test_nothing_of_them_is_left(two: Settings, query: Query) -> None:
    assert SECRET.encode() in two.database_path.read_bytes()
    forgotten = forget_listener(two, "anna")
    assert SECRET.encode() not in two.database_path.read_bytes()
    assert b"Anna Longname" not in two.database_path.read_bytes()
    assert forgotten.rows["raw.listening_history"] == 52
    assert forgotten.rows["raw.rejected_rows"] == 1
    assert forgotten.searched > 50
    tables = query(
        """select schema_name || '.' || table_name from duckdb_columns()
        where column_name = 'listener_id' and database_name = current_database()"""
    )
    for (table,) in tables:
        assert query(f"select count(*) from {table} where listener_id = 'anna'") == [(0,)], table
    assert query("select count(*) from duckdb_tables() where schema_name = 'gold'") == [(0,)]


def test_what_others_have_stays(two: Settings, query: Query) -> None:
    before = query("from raw.listening_history where listener_id = 'bert' order by all")
    forget_listener(two, "anna")
    assert query("from raw.listening_history order by all") == before
    for table in ("raw.tracks", "raw.missing_tracks", "ml.track_embeddings"):
        assert query(f"select track_id::bigint from {table} order by 1") == [(1,), (2,)], table
    assert query("select count(*) from raw.kaggle_tracks") == [(1,)]
    assert query("select source, count(*) from raw.ingest_runs group by 1 order by 1") == [
        ("export", 1),
        ("kaggle", 1),
    ]
    assert query("select count(*) from raw.rejected_rows") == [(1,)]
    assert [batch.listener_id for _, batch in spooled(two)] == ["bert"]
    assert token_path(two, "bert").exists()


def test_what_a_person_put_into_the_inbox_is_theirs_to_remove(two: Settings) -> None:
    folder = two.inbox_dir / "export"
    folder.mkdir()
    (folder / "notes.json").write_text('{"listener_id": "anna"}')
    (two.inbox_dir / "list.json").write_text('["anna"]')
    (two.inbox_dir / "my_spotify_data.zip").write_bytes(b"PK")
    forgotten = forget_listener(two, "anna")
    assert (folder / "notes.json").exists()
    assert (two.inbox_dir / "list.json").exists()
    assert {"inbox/export/notes.json", "inbox/list.json"} < {*forgotten.still_held}
    assert forgotten.unsearched == ["backup.duckdb", "inbox/my_spotify_data.zip"]


def test_files_that_go_and_files_that_may_still_hold_something(two: Settings) -> None:
    forgotten = forget_listener(two, "anna")
    assert not token_path(two, "anna").exists()
    assert not list(two.temp_dir.iterdir())
    assert len(forgotten.files) == 3
    assert forgotten.still_held == ["logs/spotiflow.log"]
    assert forgotten.unsearched == ["backup.duckdb"]
    console = Console(width=100)
    with console.capture() as capture:
        console.print(render(forgotten))
    assert "next: spotiflow build" in capture.get()
    json.dumps(forgotten.to_dict())


def test_the_new_file_is_as_the_old_one_was(two: Settings, tmp_path: Path) -> None:
    forget_listener(two, "anna")
    assert two.database_path.stat().st_mode & 0o777 == 0o600
    assert not two.database_path.with_suffix(".duckdb.wal").exists()
    with duckdb.connect(str(two.database_path)) as db:
        (version,) = db.execute(
            "select tags['storage_version'] from duckdb_databases() limit 1"
        ).fetchone() or ("",)
    assert version.startswith("v1.2.0")
    again = b.write(tmp_path / "endsong_9.json", [own_play(1)])
    with pytest.raises(NotFoundError):
        import_exports(two, [again], listener_id="anna")


def test_the_only_listener_can_be_forgotten(settings: Settings, tmp_path: Path, query: Query) -> None:
    import_exports(settings, [b.write(tmp_path / "endsong_0.json", [own_play(1), b.local_file(2)])])
    forget_listener(settings, "me")
    assert query("select count(*) from raw.listening_history") == [(0,)]
    assert query("select count(*) from raw.ingest_runs") == [(0,)]


def test_tables_of_ones_own_are_not_lost(two: Settings) -> None:
    with open_warehouse(two) as db:
        db.execute("create table main.notes as select 1 as a")
    with pytest.raises(UsageError, match=r"main\.notes"):
        forget_listener(two, "anna")
    assert SECRET.encode() in two.database_path.read_bytes()


def test_it_asks_first(two: Settings, run_cli: RunCli) -> None:
    refused = run_cli("forget", "anna", check=False)
    assert refused.returncode == 2
    assert "52 rows" in refused.stderr
    assert "--yes" in refused.stderr
    assert run_cli("forget", "nobody", "--yes", check=False).returncode == 1
    assert json.loads(run_cli("forget", "anna", "--yes", "--json").stdout)["listener_id"] == "anna"
    assert SECRET.encode() not in two.database_path.read_bytes()


def test_it_promises_nothing_where_the_list_of_copies_is_damaged(two: Settings) -> None:
    make_backup(two)
    (two.home / "copies.json").write_text("[{")
    with pytest.raises(HomeError, match=r"copies\.json.* cannot be read"):
        forget_listener(two, "anna")
    assert SECRET.encode() in two.database_path.read_bytes()
    # Nor is the damaged list written over by the next copy.
    make_backup(two)
    assert (two.home / "copies.json").read_text() == "[{"
