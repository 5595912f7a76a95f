"""The proof: strings that only this listener's rows had are looked for in the new file, and in others."""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterable
from typing import IO

import duckdb

from spotiflow.people.forget.who import listener_tables

# A shorter string turns up in any file by chance.
LEAST_BYTES = 8
MOST_STRINGS = 200
# So many bytes are searched at most, string by string; a huge file is searched for fewer of them.
MOST_BYTES = 20 * 1024**3

_THEIRS = """
create or replace temp table theirs as
select distinct text
from (
    select unnest([content_uri, track_name, artist_name, album_name, context_uri]) as text
    from old.raw.listening_history semi join gone_listeners using (listener_id)
    union all
    select unnest([track_id, track_name, artist_name])
    from old.raw.saved_tracks semi join gone_listeners using (listener_id)
    union all
    select unnest([track_id, track_name, artist_name])
    from old.raw.track_searches semi join gone_listeners using (listener_id)
    union all
    select unnest([playlist_id, content_uri, track_id, track_name, artist_name])
    from old.raw.playlist_items semi join gone_listeners using (listener_id)
    union all
    select unnest([playlist_id, playlist_name])
    from old.raw.playlists semi join gone_listeners using (listener_id)
    union all
    select unnest([item_id, item_name, artist_name])
    from old.raw.top_items semi join gone_listeners using (listener_id)
    union all
    select unnest([listener_id, display_name])
    from old.raw.listeners semi join gone_listeners using (listener_id)
)
where strlen(text) >= $least
"""
_TEXT_COLUMNS = """
select schema_name || '.' || table_name, column_name, data_type
from duckdb_columns()
where database_name = current_database() and schema_name in ('raw', 'ml')
    and data_type in ('VARCHAR', 'VARCHAR[]')
order by 1, 2
"""


def collect(db: duckdb.DuckDBPyConnection) -> int:
    """Fill `theirs` with the strings that no row of the new warehouse has; return how many there are.

    The old warehouse is attached as `old`, the new one is the database in use and complete; `gone_listeners`
    names who goes.
    """
    db.execute(_THEIRS, {"least": LEAST_BYTES})
    for table, column, kind in db.execute(_TEXT_COLUMNS).fetchall():
        values = (
            f"select unnest({column}) from {table}"
            if kind.endswith("[]")
            else f"select {column} from {table}"
        )
        db.execute(f"delete from theirs where text in ({values})")
    row = db.execute("select count(*) from theirs").fetchone()
    return row[0] if row else 0


def sample(db: duckdb.DuckDBPyConnection) -> list[str]:
    """Return some of these strings, the same each time; none that is part of a longer text that stays."""
    db.execute(
        "create or replace temp table sampled as select text from theirs order by hash(text), text limit ?",
        [MOST_STRINGS],
    )
    for table, column, kind in db.execute(_TEXT_COLUMNS).fetchall():
        value = f"array_to_string({column}, chr(31))" if kind.endswith("[]") else column
        db.execute(
            f"""delete from sampled where text in (
                select text from sampled join (select distinct {value} as kept from {table})
                on contains(kept, text)
            )"""
        )
    return [text for (text,) in db.execute("select text from sampled order by 1").fetchall()]


def rows_left(db: duckdb.DuckDBPyConnection) -> int:
    """Count rows of the new warehouse that still name one of `gone_listeners`."""
    counts = [
        db.execute(f"select count(*) from {table} where listener_id in (from gone_listeners)").fetchone()
        or (0,)
        for table in listener_tables(db)
    ]
    return sum(count for (count,) in counts)


def found_in(stream: IO[bytes], strings: Iterable[bytes]) -> list[bytes]:
    """Return which of the strings stand in the bytes of an open file.

    A file that DuckDB has open must not be closed by anybody else in this process: that ends DuckDB's lock.
    """
    size = os.fstat(stream.fileno()).st_size
    if size == 0:
        return []
    wanted = list(strings)[: max(10, MOST_BYTES // size)]
    with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return [text for text in wanted if content.find(text) >= 0]
