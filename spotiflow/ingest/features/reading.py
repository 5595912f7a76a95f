"""From a table of audio features to the temporary table `incoming`: typed rows, with a reason if unusable."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from spotiflow.ingest.files.file_kinds import (HEAD_BYTES, Content, content_of, decoded, encoding_of,)
from spotiflow.ingest.features.ranges import EMPTY_WORDS, RANGES, wrong_value_sql
from spotiflow.ingest.files.inputs import parquet_columns
from spotiflow.ingest.files.table_headers import FEATURES, cells_of, feature_columns

_READ = ("track_id", "provider", *FEATURES)
_ENCODINGS = {"utf-8-sig": "utf-8", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}
_CSV = """
    read_csv(
        $path, columns = $columns, encoding = $encoding, auto_detect = false, header = true,
        delim = ',', quote = '"', escape = '"', compression = 'none', store_rejects = true
    )
"""
_TRACK_ID = (
    r"^(?:spotify:track:|https?://open\.spotify\.com/(?:intl-[a-z-]+/)?track/)?([0-9A-Za-z]{22})(?:[?#].*)?$"
)


def read_features(db: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Fill the temporary tables `incoming` and `malformed` from a CSV or Parquet file.

    Columns that are not known are left alone. Raises duckdb.Error for a file that is neither after all.
    """
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    for table in ("reject_errors", "reject_scans"):
        db.execute(f"drop table if exists {table}")
    if content_of(head) is Content.PARQUET:
        columns = parquet_columns(path)
        quoted = ['"' + name.replace('"', '""') + '"' for name in columns]
        texts = [f"cast({name} as varchar)" for name in quoted]
        _fill(db, feature_columns(columns), texts, "read_parquet($path)", {"path": str(path)})
        db.execute("create or replace temp table malformed (line bigint, reason varchar, record varchar)")
        return
    header = cells_of(decoded(head).lstrip("\ufeff").splitlines()[0])
    own = [f"column_{position}" for position in range(len(header))]
    values: dict[str, Any] = {
        "path": str(path),
        "columns": dict.fromkeys(own, "VARCHAR"),
        "encoding": _ENCODINGS.get(encoding_of(head), "utf-8"),
    }
    _fill(db, feature_columns(header), own, _CSV, values)
    db.execute("""
        create or replace temp table malformed as
        select line, any_value(lower(error_type::varchar)) as reason, any_value(left(csv_line, 500)) as record
        from reject_errors
        group by line
    """)


def _fill(
    db: duckdb.DuckDBPyConnection, names: list[str], texts: list[str], table: str, values: dict[str, Any]
) -> None:
    """Of two columns with one meaning, such as `id` and `uri`, the first is read."""
    found: dict[str, str] = {}
    for name, text in zip(names, texts, strict=True):
        found.setdefault(name, text)
    empty = ", ".join(f"'{word}'" for word in EMPTY_WORDS)
    read = ",\n".join(
        f"case when lower(trim({found[name]})) not in ({empty}) then trim({found[name]}) end as {name}_text"
        if name in found
        else f"null::varchar as {name}_text"
        for name in _READ
    )
    # DuckDB takes "nan" and "inf" for numbers; no statistic does.
    numbers = ",\n".join(
        f"case when isfinite({number}) then {number} end as {name}"
        for name, number in ((name, f"try_cast({name}_text as double)") for name in RANGES)
    )
    db.execute(
        f"""
        create or replace temp table incoming as
        with texts as (select row_number() over () as row_number, {read} from {table}),
        typed as (
            select
                *,
                nullif(regexp_extract(track_id_text, '{_TRACK_ID}', 1), '') as track_id,
                coalesce(left(lower(provider_text), 40), 'file') as provider,
                {numbers}
            from texts
        )
        select
            row_number, track_id, provider, {", ".join(FEATURES)},
            case
                when track_id_text is null then 'no track id'
                when track_id_text like 'spotify:local:%' then 'a local file'
                when track_id is null then 'no id of a Spotify track'
                {wrong_value_sql()}
                when coalesce({", ".join(FEATURES)}) is null then 'no audio feature'
            end as reason,
            json_object('track_id', left(track_id_text, 200), 'provider', provider_text)::varchar as record
        from typed
        """,
        values,
    )
