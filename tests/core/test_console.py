"""What is printed is plain text: no name is markup, and nothing steers the terminal."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.table import Table
from rich.text import Text

from spotiflow.commands.shared import show
from spotiflow.core import console as core
from spotiflow.core.console import SafeConsole

MARKUP = "a[/b] [red]c[/] [link=x] [/] :smile: \\[d] [@click=e]f"
STEERING = "\x1b[31mred\x1b]0;title\x07 \u202eabc\u2066 \x85\x9b1m\x00"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def printed(renderable: object, *, terminal: bool = False) -> str:
    out = Terminal() if terminal else io.StringIO()
    SafeConsole(file=out, width=120, force_terminal=False, color_system=None).print(renderable)
    return out.getvalue()


def test_square_brackets_are_square_brackets() -> None:
    table = Table(MARKUP, title=MARKUP)
    table.add_row(MARKUP)
    assert printed(MARKUP).rstrip("\n") == MARKUP
    assert printed(table).count(MARKUP) == 3


@pytest.mark.parametrize("make", [str, Text, lambda text: Text("x").append(text, style="bold")])
def test_nothing_steers_the_terminal(make: object) -> None:
    assert callable(make)
    shown = printed(make(STEERING), terminal=True)
    assert "red" in shown
    assert "abc" in shown
    assert not set(shown) & set("\x1b\x07\x85\x9b\x00\u202e\u2066")


def test_a_path_with_brackets_is_printed_whole(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "my [home] [/x]" / ("long " * 40)
    show(f"Saved {path}")
    assert capsys.readouterr().out == f"Saved {path}\n"


def test_no_code_of_ours_prints_markup() -> None:
    """A style in a string would be printed as it stands."""
    for file in Path(core.__file__).parents[1].rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        assert "rich.markup" not in text, file
        assert "[/]" not in text, file
        assert "from_markup" not in text, file
