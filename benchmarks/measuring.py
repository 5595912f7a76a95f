"""What all benchmarks share: a figure with its limit, and commands run as processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_BARE_IMPORT = """
import sys, time, duckdb
db = duckdb.connect(sys.argv[1] + ".duckdb", config={"storage_compatibility_version": "v1.2.0"})
db.execute("set enable_progress_bar = false")
started = time.perf_counter()
db.execute("create table plays as select * from read_json(?)", [sys.argv[2:]])
db.close()
print(time.perf_counter() - started)
"""


@dataclass(frozen=True)
class Figure:
    """One measured figure and its limit, in seconds unless `unit` says otherwise."""

    name: str
    measured: float
    limit: float
    unit: str = "s"

    @property
    def holds(self) -> bool:
        """Whether the figure keeps its limit."""
        return self.measured <= self.limit


@dataclass(frozen=True)
class Run:
    """What one command took and printed: wall time in seconds, peak memory in MB."""

    seconds: float
    peak_mb: float
    printed: str


def run_command(home: Path, *words: str | Path) -> Run:
    """Run one spotiflow command in its own process. Raises SystemExit where it fails."""
    command = [sys.executable, str(ROOT / "cli.py"), *map(str, words)]
    started = time.perf_counter()
    with subprocess.Popen(
        command,
        env=os.environ | {"SPOTIFLOW_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        parts: list[str] = []
        reader = threading.Thread(target=lambda: parts.append(process.stdout.read()))  # type: ignore[union-attr]
        reader.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        reader.join()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{''.join(parts)}")
    # Linux counts in kB, macOS in bytes.
    return Run(seconds, usage.ru_maxrss / (1024 if sys.platform == "linux" else 1024**2), "".join(parts))


def spotiflow(home: Path, *words: str | Path) -> float:
    """Run one command in its own process and return its wall time, seconds."""
    return run_command(home, *words).seconds


def bare_import(place: Path, files: list[Path]) -> float:
    """Return the time of DuckDB alone reading and storing the same files, seconds."""
    words = [sys.executable, "-c", _BARE_IMPORT, str(place), *map(str, files)]
    return float(subprocess.run(words, capture_output=True, text=True, check=True).stdout)
