"""Kill import, build, training, publication and backup at random moments; one more run must put it all right.

Each history goes through all commands, every one killed with -9 at moments drawn over its whole length, again
where the last kill left it, and done once more. Then one run, and the warehouse is held against one that was
never killed. Prints the counts; exits 1 where they differ.
"""

from __future__ import annotations

import itertools
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from rich.console import Console

from spotiflow.simulate import write_demo_inputs
from spotiflow.warehouse.backups import check, list_backups
from tests.paths import ROOT
from tests.torture.comparison import differences

KILLS = int(os.environ.get("KILLS", "60"))
SEED = int(os.environ.get("SEED", "1"))
CATALOGUE_ROWS = 4_000
HISTORIES_WITHOUT_A_HIT = 3
# One after the other, before the command may end: the second works on what the first left.
KILLS_OF_A_COMMAND = 3


class World:
    """The inputs, and the commands that are killed, in the order of a first day."""

    def __init__(self, folder: Path) -> None:
        """Write a simulated export and a part of a simulated catalogue into `folder`."""
        inputs = write_demo_inputs(folder / "inputs")
        self.export, whole = inputs.export_zip, inputs.catalogue_csv
        self.catalogue = folder / "dataset.csv"
        with whole.open(encoding="utf-8") as rows, self.catalogue.open("w", encoding="utf-8") as part:
            part.writelines(itertools.islice(rows, CATALOGUE_ROWS + 1))

    def commands(self, home: Path) -> dict[str, list[str]]:
        """Return the words of each command."""
        return {
            "ingest export": ["ingest", "export", str(self.export), "--time-zone", "Europe/Paris"],
            "ingest kaggle": ["ingest", "kaggle", str(self.catalogue)],
            "build": ["build"],
            "train": ["train"],
            "publish": ["publish", "parquet", str(published(home))],
            "backup": ["backup"],
        }

    def last_run(self, home: Path) -> list[str]:
        """Return the words of the one run that has to put everything right."""
        return ["run", str(self.export), str(self.catalogue), "--time-zone", "Europe/Paris"]


def published(home: Path) -> Path:
    """Return where that home publishes to."""
    return home.with_name(f"{home.name}-published")


def start(home: Path, words: list[str]) -> subprocess.Popen[bytes]:
    """Start one command on that home."""
    environment = os.environ | {
        "SPOTIFLOW_HOME": str(home),
        "SPOTIFLOW_PUBLISH_PARQUET": str(published(home)),
    }
    with (home.parent / f"{home.name}.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, str(ROOT / "cli.py"), *words], env=environment, stdout=log, stderr=log
        )


def complete(home: Path, words: list[str]) -> float:
    """Run one command to its end and return its seconds."""
    started = time.monotonic()
    if start(home, words).wait():
        raise SystemExit(
            f"{words} failed on {home}: {(home.parent / f'{home.name}.log').read_text()[-2000:]}"
        )
    return time.monotonic() - started


def kill(home: Path, words: list[str], after: float) -> bool:
    """Start one command and kill it `after` so many seconds; False where it had ended before."""
    process = start(home, words)
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def faults(home: Path, never: Path) -> list[str]:
    """Say what is not as it would be had nothing been killed."""
    found = differences(home, never)
    names = {str(path.relative_to(published(home))) for path in published(home).rglob("*")}
    missing = {str(path.relative_to(published(never))) for path in published(never).rglob("*")} ^ names
    found += [f"published: {name} is on one side only" for name in sorted(missing) if "data_" not in name]
    scratch = home / "scratch"
    found += [f"left in scratch: {entry.name}" for entry in scratch.iterdir()] if scratch.is_dir() else []
    for backup in list_backups(home / "backups"):
        check(backup)
    return found


def main() -> None:
    """Kill KILLS times and print what came of it."""
    console, draw, hits = Console(), random.Random(SEED), Counter[str]()
    with tempfile.TemporaryDirectory(prefix="spotiflow-torture-") as name:
        folder = Path(name)
        world, never = World(folder), folder / "never"
        lengths = {what: complete(never, words) for what, words in world.commands(never).items()}
        lengths["run"] = complete(never, world.last_run(never))
        console.print("seconds: " + ", ".join(f"{what} {length:.0f}" for what, length in lengths.items()))
        without_a_hit = 0
        for number in itertools.count(1):
            home, before = folder / f"history{number}", sum(hits.values())
            for what, words in world.commands(home).items():
                for _ in range(KILLS_OF_A_COMMAND):
                    hits[what] += kill(home, words, draw.uniform(0.1, 1.0) * lengths[what])
                # Done once more: what follows works on the same as in the history without a kill.
                complete(home, words)
            complete(home, world.last_run(home))
            complete(home, ["backup"])
            found = faults(home, never)
            console.print(f"history {number}: {sum(hits.values())} kills, {'; '.join(found) or 'the same'}")
            if found:
                sys.exit(1)
            shutil.rmtree(home)
            without_a_hit = without_a_hit + 1 if sum(hits.values()) == before else 0
            if sum(hits.values()) >= KILLS or without_a_hit == HISTORIES_WITHOUT_A_HIT:
                break
    told = ", ".join(f"{what} {count}" for what, count in hits.items())
    console.print(f"{sum(hits.values())} kills ({told}); after one more run every warehouse was the same")
    sys.exit(sum(hits.values()) < KILLS)


if __name__ == "__main__":
    main()
