"""Train everything on the real Kaggle file and one real export, and judge every target of `ml.targets`.

One row per target: what was measured, its interval and n, what it has to reach. Writes docs/models.md and
the record it is made from; exits 1 when a target is missed or was not measured, or a limit is not kept.
"""

from __future__ import annotations

import csv
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from benchmarks.measuring import ROOT, spotiflow
from benchmarks.simulated import simulated_rows
from spotiflow.core.settings import load_settings
from spotiflow.ml.engine.code_versions import all_code
from spotiflow.ml.engine.store import TrainingOutput, store
from spotiflow.ml.show.page import read_record, write_page
from spotiflow.ml.show.targets import Target, judge_all, not_measured
from spotiflow.warehouse.run_log import utc_now

# One line per run that looked at the frozen test of the real catalogue; the first says what was not counted.
LEDGER = ROOT / "benchmarks" / "looks.csv"
# What docs/models.md is made from.
RECORD = ROOT / "benchmarks" / "models.json"
RECIPES = ("best", "improvements", "checks")
# Seconds of training everything, and of a training that finds nothing new; peak memory, MB.
MOST_SECONDS, MOST_SECONDS_UNCHANGED, MOST_MB = 75.0, 2.0, 3000.0


def train_all(data: Path, home: Path) -> list[tuple[str, float, float]]:
    """Load, build and train by every recipe; return each figure of time and memory with its limit."""
    spotiflow(home, "ingest", "kaggle", data / "kaggle" / "dataset.csv")
    spotiflow(home, "ingest", "export", data / "exports" / "account_2021_2022")
    spotiflow(home, "build")
    first = _train_alone(home)
    peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    unchanged = _train_alone(home)
    for recipe in RECIPES[1:]:
        spotiflow(home, "train", "--recipe", recipe)
    return [
        ("train everything, s", first, MOST_SECONDS),
        ("train, nothing new, s", unchanged, MOST_SECONDS_UNCHANGED),
        ("peak memory of any step, MB", peak_mb, MOST_MB),
    ]


def _train_alone(home: Path) -> float:
    """Return the seconds of a training without the build of tables that follows."""
    imports = "from spotiflow.core.settings import load_settings; from spotiflow.ml.train import train"
    code = f"{imports}; train(load_settings())"
    started = time.perf_counter()
    environment = os.environ | {"SPOTIFLOW_HOME": str(home)}
    subprocess.run([sys.executable, "-c", code], env=environment, cwd=ROOT, check=True)
    return time.perf_counter() - started


def targets_table(metrics: pd.DataFrame) -> Table:
    """Lay out every target that was measured."""
    table = Table("model", "split", "slice", "metric", "value", "95 %", "n", "target", "")
    for one in judge_all(metrics):
        target = one.target
        limit = f"{'<=' if target.at_most else '>='} {target.floor:g}"
        verdict = one.word if one.holds else "[red]missed[/]"
        interval = f"{one.low:.3f} to {one.high:.3f}"
        names = (target.model, target.split, target.part, target.metric)
        table.add_row(*names, f"{one.value:.3f}", interval, f"{one.n:,}", limit, verdict)
    return table


def _count_looks(n_looks: int) -> list[dict[str, Any]]:
    """Add this run to the ledger and return all of it."""
    row = [f"{utc_now():%Y-%m-%d}", all_code(), "make bench-ml", str(n_looks), "true"]
    with LEDGER.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerow(row)
    with LEDGER.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [one | {"looks": int(one["looks"]), "is_counted": one["is_counted"] == "true"} for one in rows]


def _says(targets: list[Target]) -> str:
    return "; ".join(f"{one.model} {one.split} {one.part} {one.metric}" for one in targets)


def main() -> None:
    """Do all of it and print every target beside what was measured."""
    data = Path(os.environ.get("SPOTIFLOW_SHARED") or ROOT.parent / "shared") / "data"
    if not data.is_dir():
        raise SystemExit(f"The real inputs are not at {data}; name their folder with SPOTIFLOW_SHARED.")
    console = Console()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        figures = train_all(data, home)
        settings = load_settings(home=home)
        store(settings, TrainingOutput(utc_now(), metrics=[simulated_rows(Path(folder))]))
        record = read_record(settings)
        write_page(settings, ROOT / "docs" / "models.md", _count_looks(record.n_looks), RECORD)
    metrics = pd.DataFrame(record.metrics).rename(columns={"listener": "listener_id"})
    console.print(targets_table(metrics))
    console.print(f"Looks at the frozen test: {record.n_looks}")
    for name, value, limit in figures:
        console.print(f"{name}: {value:.1f}, limit {limit:g}: {'ok' if value <= limit else 'missed'}")
    left = not_measured(metrics)
    if left:
        console.print(f"Not measured: {_says(left)}")
    holds = all(one.holds for one in judge_all(metrics)) and all(value <= most for _, value, most in figures)
    sys.exit(not holds or bool(left))


if __name__ == "__main__":
    main()
