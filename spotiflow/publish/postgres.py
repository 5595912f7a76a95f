"""Tables in PostgreSQL: types, keys and descriptions carried over, each table replaced in one transaction.

Rows go from DuckDB to COPY as Arrow, without a Python object per value. The table itself stays, so that views
on it and rights given to a reader stay too. Where to connect is PostgreSQL's own business: the PG* variables,
`~/.pgpass`, or a URI without a password.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import duckdb

from spotiflow.core.console import log
from spotiflow.core.errors import InputError, NotFoundError
from spotiflow.publish import postgres_calls
from spotiflow.publish.postgres_calls import Calls, with_patience
from spotiflow.publish.postgres_errors import PostgresError, as_postgres_error, reason
from spotiflow.publish.results import Published
from spotiflow.publish.tables import Column, Table

POSTGRES_TYPES = {
    "BIGINT": "bigint",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "DOUBLE": "double precision",
    "FLOAT": "real",
    "INTEGER": "integer",
    "TIMESTAMP": "timestamp",
    "UUID": "uuid",
    "VARCHAR": "text",
}
# Columns of numbers that pgvector can search, where the server has it.
EMBEDDING = "FLOAT[]"
_EXISTING = """
    select attname::text, format_type(atttypid, null)::text from pg_attribute
    where attrelid = to_regclass('{name}') and attnum > 0 and not attisdropped order by attnum
"""
_HAS_VECTOR = "select 1::bigint from pg_available_extensions where name = 'vector'"


@contextmanager
def connected(uri: str | None, wait_seconds: float) -> Iterator[Postgres]:
    """Connect, by the PG* variables where `uri` is None, and close at the end.

    wait_seconds: how long to wait for a table that somebody else uses, in seconds.
    Raises InputError for a URI with a password, PostgresError where there is no answer, NotFoundError without
    the `postgres` extra.
    """
    target = uri or "postgresql://"
    parts = urlsplit(target)
    if parts.scheme not in ("postgresql", "postgres"):
        raise InputError(
            f"'{parts.scheme or target}' is no PostgreSQL address.",
            hint="Write postgresql://HOST/DATABASE, or leave it out and set PGHOST, PGDATABASE, PGUSER.",
        )
    if parts.password or "password=" in parts.query:
        raise InputError(
            "The PostgreSQL address holds a password, which would be seen in logs and process lists.",
            hint="Leave it out of the address and set PGPASSWORD, or write it into ~/.pgpass.",
        )
    calls, driver = Calls(), _driver()
    with as_postgres_error():
        connection = calls.run(lambda: driver.connect(with_patience(target)), postgres_calls.CONNECT)
    try:
        yield Postgres(connection, calls, wait_seconds)
    finally:
        # A connection in which a call hangs would keep us here.
        if not calls.is_given_up:
            connection.close()


def describe(uri: str | None) -> str:
    """Say where a publication goes: the address as given, which holds no password."""
    return uri or "PostgreSQL (PGHOST, PGDATABASE, PGUSER)"


class Postgres:
    """A connection to publish with; one transaction per table."""

    def __init__(self, connection: Any, calls: Calls, wait_seconds: float) -> None:
        """Take an open ADBC connection, which starts a transaction by itself, and what runs its calls."""
        self._connection, self._calls = connection, calls
        with as_postgres_error():
            self._has_vector = bool(self._rows(_HAS_VECTOR))
            # Without it an idle reader would keep a run waiting for ever, and deaf to Ctrl+C and SIGTERM.
            self._run(f"set lock_timeout = {max(1, round(wait_seconds * 1000))}")
            self._run(f"set statement_timeout = {round(postgres_calls.ROWS * 1000)}")
            calls.run(connection.commit, postgres_calls.STATEMENT)

    def write(self, db: duckdb.DuckDBPyConnection, table: Table) -> Published:
        """Replace the rows of one table. Raises PostgresError; the table is then as it was."""
        try:
            with as_postgres_error(table.full_name):
                rows = self._replace(db, table)
                self._calls.run(self._connection.commit, postgres_calls.STATEMENT)
        except PostgresError as error:
            error.goes_on = self._rolls_back()
            raise
        return Published(table.full_name, rows)

    def _replace(self, db: duckdb.DuckDBPyConnection, table: Table) -> int:
        types = {column.name: self._type(column, db, table) for column in table.columns}
        self._run(f"create schema if not exists {table.schema}")
        self._make_table(table, types)
        self._run(f"truncate {table.full_name}")
        self._run(f"alter table {table.full_name} drop constraint if exists {table.name}_grain")
        rows = self._copy(db, table, types)
        self._add_key(db, table)
        self._run(f"comment on table {table.full_name} is {_text(table.description)}")
        for column in table.columns:
            name = f"{table.full_name}.{column.name}"
            self._run(f"comment on column {name} is {_text(column.description)}")
        return rows

    def _make_table(self, table: Table, types: dict[str, str]) -> None:
        """Create the table, or anew where its columns changed; PostgreSQL refuses while views need it."""
        existing = self._rows(_EXISTING.format(name=table.full_name))
        if existing == [(name, kind.partition("(")[0]) for name, kind in _as_named(types).items()]:
            return
        if existing:
            self._run(f"drop table {table.full_name}")
        columns = ", ".join(f"{name} {kind}" for name, kind in types.items())
        self._run(f"create table {table.full_name} ({columns})")

    def _copy(self, db: duckdb.DuckDBPyConnection, table: Table, types: dict[str, str]) -> int:
        vectors = [name for name, kind in types.items() if kind.startswith("vector")]
        if not vectors:
            return self._ingest(db.sql(f"select {_sent(table.columns)} from {table.full_name}"), table)
        # A vector has no form in Arrow: it goes as text into a table of its own and is read there.
        columns = [Column(c.name, "VARCHAR" if c.name in vectors else c.type, "") for c in table.columns]
        passing = Table(table.schema, f"{table.name}__text", "", tuple(columns), ())
        made = ", ".join(f"{c.name} {self._type(c, db, passing)}" for c in columns)
        self._run(f"create table {passing.full_name} ({made})")
        texts = [
            f"replace({c.name}::varchar, ' ', '') as {c.name}" if c.name in vectors else _sent((c,))
            for c in columns
        ]
        rows = self._ingest(db.sql(f"select {', '.join(texts)} from {table.full_name}"), passing)
        read = ", ".join(f"{name}::{kind}" if name in vectors else name for name, kind in types.items())
        self._run(f"insert into {table.full_name} select {read} from {passing.full_name}")
        self._run(f"drop table {passing.full_name}")
        return rows

    def _ingest(self, rows: duckdb.DuckDBPyRelation, table: Table) -> int:
        def send() -> int:
            with self._connection.cursor() as cursor:
                return int(cursor.adbc_ingest(table.name, rows, mode="append", db_schema_name=table.schema))

        return self._calls.run(send, postgres_calls.ROWS, f" while it took in {table.full_name}")

    def _add_key(self, db: duckdb.DuckDBPyConnection, table: Table) -> None:
        """Make the grain a primary key; where a part of it is empty, a unique constraint (PostgreSQL 15)."""
        if not table.key:
            return
        empty = " or ".join(f"{name} is null" for name in table.key)
        found = db.execute(f"select 1 from {table.full_name} where {empty} limit 1").fetchall()
        kind = "unique nulls not distinct" if found else "primary key"
        key = f"{table.name}_grain {kind} ({', '.join(table.key)})"
        self._run(f"alter table {table.full_name} add constraint {key}")

    def _type(self, column: Column, db: duckdb.DuckDBPyConnection, table: Table) -> str:
        if column.type == EMBEDDING and self._has_vector:
            self._run("create extension if not exists vector")
            ((size,),) = db.execute(f"select max(len({column.name})) from {table.full_name}").fetchall()
            return f"vector({size})" if size else "vector"
        if column.type.endswith("[]"):
            return f"{POSTGRES_TYPES[column.type[:-2]]}[]"
        return POSTGRES_TYPES[column.type]

    def _run(self, statement: str) -> None:
        def execute() -> None:
            with self._connection.cursor() as cursor:
                cursor.execute(statement)

        self._calls.run(execute, postgres_calls.STATEMENT)

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return what PostgreSQL answers; DuckDB reads the Arrow stream, so that pyarrow is not needed."""

        def ask() -> list[tuple[Any, ...]]:
            with self._connection.cursor() as cursor, duckdb.connect() as reader:
                cursor.execute(query)
                answer = cursor.fetch_arrow()  # noqa: F841 - DuckDB finds it by its name
                return reader.sql("from answer").fetchall()

        return self._calls.run(ask, postgres_calls.STATEMENT)

    def _rolls_back(self) -> bool:
        """Undo the transaction and say whether the connection still answers."""
        if self._calls.is_given_up:
            return False
        try:
            self._calls.run(self._connection.rollback, postgres_calls.STATEMENT)
            self._run("select 1")
        except Exception as error:
            log.warning("PostgreSQL no longer answers: %s", reason(str(error)))
            return False
        return True


# How a column is sent: a UUID as its 16 bytes, PostgreSQL's own binary form; a text without NUL, which
# PostgreSQL has no place for.
_FORMS = {
    "UUID": "unhex(replace({0}::varchar, '-', '')) as {0}",
    "VARCHAR": "replace({0}, chr(0), '') as {0}",
    "VARCHAR[]": "list_transform({0}, lambda text: replace(text, chr(0), '')) as {0}",
}


def _sent(columns: tuple[Column, ...]) -> str:
    return ", ".join(_FORMS.get(column.type, "{0}").format(column.name) for column in columns)


def _as_named(types: dict[str, str]) -> dict[str, str]:
    """Return types as format_type() writes them."""
    return {name: "timestamp without time zone" if t == "timestamp" else t for name, t in types.items()}


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _driver() -> Any:
    try:
        import adbc_driver_postgresql.dbapi as driver
    except ImportError as error:
        raise NotFoundError(
            "PostgreSQL needs the package adbc-driver-postgresql, which is not installed.",
            hint="Install it: pip install 'spotiflow[postgres]'",
        ) from error
    return driver
