"""`spotiflow sql` without a query: a prompt that opens the warehouse for each query only, to read it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from rich.console import RenderableType
from rich.text import Text

from spotiflow.core.errors import SpotiflowError
from spotiflow.core.settings import Settings
from spotiflow.report.sql import TABLE_ROWS, format_rows, run_sql
from spotiflow.report.tables import describe_table, list_tables

WELCOME = "One SELECT, ended by a semicolon. Also: tables, tables NAME, quit (or Ctrl+D)."
FIRST, NEXT = "spotiflow> ", "      ...> "
LEAVING = frozenset({"quit", "exit", "\\q", ".quit", ".exit"})

Show = Callable[[RenderableType], None]
Ask = Callable[[str], str]


def run_prompt(settings: Settings, ask: Ask, show: Show) -> None:
    """Answer queries until the person leaves; an error is a sentence, and the prompt goes on.

    ask: reads a line after showing a prompt, such as `input`; EOFError ends. Between queries the file is
    free.
    """
    with suppress(ImportError):
        import readline  # noqa: F401 (gives `input` editing and the arrows)
    show(WELCOME)
    while (text := _statement(ask)) is not None:
        if not text:
            continue
        try:
            show(_answer(settings, text))
        except SpotiflowError as error:
            show(Text.assemble((error.message, "red"), f" {error.hint}", overflow="ignore"))


def _statement(ask: Ask) -> str | None:
    """Return the next statement without its semicolon, nothing for a cancelled one, None at the end."""
    lines: list[str] = []
    try:
        while True:
            lines.append(ask(NEXT if lines else FIRST))
            text = "\n".join(lines).strip()
            word = text.rstrip(";").strip()
            if word.lower() in LEAVING:
                return None
            if text.endswith(";") or not text or word.split()[0].lower() == "tables":
                return word
    except EOFError:
        return None
    except KeyboardInterrupt:
        return ""


def _answer(settings: Settings, text: str) -> RenderableType:
    words = text.split()
    if words[0].lower() == "tables":
        page = describe_table(settings, words[1]) if len(words) > 1 else list_tables(settings)
        return page.render()
    return format_rows(run_sql(settings, text, limit=TABLE_ROWS))
