"""`spotiflow run` on 200,000 plays: with nothing new, and after one more day of polling, without training."""

from __future__ import annotations

from pathlib import Path

from benchmarks import histories
from benchmarks.measuring import Figure, run_command
from spotiflow.core.settings import load_settings


def measure_runs(folder: Path) -> list[Figure]:
    """Run everything once, training included, and then what the schedule does on most days."""
    home = folder / "running"
    settings = load_settings(home=home)
    histories.write(settings, histories.ONE_LISTENER)
    run_command(home, "run", "--json")
    idle = min(run_command(home, "run", "--json").seconds for _ in range(3))
    histories.add_day(settings)
    return [
        Figure("run with nothing new, 200,000 plays", idle, 4),
        Figure("run after 60 new plays on 200,000", run_command(home, "run", "--json").seconds, 18),
    ]
