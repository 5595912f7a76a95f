"""Tables as Delta Lake: each publication is a version, so that older ones can still be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from spotiflow.core.errors import NotFoundError
from spotiflow.publish.files import place_of
from spotiflow.publish.own_folder import remove
from spotiflow.publish.results import Published
from spotiflow.publish.tables import MONTH_OF, Column, Table

# How long older versions can be read; their files go after that.
KEPT_HOURS = 30 * 24
DELTA_TYPES = {
    "BIGINT": "long",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "DOUBLE": "double",
    "FLOAT": "float",
    "INTEGER": "integer",
    "TIMESTAMP": "timestamp_ntz",
    "UUID": "string",
    "VARCHAR": "string",
}


def write_delta(
    db: duckdb.DuckDBPyConnection, table: Table, folder: Path, *, drops_versions: bool = False
) -> Published:
    """Write one table as a new version of its Delta table, plays partitioned by month; streams from DuckDB.

    A version is committed as a whole or not at all. A table whose columns or descriptions have changed gets
    its new schema in a version before that. drops_versions: begin anew, since the older ones, and the log of
    them, hold somebody who was forgotten. Raises NotFoundError without the `delta` extra.
    """
    deltalake = _deltalake()
    place = str(folder / place_of("delta", table))
    if drops_versions:
        remove(Path(place))
    partitions = ["month"] if table.has_months else []
    wanted = _schema(deltalake, table)
    if not deltalake.DeltaTable.is_deltatable(place) or deltalake.DeltaTable(place).schema() != wanted:
        deltalake.DeltaTable.create(
            place,
            wanted,
            mode="overwrite",
            partition_by=partitions,
            name=table.full_name,
            description=table.description,
        )
    rows = db.sql(f"select {', '.join(_storable(column) for column in table.columns)}{_month(table)}")
    deltalake.write_deltalake(place, rows, mode="overwrite", partition_by=partitions or None)
    written = deltalake.DeltaTable(place)
    written.vacuum(retention_hours=KEPT_HOURS, dry_run=False, enforce_retention_duration=False)
    ((n_rows,),) = db.execute(f"select count(*) from {table.full_name}").fetchall()
    return Published(table.full_name, int(n_rows), written.version())


def _month(table: Table) -> str:
    month = f", strftime({MONTH_OF}, '%Y-%m') as month" if table.has_months else ""
    return f"{month} from {table.full_name}"


def _storable(column: Column) -> str:
    # Delta has no type for a UUID; as text it joins all the same.
    return f"{column.name}::varchar as {column.name}" if column.type == "UUID" else column.name


def _schema(deltalake: Any, table: Table) -> Any:
    fields = [
        deltalake.Field(column.name, _type(deltalake, column.type), metadata={"comment": column.description})
        for column in table.columns
    ]
    if table.has_months:
        fields.append(deltalake.Field("month", "string", metadata={"comment": "Month of the play, UTC."}))
    return deltalake.Schema(fields)


def _type(deltalake: Any, duckdb_type: str) -> Any:
    if duckdb_type.endswith("[]"):
        return deltalake.schema.ArrayType(_type(deltalake, duckdb_type[:-2]), contains_null=True)
    return deltalake.schema.PrimitiveType(DELTA_TYPES[duckdb_type])


def _deltalake() -> Any:
    try:
        import deltalake
    except ImportError as error:
        raise NotFoundError(
            "Delta Lake tables need the package deltalake, which is not installed.",
            hint="Install it: pip install 'spotiflow[delta]'",
        ) from error
    return deltalake
