"""Runs the ```console blocks of a documentation page and compares what they print.

A line that starts with `$ ` is a command; the lines up to the next command are what it prints. In them `...`
stands for anything, also for several lines when it stands alone. A block whose first line is
`# exit N` expects its last command to end with that code.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Step:
    """One command of a page, what it prints, and the exit code it ends with."""

    line: int
    command: str
    expected: str
    exit_code: int


def steps(page: Path) -> list[Step]:
    """Return the commands of all console blocks of `page`, in order."""
    found: list[Step] = []
    text = page.read_text(encoding="utf-8")
    for block in re.finditer(r"^```console\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        first_line = text[: block.start()].count("\n") + 2
        found += _steps_of(block[1], first_line)
    return found


def _steps_of(block: str, first_line: int) -> list[Step]:
    exit_code = 0
    header = re.match(r"# exit (\d+)\n", block)
    if header:
        exit_code, block, first_line = int(header[1]), block[header.end() :], first_line + 1
    parts = re.split(r"^\$ (.*)\n", block, flags=re.MULTILINE)[1:]
    pairs = list(zip(parts[::2], parts[1::2], strict=True))
    codes = [0] * (len(pairs) - 1) + [exit_code]
    found, line = [], first_line
    for (command, expected), code in zip(pairs, codes, strict=True):
        found.append(Step(line, command, expected, code))
        line += 1 + expected.count("\n")
    return found


def run(step: Step, folder: Path, environment: dict[str, str]) -> str:
    """Run one step in a shell in `folder`; return what it printed, without the progress lines of success."""
    done = subprocess.run(
        ["bash", "-c", step.command],
        cwd=folder,
        env=environment,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    assert done.returncode == step.exit_code, f"line {step.line}: {step.command}\n{done.stdout}{done.stderr}"
    return done.stdout + (done.stderr if step.exit_code else "")


def matches(expected: str, printed: str) -> bool:
    """Tell whether `printed` is what the page shows, ignoring trailing blanks and empty lines."""
    want, got = (
        [line.rstrip() for line in text.splitlines() if line.strip()] for text in (expected, printed)
    )
    return not want or _same(want, got)


def _same(want: list[str], got: list[str]) -> bool:
    if not want:
        return not got
    if want[0].strip() == "...":
        return any(_same(want[1:], got[skipped:]) for skipped in range(len(got) + 1))
    return bool(got) and re.fullmatch(_pattern(want[0]), got[0]) is not None and _same(want[1:], got[1:])


def _pattern(line: str) -> str:
    return r".*?".join(re.escape(part) for part in line.split("..."))
