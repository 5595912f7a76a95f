"""Whether two warehouses hold the same: every row of every table, doubles to 1e-9 of their size."""

from __future__ import annotations

from pathlib import Path

import duckdb

# What says when and in which run something was done, not what was found.
WHEN = {"run_id", "ingested_at", "loaded_at", "created_at", "since", "trained_at", "measured_at"}
# An id that is drawn anew each time, and the checksum of an archive that holds the time it was made.
DRAWN = {"recommendation_id", "sha256"}
LOGS = {"ingest_runs", "ingest_files", "runs", "stage_runs", "build_results", "built_inputs", "source_files"}
LOGS |= {"ingest_files_bronze", "schema_version", "task_runs", "listener_runs", "test_looks"}
TOLERANCE = 1e-9
_TABLES = """
    select schema_name, table_name, list(column_name order by column_index),
        list(data_type order by column_index)
    from duckdb_columns() where database_name = ? and schema_name in ('raw', 'bronze', 'silver', 'gold', 'ml')
    group by all order by all
"""


def differences(one: Path, other: Path) -> list[str]:
    """Return a line for every table that differs between the warehouses of two homes."""
    with duckdb.connect() as db:
        db.execute(f"attach '{one / 'spotiflow.duckdb'}' as one (read_only)")
        db.execute(f"attach '{other / 'spotiflow.duckdb'}' as other (read_only)")
        tables, others = (
            {
                f"{schema}.{name}": dict(zip(columns, types, strict=True))
                for schema, name, columns, types in db.execute(_TABLES, [side]).fetchall()
                if name not in LOGS
            }
            for side in ("one", "other")
        )
        lines = [f"{name} is in one of them only" for name in sorted(set(tables) ^ set(others))]
        for name in sorted(set(tables) & set(others)):
            difference = _difference(db, name, tables[name])
            lines += [difference] if difference else []
    return lines


def _difference(db: duckdb.DuckDBPyConnection, table: str, types: dict[str, str]) -> str | None:
    """Say how many rows have no partner, and in which columns the others differ; None where all are the same.

    Rows are put in order by all that is exact, then by doubles.
    """
    exact = [
        name for name, kind in types.items() if kind not in ("DOUBLE", "FLOAT") and name not in WHEN | DRAWN
    ]
    doubles = [name for name, kind in types.items() if kind in ("DOUBLE", "FLOAT")]
    order = ", ".join([*exact, *(f"round({name}, 6)" for name in doubles)]) or "1"
    numbered = f"select *, row_number() over (order by {order}) as place from {{}}.{table}"
    same = {name: f"a.{name} is not distinct from b.{name}" for name in exact}
    same |= {
        name: f"(a.{name} is not distinct from b.{name}"
        f" or abs(a.{name} - b.{name}) <= {TOLERANCE} * greatest(1, abs(a.{name})))"
        for name in doubles
    }
    counts = ", ".join(f"count(*) filter (not coalesce({test}, false))" for test in same.values())
    ((alone, *different),) = db.execute(
        f"""select count(*) filter (a.place is null or b.place is null), {counts or "0"}
        from ({numbered.format("one")}) as a
        full join ({numbered.format("other")}) as b on a.place = b.place"""
    ).fetchall()
    columns = [f"{name} ({n_rows})" for name, n_rows in zip(same, different, strict=False) if n_rows]
    return f"{table}: {alone} rows alone; {', '.join(columns)}" if alone or columns else None
