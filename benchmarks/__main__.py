"""Measure the main line on the real inputs and compare with the stated limits; exits 1 when one is missed."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.builds import measure_builds
from benchmarks.imports import measure_imports
from benchmarks.measuring import ROOT, Figure, bare_import, spotiflow
from benchmarks.recommending import measure_recommending
from benchmarks.running import measure_runs
from benchmarks.scoring import measure_scoring
from benchmarks.simulation import measure_simulation
from benchmarks.submitting import measure_submitting


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
        *measure_models(home),
    ]
    whole = Figure("whole line: run export kaggle", spotiflow(folder / "line", "run", export, kaggle), 90)
    return [*figures, whole]


def measure_models(home: Path) -> list[Figure]:
    """Measure what is done with the models of a trained home."""
    return [*measure_scoring(home), *measure_recommending(home)]


def trained_home(data: Path, home: Path) -> Path:
    """Bring the real inputs in, build and train."""
    spotiflow(home, "ingest", "kaggle", data / "kaggle" / "dataset.csv")
    spotiflow(home, "ingest", "export", data / "exports" / "account_2021_2022")
    spotiflow(home, "build")
    spotiflow(home, "train")
    return home


def show(figures: list[Figure]) -> int:
    """Print every figure beside its limit; return how many miss it."""
    table = Table("figure", "measured", "limit", "unit", "", title=f"{os.cpu_count()} cores")
    for figure in figures:
        verdict = "ok" if figure.holds else "[red]missed[/]"
        table.add_row(figure.name, f"{figure.measured:.2f}", f"{figure.limit:.2f}", figure.unit, verdict)
    Console().print(table)
    return sum(not figure.holds for figure in figures)


def main() -> None:
    """Print every figure beside its limit; a word measures that part: one of `alone`, which need no
    real inputs, or `recommending`, for scoring and lists."""
    alone = {
        "imports": measure_imports,
        "simulation": measure_simulation,
        "run": measure_runs,
        "submitting": measure_submitting,
        "builds": measure_builds,
    }
    if len(sys.argv) == 2 and sys.argv[1] in alone:
        with tempfile.TemporaryDirectory() as folder:
            sys.exit(show(alone[sys.argv[1]](Path(folder))))
    data = Path(os.environ.get("SPOTIFLOW_SHARED") or ROOT.parent / "shared") / "data"
    if not data.is_dir():
        raise SystemExit(f"The real inputs are not at {data}; name their folder with SPOTIFLOW_SHARED.")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        if sys.argv[1:] == ["recommending"]:
            sys.exit(show(measure_models(trained_home(data, place / "home"))))
        others = [figure for of in alone.values() for figure in of(place)]
        figures = [*measure(data, place), *others]
    sys.exit(show(figures))


if __name__ == "__main__":
    main()
