"""Tables as files: Parquet (plays month by month) or CSV, each table replaced as a whole.

A table is written beside its place under a hidden name and then takes that place, so that a reader sees the
old table or the new one, never half of one.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import duckdb

from spotiflow.publish.own_folder import NEW, beside, take_place
from spotiflow.publish.results import Published
from spotiflow.publish.tables import MONTH_OF, Table

DICTIONARY = "columns.csv"


def place_of(target: str, table: Table) -> str:
    """Return where in its folder a table stands: a file, or a folder for plays by month and Delta Lake."""
    if target == "csv":
        return f"{table.schema}/{table.name}.csv"
    is_folder = target == "delta" or table.has_months
    return f"{table.schema}/{table.name}{'' if is_folder else '.parquet'}"


def write_parquet(db: duckdb.DuckDBPyConnection, table: Table, folder: Path) -> Published:
    """Write one table as Parquet, with its descriptions in the file's metadata.

    One row per play: a folder with a part for each month, `month=2024-05`. Otherwise one file.
    """
    place = folder / place_of("parquet", table)
    new = beside(place, NEW)
    query, options = f"from {table.full_name}", ["format parquet", "compression zstd", _metadata(table)]
    if table.has_months:
        query = f"select *, strftime({MONTH_OF}, '%Y-%m') as month {query}"
        options += ["partition_by (month)"]
    return Published(table.full_name, _copy(db, query, options, new, place))


def write_csv(db: duckdb.DuckDBPyConnection, table: Table, folder: Path) -> Published:
    """Write one table as CSV with a header: UTF-8, times in UTC, an empty field for a missing value."""
    place = folder / place_of("csv", table)
    options = ["format csv", "header", "timestampformat '%Y-%m-%dT%H:%M:%S.%fZ'"]
    rows = _copy(db, f"from {table.full_name}", options, beside(place, NEW), place)
    return Published(table.full_name, rows)


def write_dictionary(tables: list[Table], folder: Path) -> None:
    """Write what CSV cannot say: type and description of every column of every table."""
    import csv

    place = folder / DICTIONARY
    new = beside(place, NEW)
    with new.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["table", "column", "type", "description", "is_key"])
        for table in tables:
            for column in table.columns:
                is_key = str(column.name in table.key).lower()
                writer.writerow([table.full_name, column.name, column.type, column.description, is_key])
    new.chmod(0o600)
    new.replace(place)


def _copy(db: duckdb.DuckDBPyConnection, query: str, options: list[str], new: Path, place: Path) -> int:
    place.parent.mkdir(mode=0o700, exist_ok=True)
    target = str(new).replace("'", "''")
    ((n_rows,),) = db.execute(f"copy ({query}) to '{target}' ({', '.join(options)})").fetchall()
    _make_private(new)
    take_place(new, place)
    return int(n_rows)


def _metadata(table: Table) -> str:
    columns = {column.name: column.description for column in table.columns}
    texts = {"description": table.description, "columns": json.dumps(columns, ensure_ascii=False)}
    quoted = ", ".join(f"{name}: '{text.replace(chr(39), chr(39) * 2)}'" for name, text in texts.items())
    return f"kv_metadata {{{quoted}}}"


def _make_private(entry: Path) -> None:
    entry.chmod(0o700 if entry.is_dir() else 0o600)
    for folder, folders, files in os.walk(entry):
        for name in folders:
            Path(folder, name).chmod(0o700)
        for name in files:
            Path(folder, name).chmod(0o600)
