"""Plant every fault and show which test turns red; exits 1 when one survives or cannot be run."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import track
from rich.table import Table

from mutants.faults import Fault, read_faults, rounds
from mutants.testing import Copy, Outcome


def judge(copy: Copy, faults: Sequence[Fault]) -> dict[str, Outcome]:
    """Return what happened with each fault, by name; raises RuntimeError where a test is red without one."""
    by_dbt = [fault for fault in faults if not fault.is_for_pytest]
    by_pytest = [fault for fault in faults if fault.is_for_pytest]
    found: dict[str, Outcome] = {}
    if by_dbt:
        models = sorted({fault.test for fault in by_dbt})
        copy.make_tables(models)
        _expect_green(copy.unit_tests(models), models)
    if by_pytest:
        tests = sorted({fault.test for fault in by_pytest})
        _expect_green({"pytest": copy.pytest(tests)}, ["pytest"])
    for together in track(list(rounds(by_dbt)), "dbt", transient=True):
        with _planted(copy, together):
            outcomes = copy.unit_tests({fault.test for fault in together})
        found |= {fault.name: outcomes[fault.test] for fault in together}
    for fault in track(by_pytest, "pytest", transient=True):
        with _planted(copy, [fault]):
            found[fault.name] = copy.pytest([fault.test])
    return found


def _expect_green(outcomes: dict[str, Outcome], wanted: Sequence[str]) -> None:
    for name in wanted:
        if outcomes.get(name) != Outcome():
            raise RuntimeError(f"{name}: no tests, or red without any fault: {outcomes.get(name)}")


@contextmanager
def _planted(copy: Copy, together: Sequence[Fault]) -> Iterator[None]:
    for fault in together:
        fault.plant(copy.project)
    try:
        yield
    finally:
        for fault in together:
            copy.restore(fault.file)


def show(faults: Sequence[Fault], found: dict[str, Outcome]) -> int:
    """Print the verdict on every fault; return how many are not killed by a test."""
    table = Table("fault", "in", "what turned red", "", title=f"{len(faults)} deliberate faults")
    missed = 0
    for fault in faults:
        outcome = found[fault.name]
        verdict = "[red]cannot run[/]" if outcome.error else "killed" if outcome.red else "[red]survived[/]"
        words = outcome.error.strip()[-300:] or ", ".join(outcome.red) or "-"
        table.add_row(fault.name, Path(fault.file).stem, escape(words), verdict)
        missed += verdict != "killed"
    Console().print(table)
    return missed


def main() -> None:
    """Judge all faults, or those with a word of the command line in their name or file."""
    words = sys.argv[1:]
    faults = [
        fault
        for fault in read_faults()
        if not words or any(word in f"{fault.name} {fault.file}" for word in words)
    ]
    if not faults:
        raise SystemExit(f"No fault has {' or '.join(words)} in its name or file; see mutants/faults.toml.")
    with tempfile.TemporaryDirectory() as folder:
        missed = show(faults, judge(Copy(Path(folder)), faults))
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
