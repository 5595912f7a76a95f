"""Builds of large histories, beside the bare SQL of the same models: `python -m benchmarks builds`.

Every build and every bare run is a process of its own, so that its peak of memory is its own.
"""

from __future__ import annotations

import gc
import json
import os
import runpy
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console

from benchmarks import histories
from benchmarks.measuring import ROOT, Figure
from spotiflow.core.interruption import leave
from spotiflow.core.settings import Settings, load_settings
from spotiflow.transform import runner
from spotiflow.transform.feature_sources import SYNTHETIC_MODEL
from spotiflow.transform.fingerprints import PROJECT_DIR
from spotiflow.warehouse.database import open_warehouse

SYNTHETIC = PROJECT_DIR / "models" / "bronze" / f"{SYNTHETIC_MODEL}.py"
# Most of it is DuckDB's, the rest is dbt and what DuckDB does not count.
MEMORY_LIMIT = "4GB"


def measure_one_listener(folder: Path) -> list[Figure]:
    """Build 200,000 plays of one listener from nothing, and after one more day."""
    settings = _made(folder / "one", histories.ONE_LISTENER, "2GB")
    first, _ = _build_and_bare(settings, "200,000 plays, from nothing")
    histories.add_day(settings)
    again, _ = _build_and_bare(settings, "200,000 plays, one day more")
    return [
        Figure("build 200,000 plays with tests, from nothing", first["seconds"], 18),
        Figure("build 200,000 plays with tests, one day more", again["seconds"], 12),
    ]


def measure_household(folder: Path) -> list[Figure]:
    """Build 10 million plays of forty listeners, and run the bare SQL of the same models."""
    settings = _made(folder / "forty", histories.HOUSEHOLD, MEMORY_LIMIT)
    built, bare = _build_and_bare(settings, "10 million plays, from nothing")
    return [
        Figure("build 10 million plays with tests: 2 x bare SQL", built["seconds"], 2 * bare["seconds"]),
        Figure("peak memory of that build", built["peak_mb"] / 1024, 6, "GB"),
    ]


def measure_builds(folder: Path) -> list[Figure]:
    """Measure both sizes."""
    return [*measure_one_listener(folder), *measure_household(folder)]


def _made(home: Path, history: histories.History, memory_limit: str) -> Settings:
    settings = load_settings(home=home, memory_limit=memory_limit)
    histories.write(settings, history)
    return settings


def _build_and_bare(settings: Settings, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Build, run the bare SQL of the same models on a copy without tables, and print both."""
    place = replace(settings, home=settings.home.with_name("bare"))
    shutil.copytree(settings.home, place.home)
    built = _child("build", settings)
    bare = _child("bare", place, settings.target_dir, json.dumps(built["order"]), json.dumps(built["views"]))
    shutil.rmtree(place.home)
    slowest = ", ".join(f"{model} {seconds:.1f}" for model, seconds in built["slowest"])
    Console().print(
        f"{name}: {built['seconds']:.1f} s, processor {built['cpu']:.1f} s, peak {built['peak_mb']:.0f} MB; "
        f"bare SQL of its models {bare['seconds']:.1f} s, processor {bare['cpu']:.1f} s, peak "
        f"{bare['peak_mb']:.0f} MB; dbt and tests are {1 - bare['cpu'] / built['cpu']:.0%} of the work; "
        f"slowest: {slowest}"
    )
    return built, bare


def _child(what: str, settings: Settings, *words: object) -> dict[str, Any]:
    """Run `_build` or `_bare` in a process of its own and return what it printed, with its peak in MB."""
    command = [sys.executable, "-m", "benchmarks.builds", what, str(settings.home), settings.memory_limit]
    started = time.perf_counter()
    with subprocess.Popen([*command, *map(str, words)], cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        printed = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(command)} failed")
    peak = usage.ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)
    done: dict[str, Any] = json.loads(printed)
    return {"seconds": seconds} | done | {"peak_mb": peak, "cpu": usage.ru_utime + usage.ru_stime}


def _build(settings: Settings) -> dict[str, Any]:
    gc.disable()  # As the command does (cli.main).
    result = runner.build(settings)
    slowest = sorted(result.models, key=lambda node: -node.seconds)[:5]
    with open_warehouse(settings, read_only=True) as db:
        views = db.execute("select view_name from duckdb_views() where not internal").fetchall()
    return {
        "slowest": [(node.name, node.seconds) for node in slowest],
        "order": [node.name for node in result.models],
        "views": [name for (name,) in views],
    }


def _bare(settings: Settings, target: Path, order: list[str], views: list[str]) -> dict[str, Any]:
    """Make the same models with the SQL that dbt compiled, in the order of dbt, and nothing else."""
    compiled = {path.stem: path for path in (target / "compiled" / "spotiflow" / "models").rglob("*.sql")}
    config: dict[str, Any] = {
        "memory_limit": settings.memory_limit,
        "storage_compatibility_version": "v1.2.0",
    }
    with duckdb.connect(str(settings.database_path), config=config) as db:
        db.execute("set TimeZone = 'UTC'; set enable_progress_bar = false")
        for layer in runner.LAYERS:
            db.execute(f"create schema if not exists {layer}")
        started = time.perf_counter()
        for name in order:
            if name == SYNTHETIC_MODEL:
                _make_synthetic(db)
                continue
            path = compiled[name]
            layer = path.relative_to(target / "compiled" / "spotiflow" / "models").parts[0]
            kind = "view" if name in views else "table"
            db.execute(f"create or replace {kind} {layer}.{name} as {path.read_text()}")
    return {"seconds": time.perf_counter() - started}


def _make_synthetic(db: duckdb.DuckDBPyConnection) -> None:
    module = runpy.run_path(str(SYNTHETIC))
    ids = db.execute("select track_id from bronze.synthetic_track_ids_bronze").fetchall()
    columns = module["synthetic_columns"](track_id for (track_id,) in ids)  # noqa: F841 (the SQL reads it)
    db.execute(f"create or replace table bronze.{SYNTHETIC_MODEL} as select * from columns")


def _main() -> None:
    what, home, memory_limit, *words = sys.argv[1:]
    settings = load_settings(home=Path(home), memory_limit=memory_limit)
    arguments = [json.loads(word) for word in words[1:]]
    done = _build(settings) if what == "build" else _bare(settings, Path(words[0]), *arguments)
    sys.stdout.write(json.dumps(done))
    leave(0)  # As the command does.


if __name__ == "__main__":
    _main()
