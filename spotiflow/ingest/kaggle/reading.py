"""From the catalogue file to the temporary table `catalogue`: typed rows, with a reason if unusable."""

from __future__ import annotations

from pathlib import Path

import duckdb

from spotiflow.ingest.files.characters import cleaned_sql
from spotiflow.ingest.files.encodings import in_utf8
from spotiflow.ingest.files.file_kinds import HEAD_BYTES, decoded
from spotiflow.ingest.files.table_headers import catalogue_columns, table_of
from spotiflow.ingest.kaggle.results import COLUMNS, TEXTS, WHOLE_NUMBERS


def read_catalogue(db: duckdb.DuckDBPyConnection, path: Path) -> tuple[str, ...]:
    """Fill the temporary tables `catalogue` and `malformed`; return the columns the file does not have.

    RFC 4180: doubled quotes, commas and line breaks inside quotes. A line with too few or too many cells goes
    to `malformed` (line number, reason, line); a row with a text where a number belongs keeps its reason.
    Raises duckdb.Error for a file that is no CSV after all.
    """
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    table = table_of(decoded(head))
    names = _unique(catalogue_columns(table.header))
    for log in ("reject_errors", "reject_scans"):
        db.execute(f"drop table if exists {log}")
    db.execute(
        _query(names, commas=table.uses_decimal_commas),
        {
            "path": str(in_utf8(path)),
            "columns": dict.fromkeys(names, "VARCHAR"),
            "separator": table.separator,
            "skip": table.skipped,
        },
    )
    db.execute("""
        create or replace temp table malformed as
        select line, any_value(lower(error_type::varchar)) as reason, any_value(left(csv_line, 500)) as record
        from reject_errors
        group by line
    """)
    return tuple(name for name in COLUMNS if name not in names)


def _unique(columns: list[str]) -> list[str]:
    """Give the index column and columns we do not know a name of their own."""
    seen: set[str] = set()
    names = []
    for position, column in enumerate(columns):
        name = column if column in COLUMNS and column not in seen else f"unused_{position}"
        seen.add(name)
        names.append(name)
    return names


def _query(names: list[str], *, commas: bool) -> str:
    texts = ",\n".join(_text(name, commas=commas) if name in names else f"null as {name}" for name in COLUMNS)
    values = ",\n".join(f"{_typed(name)} as {name}" for name in COLUMNS)
    wrong = "\n".join(
        f"when {name} is not null and {_typed(name)} is null then '{name} is no value'"
        for name in COLUMNS
        if name not in TEXTS
    )
    return f"""
        create or replace temp table catalogue as
        with texts as (
            select row_number() over () as row_number, {texts}
            from read_csv(
                $path, columns = $columns, auto_detect = false, header = true, skip = $skip,
                delim = $separator, quote = '"', escape = '"', compression = 'none', store_rejects = true
            )
        )
        select
            row_number,
            case
                when coalesce(track_id, track_name) is null then 'no track_id and no track_name'
                {wrong}
            end as reason,
            {values}
        from texts
    """


def _text(name: str, *, commas: bool) -> str:
    text = name
    if name in TEXTS:
        text = cleaned_sql(name)
    elif commas:
        text = f"replace({name}, ',', '.')"
    return f"case when trim({name}) <> '' then {text} end as {name}"


def _typed(name: str) -> str:
    if name in TEXTS:
        return name
    if name == "explicit":
        return f"try_cast({name} as boolean)"
    number = f"try_cast({name} as double)"
    if name in WHOLE_NUMBERS:
        # Written as 230666.0 in some copies.
        return f"try_cast(round({number}) as integer)"
    # DuckDB takes "nan" and "inf" for numbers; no statistic does.
    return f"case when isfinite({number}) then {number} end"
