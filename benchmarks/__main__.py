"""Measure the main line on the real inputs and compare with the stated limits; exits 1 when one is missed."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
BARE_IMPORT = """
import sys, time, duckdb
db = duckdb.connect(sys.argv[1], config={"storage_compatibility_version": "v1.2.0"})
started = time.perf_counter()
db.execute("create table plays as select * from read_json(?)", [sys.argv[2:]])
db.close()
print(time.perf_counter() - started)
"""


@dataclass(frozen=True)
class Figure:
    """One measured time and its limit, seconds."""

    name: str
    seconds: float
    limit: float

    @property
    def holds(self) -> bool:
        """Whether the figure keeps its limit."""
        return self.seconds <= self.limit


def spotiflow(home: Path, *words: str | Path) -> float:
    """Run one command in its own process and return its wall time, seconds."""
    command = [sys.executable, str(ROOT / "cli.py"), *map(str, words)]
    environment = os.environ | {"SPOTIFLOW_HOME": str(home)}
    started = time.perf_counter()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}\n{done.stderr}")
    return time.perf_counter() - started


def bare_import(folder: Path, files: list[Path]) -> float:
    """Return the time of DuckDB alone reading and storing the same files, seconds."""
    words = [sys.executable, "-c", BARE_IMPORT, str(folder / "bare.duckdb"), *map(str, files)]
    return float(subprocess.run(words, capture_output=True, text=True, check=True).stdout)


def measure(data: Path, folder: Path) -> list[Figure]:
    """Run the main line once on the real inputs under `data`."""
    home = folder / "home"
    kaggle, export = data / "kaggle" / "dataset.csv", data / "exports" / "account_2021_2022"
    spotiflow(home, "--help")
    start_up = min(spotiflow(home, "--help") for _ in range(5))
    spotiflow(home, "init")
    empty = min(spotiflow(home, "init") for _ in range(3))
    bare = bare_import(folder, sorted(export.glob("*.json")))
    figures = [
        Figure("--help", start_up, 0.3),
        Figure("ingest kaggle (114,000 rows)", spotiflow(home, "ingest", "kaggle", kaggle), 3),
        Figure("ingest export (17,465 rows)", spotiflow(home, "ingest", "export", export), 2 * bare + empty),
        Figure("build, first", spotiflow(home, "build"), 12),
        Figure("build, again", spotiflow(home, "build"), 8),
        Figure("train", spotiflow(home, "train"), 60),
        Figure("report", spotiflow(home, "report"), 3),
    ]
    whole = Figure("whole line: run export kaggle", spotiflow(folder / "line", "run", export, kaggle), 90)
    return [*figures, whole]


def main() -> None:
    """Print every figure beside its limit."""
    data = Path(os.environ.get("SPOTIFLOW_SHARED") or ROOT.parent / "shared") / "data"
    if not data.is_dir():
        raise SystemExit(f"The real inputs are not at {data}; name their folder with SPOTIFLOW_SHARED.")
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(data, Path(folder))
    table = Table("figure", "seconds", "limit", "", title=f"{os.cpu_count()} cores")
    for figure in figures:
        verdict = "ok" if figure.holds else "[red]missed[/]"
        table.add_row(figure.name, f"{figure.seconds:.2f}", f"{figure.limit:.2f}", verdict)
    Console().print(table)
    sys.exit(not all(figure.holds for figure in figures))


if __name__ == "__main__":
    main()
