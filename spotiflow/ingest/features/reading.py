"""From a table of audio features to the temporary table `incoming`: typed rows, with a reason if unusable."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from spotiflow.ingest.features.ranges import EMPTY_WORDS, KEY_WORDS, MODE_WORDS, RANGES, wrong_value_sql
from spotiflow.ingest.files.encodings import in_utf8
from spotiflow.ingest.files.file_kinds import (
    HEAD_BYTES,
    SAMPLE_ROWS,
    Content,
    content_of,
    decoded,
)
from spotiflow.ingest.files.inputs import parquet_columns
from spotiflow.ingest.files.table_headers import FEATURES, feature_columns, table_of

_READ = ("track_id", "provider", *FEATURES)
_CSV = """
    read_csv(
        $path, columns = $columns, auto_detect = false, header = true, skip = $skip,
        delim = $separator, quote = '"', escape = '"', compression = 'none', store_rejects = true
    )
"""
_TRACK_ID = (
    r"^(?:spotify:track:|https?://open\.spotify\.com/(?:intl-[a-z-]+/)?track/)?([0-9A-Za-z]{22})(?:[?#].*)?$"
)

# A value that no feature can have is left out, and why is kept; a row goes only where nothing of it is left.
_JUDGE = f"""
judged as (select *, {", ".join(f"{wrong_value_sql(name)} as {name}_wrong" for name in RANGES)} from typed),
usable as (
    select
        *,
        {", ".join(f"case when {name}_wrong is null then {name}_number end as {name}" for name in RANGES)},
        list_filter([{", ".join(f"{name}_wrong" for name in RANGES)}], lambda why: why is not null) as left_out
    from judged
)
select
    row_number, track_id, provider, {", ".join(FEATURES)}, left_out,
    case
        when track_id_text is null then 'no track id'
        when track_id_text like 'spotify:local:%' then 'a local file'
        when track_id is null then 'no id of a Spotify track'
        when coalesce({", ".join(FEATURES)}) is null then coalesce(left_out[1], 'no audio feature')
    end as reason,
    json_object('track_id', left(track_id_text, 200), 'provider', provider_text)::varchar as record
from usable
"""


def read_features(db: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Fill the temporary tables `incoming` and `malformed` from a CSV or Parquet file.

    Columns that are not known are left alone. Raises duckdb.Error for a file that is neither after all.
    """
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    for log in ("reject_errors", "reject_scans"):
        db.execute(f"drop table if exists {log}")
    if content_of(head) is Content.PARQUET:
        columns = parquet_columns(path)
        quoted = ['"' + name.replace('"', '""') + '"' for name in columns]
        texts = [f"cast({name} as varchar)" for name in quoted]
        _fill(db, feature_columns(columns), texts, "read_parquet($path)", {"path": str(path)})
        db.execute("create or replace temp table malformed (line bigint, reason varchar, record varchar)")
        return
    text = in_utf8(path)
    table = table_of(decoded(head))
    own = [f"column_{position}" for position in range(len(table.header))]
    values: dict[str, Any] = {
        "path": str(text),
        "columns": dict.fromkeys(own, "VARCHAR"),
        "separator": table.separator,
        "skip": table.skipped,
    }
    names = feature_columns(table.header, table.rows[:SAMPLE_ROWS])
    _fill(db, names, own, _CSV, values, commas=table.uses_decimal_commas)
    db.execute("""
        create or replace temp table malformed as
        select line, any_value(lower(error_type::varchar)) as reason, any_value(left(csv_line, 500)) as record
        from reject_errors
        group by line
    """)


def _fill(
    db: duckdb.DuckDBPyConnection,
    names: list[str],
    texts: list[str],
    table: str,
    values: dict[str, Any],
    *,
    commas: bool = False,
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
    numbers = ",\n".join(f"{_number(name, commas=commas)} as {name}_number" for name in RANGES)
    db.execute(
        f"""
        create or replace temp table incoming as
        with texts as (select row_number() over () as row_number, {read} from {table}),
        typed as (
            select
                *,
                nullif(regexp_extract(track_id_text, '{_TRACK_ID}', 1), '') as track_id,
                coalesce(left(lower(provider_text), 40), 'file') as provider,
                lower(replace(replace(key_text, '♯', '#'), '♭', 'b')) as key_word,
                {numbers}
            from texts
        ),
        {_JUDGE}
        """,
        values,
    )


def _number(name: str, *, commas: bool) -> str:
    """SQL of the number in a text: with its unit, as `4/4`, or as the word for a tone or a mode."""
    text = f"{name}_text"
    bare = f"regexp_replace({text}, '(?i) ?(db|bpm)$', '')"
    if name == "time_signature":
        bare = f"regexp_replace({text}, '^(\\d)/4$', '\\1')"
    if commas:
        bare = f"replace({bare}, ',', '.')"
    # DuckDB takes "nan" and "inf" for numbers; no statistic does.
    number = f"case when isfinite(try_cast({bare} as double)) then try_cast({bare} as double) end"
    if name == "key":
        return f"coalesce({number}, {_word('key_word', {word: key for word, (key, _) in KEY_WORDS.items()})})"
    if name == "mode":
        told = {word: mode for word, (_, mode) in KEY_WORDS.items() if mode is not None}
        by_key = f"case when {text} is null then {_word('key_word', told)} end"
        return f"coalesce({number}, {_word(f'lower({text})', MODE_WORDS)}, {by_key})"
    return number


def _word(text: str, numbers: dict[str, int]) -> str:
    pairs = ", ".join(f"'{word}': {number}" for word, number in numbers.items())
    return f"map {{{pairs}}}[{text}]"
