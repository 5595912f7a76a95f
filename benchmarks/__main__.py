"""Measure the main line on the real inputs and compare with the stated limits; exits 1 when one is missed."""

from __future__ import annotations

import json
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
db = duckdb.connect(sys.argv[1] + ".duckdb", config={"storage_compatibility_version": "v1.2.0"})
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


def bare_import(place: Path, files: list[Path]) -> float:
    """Return the time of DuckDB alone reading and storing the same files, seconds."""
    words = [sys.executable, "-c", BARE_IMPORT, str(place), *map(str, files)]
    return float(subprocess.run(words, capture_output=True, text=True, check=True).stdout)


def _one_row_each(folder: Path, files: list[Path]) -> list[Path]:
    """Write the first row of each file: importing that takes what does not depend on the size."""
    small = folder / "one-row-each"
    small.mkdir(exist_ok=True)
    for file in files:
        (small / file.name).write_text(json.dumps(json.loads(file.read_text(encoding="utf-8"))[:1]))
    return sorted(small.glob("*.json"))


def measure(data: Path, folder: Path) -> list[Figure]:
    """Run the main line once on the real inputs under `data`."""
    home = folder / "home"
    kaggle, export = data / "kaggle" / "dataset.csv", data / "exports" / "account_2021_2022"
    spotiflow(home, "--help")
    start_up = min(spotiflow(home, "--help") for _ in range(5))
    files = sorted(export.glob("*.json"))
    bare = min(bare_import(folder / f"bare{turn}", files) for turn in range(3))
    one_row = min(
        spotiflow(folder / f"small{turn}", "ingest", "export", *_one_row_each(folder, files))
        for turn in range(3)
    )
    imported = min(spotiflow(folder / f"export{turn}", "ingest", "export", export) for turn in range(3))
    spotiflow(home, "ingest", "export", export)
    figures = [
        Figure("--help", start_up, 0.3),
        Figure("ingest kaggle (114,000 rows)", spotiflow(home, "ingest", "kaggle", kaggle), 3),
        Figure("ingest export (17,465 rows): 2 x bare DuckDB + start-up", imported, 2 * bare + one_row),
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
