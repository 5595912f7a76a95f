"""A Spark session that runs the models: the tables of a lake, and the functions that its SQL has no words for.

What a model says is the same text for both engines; where they differ, `dbt_project/macros/engine` has a pair. Two
pairs need a function of the session: folding letters as DuckDB does, and drawing stand-in features.
"""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import duckdb

from spotiflow.transform.feature_sources import SYNTHETIC_MODEL
from spotiflow.transform.fingerprints import PROJECT_DIR
from spotiflow.warehouse.schema import apply_schema

# Every code point but the halves of pairs.
_LETTERS = """
    select chr(point::integer) as letter
    from (select range as point from range(1, 55296) union all select range from range(57344, 1114112))
"""
# The answers of both engines differ without these.
SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "false",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "false",
}


def prepare(session: Any, lake: Path, place: Path) -> None:
    """Tell a session where the tables of a lake are, where to make new ones, and the functions models call."""
    for schema, table, columns in source_tables():
        session.sql(f"create database if not exists {schema}")
        folder = lake / schema / table
        folder.mkdir(parents=True, exist_ok=True)
        names = ", ".join(f"`{name}` {kind}" for name, kind in columns)
        session.sql(
            f"create table {schema}.{table} ({names}) using parquet "
            f"options (path '{folder}', recursiveFileLookup 'true')"
        )
    for schema in ("bronze", "silver", "gold"):
        session.sql(f"create database if not exists {schema} location '{place / schema}'")
    session.sql(
        "create or replace function bronze.fold_case(letters string) returns string "
        f"return translate(letters, {', '.join(repr(text) for text in folded_letters())})"
    )
    _register_synthetic(session)


def source_tables() -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return schema, table and columns with the types of Spark of every table that is not a model."""
    with duckdb.connect() as db:
        apply_schema(db)
        rows = db.execute(
            """select schema_name, table_name, list((column_name, data_type) order by column_index)
            from duckdb_columns() where schema_name in ('raw', 'ml') group by all order by all"""
        ).fetchall()
    return [
        (schema, table, [(name, spark_type(kind)) for name, kind in columns])
        for schema, table, columns in rows
    ]


def spark_type(kind: str) -> str:
    """Return what Spark calls a type of DuckDB: it has no UUID, and other words for text and lists."""
    if kind.endswith("[]"):
        return f"array<{spark_type(kind[:-2])}>"
    return {"UUID": "string", "VARCHAR": "string", "INTEGER": "int"}.get(kind.upper(), kind.lower())


def folded_letters() -> tuple[str, str]:
    """Return every letter that folding changes, and what each becomes; those that vanish come last.

    Asked of DuckDB, so that both engines fold alike. No letter becomes two, and none depends on its neighbours.
    """
    with duckdb.connect() as db:
        rows = db.execute(
            f"""select letter, lower(strip_accents(letter)) as folded from ({_LETTERS})
            where folded <> letter order by folded = '', letter"""
        ).fetchall()
    return "".join(letter for letter, _ in rows), "".join(folded for _, folded in rows)


def _register_synthetic(session: Any) -> None:
    from pyspark.sql.functions import udf

    module = runpy.run_path(str(PROJECT_DIR / "models" / "bronze" / f"{SYNTHETIC_MODEL}.py"))
    kinds = {"object": "string", "float64": "double", "int32": "int"}
    columns = ",".join(f"{name}:{kinds[kind]}" for name, kind in module["TYPES"].items())
    draw = module["synthetic_features"]
    # A function within one travels to the workers as it is, so that they need nothing of spotiflow.
    drawn = udf(lambda track_id: tuple(draw(track_id)), f"struct<{columns}>")
    session.udf.register("synthetic_features", drawn)
