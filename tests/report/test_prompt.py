"""The prompt of `spotiflow sql`: one query at a time, read-only, and an error ends nothing."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

from rich.console import Console

from spotiflow.core.settings import Settings
from spotiflow.report.prompt import run_prompt
from spotiflow.warehouse.database import open_warehouse
from tests.paths import ROOT


def answers(settings: Settings, *lines: str | type[BaseException]) -> list[str]:
    """Type lines at the prompt and return what it shows, as plain text."""
    with open_warehouse(settings) as db:
        db.execute(
            "create schema if not exists gold; create or replace table gold.heard as select 7 as plays"
        )
    shown: list[str] = []
    console = Console(width=100, no_color=True)

    def show(result: Any) -> None:
        with console.capture() as capture:
            console.print(result)
        shown.append(capture.get())

    run_prompt(settings, typing(iter(lines)), show)
    return shown[1:]


def typing(lines: Iterator[str | type[BaseException]]) -> Callable[[str], str]:
    def ask(_: str) -> str:
        line = next(lines, EOFError)
        if isinstance(line, str):
            return line
        raise line

    return ask


def test_a_query_may_take_several_lines(settings: Settings) -> None:
    [answer] = answers(settings, "select plays", "from heard", ";", "quit")
    assert "7" in answer


def test_an_error_or_a_writing_statement_ends_nothing(settings: Settings) -> None:
    wrong, writing, right = answers(settings, "select nothing;", "drop table heard;", "from heard;", EOFError)
    assert "nothing" in wrong
    assert "only reads" in writing
    assert "7" in right


def test_ctrl_c_drops_the_line_and_empty_lines_are_nothing(settings: Settings) -> None:
    assert answers(settings, "select 1", KeyboardInterrupt, "", "exit") == []


def test_the_file_is_free_between_queries(settings: Settings) -> None:
    def write() -> Iterator[str]:
        yield "from heard;"
        with open_warehouse(settings) as db:
            db.execute("update gold.heard set plays = 8")
        yield "from heard;"

    with open_warehouse(settings) as db:
        db.execute("create schema if not exists gold; create table gold.heard as select 7 as plays")
    shown: list[Any] = []
    run_prompt(settings, typing(write()), shown.append)
    assert [shown[1].cells, shown[2].cells] == [[["7"]], [["8"]]]


def test_at_a_terminal_it_is_a_prompt(settings: Settings) -> None:
    with open_warehouse(settings):
        pass
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "cli.py"), "sql"],
        stdin=theirs,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"SPOTIFLOW_HOME": str(settings.home)},
    )
    os.write(ours, b"select 6 * 7 as answer;\nquit\n")
    printed, _ = process.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    assert process.returncode == 0
    assert "42" in printed
