"""How the last build of each table ended, which dbt writes to `raw.build_results` at its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import duckdb

# A killed build leaves the tables it replaced under such names; the next one puts them back.
LAST_GOOD_SUFFIX = "__last_good"


@dataclass(frozen=True)
class TableResult:
    """One table after its last build.

    status: `ok`; `kept` (a data test failed: the rows of the last good build are back); `missing` (one failed
    and no earlier table was there); `failed` (the same of a view); `error` (its SQL failed) and `skipped`
    (something it needs failed): in both, whatever rows were there before still are.
    cause: the data test or model that failed. tried_at, good_at: when it was last built, and when the rows it
    has were built and tested (None for never), UTC.
    """

    name: str
    status: str
    cause: str | None
    tried_at: datetime
    good_at: datetime | None


def table_results(db: duckdb.DuckDBPyConnection) -> list[TableResult]:
    """Return the result of every table that a build made or tried to make, by name (`gold.top_tracks`)."""
    rows = db.execute(
        """select schema_name || '.' || table_name as name, status, cause, tried_at, good_at
        from raw.build_results order by name"""
    ).fetchall()
    return [TableResult(*row) for row in rows]


def stale_tables(db: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return the tables whose rows are not those of a build that ended well, each with the reason in words.

    Whoever hands tables on (`publish`) leaves these out: what was handed on before is the last good state.
    """
    stale = {result.name: _reason(result) for result in table_results(db) if result.status != "ok"}
    rows = db.execute(
        """select schema_name || '.' || replace(table_name, $suffix, '') from duckdb_tables()
        where ends_with(table_name, $suffix)""",
        {"suffix": LAST_GOOD_SUFFIX},
    ).fetchall()
    return stale | {name: "the build that made it was killed before its data tests" for (name,) in rows}


def _reason(result: TableResult) -> str:
    since = (
        f"its rows are those of {result.good_at:%Y-%m-%d %H:%M} UTC" if result.good_at else "it has no rows"
    )
    return f"{result.cause or 'the build'} failed; {since}"
