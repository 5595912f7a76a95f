"""Imports of generated exports: time beside bare DuckDB, memory, and the same import a second time."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from benchmarks.large_export import FILES, ROWS, write_export
from benchmarks.measuring import Figure, bare_import, run_command

# 640 bytes a record: so many rows are 2 GB.
ROWS_OF_2_GB = 3_300_000
MOST_MB = 1000


def measure_imports(folder: Path) -> list[Figure]:
    """Import 500,000 rows twice and 2 GB once, each beside DuckDB reading and storing the same files."""
    export = write_export(folder / "large")
    bare = bare_import(folder / "bare-large", sorted(export.glob("*.json")))
    home = folder / "large-home"
    first = run_command(home, "ingest", "export", export, "--json")
    again = run_command(home, "ingest", "export", export, "--json")
    new = json.loads(again.printed[again.printed.index("{\n") :])["total"]
    shutil.rmtree(export)
    huge = write_export(folder / "huge", ROWS_OF_2_GB)
    most = run_command(folder / "huge-home", "ingest", "export", huge).peak_mb
    shutil.rmtree(huge)
    rows = f"{ROWS:,} rows in {FILES} files"
    return [
        Figure(f"ingest export ({rows}): 2 x bare DuckDB", first.seconds, 2 * bare),
        Figure(f"ingest export ({rows}), memory", first.peak_mb, MOST_MB, "MB"),
        Figure(f"ingest export ({rows}), again: as the first", again.seconds, first.seconds),
        Figure("... rows that it added", new["read"] - new["known"], 0, "rows"),
        Figure("ingest export of 2 GB, memory", most, MOST_MB, "MB"),
    ]
