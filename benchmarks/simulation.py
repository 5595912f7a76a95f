"""Simulated people: rows a second, and memory for five hundred years of listening."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.measuring import Figure, run_command

LISTENERS = 500
ROWS_A_SECOND = 50_000
MOST_MB = 1000


def measure_simulation(folder: Path) -> list[Figure]:
    """Simulate five hundred people for a year each."""
    words = ("ingest", "simulate", "--listeners", str(LISTENERS), "--days", "365", "--seed", "1", "--json")
    run = run_command(folder / "simulated-home", *words)
    told = json.loads(run.printed[run.printed.index("{\n") :])
    seconds = told["rows"] / told["rows_per_second"]
    name = f"ingest simulate ({LISTENERS} years, {told['rows']:,} rows)"
    return [
        Figure(f"{name}: {ROWS_A_SECOND:,} a second", seconds, told["rows"] / ROWS_A_SECOND),
        Figure(f"{name}, memory", run.peak_mb, MOST_MB, "MB"),
    ]
